"""A stack of its own: other ports, other data folder, gone afterwards."""

import json
import os
import shutil
import socket
import subprocess
import sys
import time
import urllib.request
from collections.abc import Iterable
from contextlib import closing
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import psutil

from tests.perf.bench.plan import ROOT

# Nothing of the caller's environment may reach the measured stack; these name the machine, not the program.
KEPT = ("PATH", "HOME", "LANG", "LC_ALL", "TMPDIR", "USER", "EMBEDDED_OS_USER", "EMBEDDED_PG_BINDIR")
READY_SECONDS = 120


def find_port() -> int:
    with closing(socket.socket()) as listener:
        listener.bind(("127.0.0.1", 0))
        return int(listener.getsockname()[1])


@dataclass
class Stack:
    """The whole system below `folder`, and the reference servers beside it. Use as a context: leaving it stops and removes all."""

    folder: Path
    port: int = field(default_factory=find_port)
    runner: subprocess.Popen[bytes] | None = None
    beside: list[subprocess.Popen[bytes]] = field(default_factory=list)

    def __enter__(self) -> "Stack":
        shutil.rmtree(self.folder, ignore_errors=True)
        self.folder.mkdir(parents=True, mode=0o700)
        return self

    def __exit__(self, *_: object) -> None:
        for process in self.beside:
            # They hold nothing that must be put away; their workers die with them.
            process.kill()
            process.wait()
        self.stop()
        shutil.rmtree(self.folder, ignore_errors=True)

    @property
    def environment(self) -> dict[str, str]:
        kept = {name: os.environ[name] for name in KEPT if name in os.environ}
        ports = {"PORT": str(self.port), "TERMINAL_PORT": str(find_port()), "ASSISTANT_PORT": str(find_port())}
        places = {"VAR_DIR": str(self.folder / "var"), "LOG_DIR": str(self.folder / "logs")}
        # A handful of visitors asks as fast as the stack answers: counted like everything else, never refused.
        limits = {"API_WRITES_PER_MINUTE": "10000000", "API_FIGURES_PER_MINUTE": "10000000"}
        return {**kept, **ports, **places, **limits, "DEMO": "0", "MARKET_DATA": "simulated", "LOG_LEVEL": "WARNING", "DATABASE_TIMEOUT_MS": "600000"}

    def start(self) -> float:
        """Start and wait until it is healthy; return the seconds that took."""
        began = time.perf_counter()
        log = (self.folder / "runner.log").open("ab")
        self.runner = subprocess.Popen([sys.executable, "manage.py", "start"], cwd=ROOT, env=self.environment, stdout=log, stderr=log)
        log.close()
        while not self._is_healthy():
            if self.runner.poll() is not None or time.perf_counter() - began > READY_SECONDS:
                raise SystemExit("the stack did not start:\n" + (self.folder / "runner.log").read_text()[-3000:])
            time.sleep(0.02)
        return time.perf_counter() - began

    def stop(self) -> None:
        if self.runner is not None:
            _end(self.runner)
            self.runner = None

    def _is_healthy(self) -> bool:
        try:
            with urllib.request.urlopen(f"http://127.0.0.1:{self.port}/api/health", timeout=5) as answer:
                return bool(json.load(answer)["status"] == "ok")
        except (OSError, ValueError):
            return False

    def run(self, *arguments: str) -> dict[str, Any]:
        """Run a Python program within the stack's environment and return the JSON that it prints."""
        result = subprocess.run([sys.executable, *arguments], cwd=ROOT, env=self.environment, stdout=subprocess.PIPE, check=True)
        return dict(json.loads(result.stdout))

    def call(self, module: str, *arguments: object) -> dict[str, Any]:
        """Run `main` of a module of this package inside the stack's environment; see inside.py."""
        return self.run("-m", "tests.perf.bench.inside", module, *map(str, arguments))

    def serve_reference(self, settings: str) -> int:
        """Start the web server of the stack with other settings; return its port."""
        port = find_port()
        environment = {**self.environment, "PORT": str(port), "DJANGO_SETTINGS_MODULE": settings}
        self.beside.append(subprocess.Popen([sys.executable, "-m", "ops.runtime.web"], cwd=ROOT, env=environment))
        deadline = time.monotonic() + READY_SECONDS
        while time.monotonic() < deadline:
            try:
                urllib.request.urlopen(f"http://127.0.0.1:{port}/", timeout=5).close()
                return port
            except OSError:
                time.sleep(0.05)
        raise SystemExit(f"the reference server of {settings} did not start")

    def measure_memory(self) -> dict[str, float]:
        """Return MB: `web_rss` of the largest web process, `stack_pss` of all processes together."""
        processes = self._list_processes()
        web = [process for process in processes if "ops.runtime.web" in _command(process)]
        return {
            "web_rss": max(process.memory_info().rss for process in web) / 2**20,
            "stack_pss": sum(_read_pss(process) for process in processes) / 2**20,
        }

    def _list_processes(self) -> list[psutil.Process]:
        """The runner and its offspring; the database's server may have been given to init, it is known by its folder."""
        assert self.runner is not None
        runner = psutil.Process(self.runner.pid)
        found = {process.pid: process for process in [runner, *runner.children(recursive=True)]}
        for process in psutil.process_iter():
            if str(self.folder) in _command(process) and process.pid != os.getpid():
                found |= {one.pid: one for one in [process, *process.children(recursive=True)]}
        return list(found.values())


def _command(process: psutil.Process) -> str:
    try:
        return " ".join(process.cmdline())
    except psutil.Error:
        return ""


def _read_pss(process: psutil.Process) -> int:
    try:
        return int(process.memory_full_info().pss)
    except psutil.Error:
        return 0


def _end(process: subprocess.Popen[bytes]) -> None:
    process.terminate()
    try:
        process.wait(60)
    except subprocess.TimeoutExpired:
        process.kill()
        process.wait()


def read_versions(names: Iterable[str]) -> dict[str, str]:
    from importlib.metadata import version

    return {"python": sys.version.split()[0], **{name: version(name) for name in names}}
