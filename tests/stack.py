"""A whole system of its own for a test: processes, servers, data folder and ports that nobody else has."""

import http.client
import json
import os
import re
import shutil
import signal
import socket
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import psutil

ROOT = Path(__file__).resolve().parent.parent
READY_SECONDS = 120
# What the servers of the unit tests use must not leak into a stack.
OWN_NAMES = ("DATABASE_POOL_SIZE", "LOG_LEVEL", "EMAIL_URL", "TEST_RUN", "PYTEST_XDIST_WORKER", "PYTEST_CURRENT_TEST")


def find_free_port() -> int:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return probe.getsockname()[1]


class Stack:
    """`start` runs `manage.py start` in `folder`; `output` collects what it prints."""

    def __init__(self, folder: Path, **environment: str) -> None:
        self.folder = folder
        self.var = folder / "var"
        self.logs = folder / "logs"
        self.pid_file = folder / "runner.pid"
        self.port = find_free_port()
        self.url = f"http://127.0.0.1:{self.port}"
        self.process: subprocess.Popen[bytes] | None = None
        self.environment = {
            **{name: value for name, value in os.environ.items() if name not in OWN_NAMES},
            "APP_ENV": "development",
            "VAR_DIR": str(self.var),
            "LOG_DIR": str(self.logs),
            "PID_FILE": str(self.pid_file),
            "PORT": str(self.port),
            "TERMINAL_PORT": str(find_free_port()),
            "ASSISTANT_PORT": str(find_free_port()),
            "DEMO": "0",
            "MARKET_DATA": "simulated",
            "WEB_WORKERS": "1",
            **environment,
        }

    # -- commands -------------------------------------------------------------------------------------------

    def manage(self, *arguments: str, **options: Any) -> subprocess.CompletedProcess[str]:
        """Run a command of manage.py to its end."""
        command = [sys.executable, str(ROOT / "manage.py"), *arguments]
        return subprocess.run(command, env=self.environment, cwd=ROOT, capture_output=True, text=True, check=False, timeout=180, **options)

    def start(self, *arguments: str) -> None:
        """Start the runner and wait until it says that it is ready."""
        self.launch(*arguments)
        self.wait_for_line("ready in")

    def launch(self, *arguments: str) -> None:
        self.folder.mkdir(parents=True, exist_ok=True)
        with (self.folder / "output").open("wb") as output:
            command = [sys.executable, str(ROOT / "manage.py"), "start", *arguments]
            self.process = subprocess.Popen(command, env=self.environment, cwd=ROOT, stdout=output, stderr=output, stdin=subprocess.DEVNULL)

    @property
    def output(self) -> str:
        path = self.folder / "output"
        return path.read_text(errors="replace") if path.exists() else ""

    def wait_for_line(self, text: str) -> None:
        def look() -> bool:
            if text in self.output:
                return True
            if self.process is not None and self.process.poll() is not None:
                raise AssertionError(f"the runner ended with {self.process.returncode}:\n{self.output}")
            return False

        self.wait_until(look, f"the line {text!r}")

    def wait_until(self, condition: Callable[[], object], what: str, seconds: float = READY_SECONDS) -> None:
        deadline = time.monotonic() + seconds
        while not condition():
            if time.monotonic() > deadline:
                raise AssertionError(f"{what} did not come within {seconds:.0f} s; the runner's output:\n{self.output[-4000:]}")
            time.sleep(0.05)

    def stop(self) -> int:
        """Ask the runner to stop; return its exit code."""
        assert self.process is not None
        self.process.send_signal(signal.SIGTERM)
        return self.process.wait(timeout=120)

    # -- facts ----------------------------------------------------------------------------------------------

    def get(self, path: str, **headers: str) -> tuple[int, bytes]:
        connection = http.client.HTTPConnection("127.0.0.1", self.port, timeout=20)
        try:
            connection.request("GET", path, headers=headers)
            response = connection.getresponse()
            return response.status, response.read()
        except OSError:
            return 0, b""
        finally:
            connection.close()

    def health(self) -> dict[str, Any]:
        status, body = self.get("/api/health")
        return json.loads(body) if status else {"status": "unreachable", "checks": {}}

    def wait_until_well(self) -> None:
        self.wait_until(lambda: self.health()["status"] == "ok", "health ok")

    def state(self) -> dict[str, Any]:
        assert self.process is not None
        return json.loads((self.var / "run" / f"runner-{self.process.pid}.json").read_text())

    def pid_of(self, name: str) -> int:
        return self.state()["services"][name]["pid"]

    def kill(self, name: str) -> None:
        """Kill a service with -9 and wait until the runner has started another in its place.

        What is left of a killed PostgreSQL still answers for a moment, so health alone does not tell that it is back.
        """
        before = self.pid_of(name)
        os.kill(before, signal.SIGKILL)
        self.wait_until(lambda: self.pid_of(name) not in {None, before}, f"a new {name}")

    def list_processes(self) -> list[psutil.Process]:
        """Every process that works on this stack's folder, found by its command line, environment or folder."""
        found = []
        for process in psutil.process_iter():
            try:
                marks = [*process.cmdline(), process.environ().get("VAR_DIR", "")]
                if process.pid != os.getpid() and process.status() != psutil.STATUS_ZOMBIE and any(str(self.var) in mark for mark in marks):
                    found.append(process)
            except psutil.Error:
                continue
        return found

    def wait_until_nothing_runs(self, seconds: float = 30) -> None:
        self.wait_until(lambda: not self.list_processes(), "the end of every process", seconds)

    def read_admin_password(self) -> str:
        found = re.search(r"admin login\s+\S+\s+(\S+)", self.output)
        assert found, self.output
        return found.group(1)

    def clean_up(self) -> None:
        for process in sorted(self.list_processes(), key=lambda one: "ops.runtime" not in " ".join(one.cmdline())):
            process.kill()
        self.wait_until_nothing_runs()
        shutil.rmtree(self.folder, ignore_errors=True)


@contextmanager
def temporary_stack(**environment: str) -> Iterator[Stack]:
    """A stack in a folder of its own, not started; nothing of it is left behind."""
    folder = Path(tempfile.mkdtemp(prefix="spms-stack-"))
    stack = Stack(folder, **environment)
    try:
        yield stack
    finally:
        stack.clean_up()
