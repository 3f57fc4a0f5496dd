"""The embedded PostgreSQL: made on first use, adopted when it runs, started and stopped in ways that lose nothing."""

import os
import shutil
import signal
import subprocess
import tempfile
import time
from dataclasses import dataclass, field
from functools import cached_property
from pathlib import Path

from ops.runtime.binaries import find_postgres_bin, read_postgres_major
from ops.runtime.children import PLAIN_ENVIRONMENT, spawn
from ops.runtime.errors import StartError
from ops.runtime.folders import give_to, make_private, remove_borrowed
from ops.runtime.layout import Layout
from ops.runtime.locks import Wait, hold_lock
from ops.runtime.os_account import OsAccount, choose_account, choose_capability
from ops.runtime.postgres_config import render_config
from ops.runtime.processes import is_alive, read_pid, send, wait_gone

READY_SECONDS = 120.0  # recovery after a crash replays what was not yet written
STOP_SECONDS = 60.0
LOCK_SECONDS = READY_SECONDS + 30


@dataclass(frozen=True)
class EmbeddedPostgres:
    """One data folder and its server."""

    layout: Layout
    os_user: str = ""
    bin_dir: str = ""
    for_tests: bool = False
    name: str = field(default="PostgreSQL", init=False)

    @cached_property
    def programs(self) -> Path:
        return find_postgres_bin(self.bin_dir)

    @cached_property
    def account(self) -> OsAccount | None:
        return choose_account(self.layout.postgres_data_dir, os_user=self.os_user)

    @property
    def lock_path(self) -> Path:
        return self.layout.run_dir / "postgres.lock"

    @property
    def log_dir(self) -> Path:
        return self.layout.postgres_dir / "log"

    def running_pid(self) -> int | None:
        """Return the process that serves the data folder, or None."""
        pid = read_pid(self.layout.postgres_data_dir / "postmaster.pid")
        return pid if is_alive(pid, program="postgres") else None

    def is_ready(self) -> bool:
        """Tell whether the server takes connections (it does not while it recovers from a crash)."""
        command = [str(self.programs / "pg_isready"), "-q", "-t", "2", "-h", str(self.layout.postgres_socket_dir)]
        return subprocess.run(command, check=False, timeout=10, env=PLAIN_ENVIRONMENT).returncode == 0

    def start(self, *, superuser_password: str, attached: bool, wait: Wait = time.sleep) -> subprocess.Popen[bytes] | None:
        """Start the server unless it runs; return our child, or None when an adopted one serves. Waits until it is ready.

        Attached: the server stops (fast) when this process dies. Else it stays.
        """
        with hold_lock(self.lock_path, seconds=LOCK_SECONDS, wait=wait):
            if self._adopt(wait):
                return None
            self._prepare_folders()
            self._initialise(superuser_password)
            (self.layout.postgres_data_dir / "postmaster.pid").unlink(missing_ok=True)
            return self._spawn_until_ready(attached=attached, wait=wait)

    def stop(self, *, immediately: bool = False) -> bool:
        """Stop the server and wait; tell whether one ran. Never by SIGKILL: it would leave shared memory and a recovery behind."""
        pid = self.running_pid()
        if pid is None:
            return False
        send(pid, signal.SIGQUIT if immediately else signal.SIGINT)
        if not wait_gone(pid, seconds=STOP_SECONDS):
            send(pid, signal.SIGQUIT)
            wait_gone(pid, seconds=STOP_SECONDS)
        remove_borrowed(self.layout.postgres_socket_dir, self.layout.var_dir)
        return True

    def read_last_log(self) -> str:
        """Return the newest line of the server's log that tells of trouble, else the newest line."""
        files = sorted(self.log_dir.glob("*.log"), key=lambda path: path.stat().st_mtime) if self.log_dir.exists() else []
        lines = files[-1].read_text(encoding="utf-8", errors="replace").splitlines()[-50:] if files else []
        serious = [line for line in lines if "FATAL" in line or "PANIC" in line]
        return (serious or lines or [""])[-1]

    def _adopt(self, wait: Wait) -> bool:
        """Wait until the server that runs is ready; False when none runs, or it ends meanwhile."""
        deadline = time.monotonic() + READY_SECONDS
        while self.running_pid() is not None:
            if self.is_ready():
                return True
            self._refuse_after(deadline)
            wait(0.05)
        return False

    # -- steps of a start -----------------------------------------------------------------------------------

    def _prepare_folders(self) -> None:
        make_private(self.layout.var_dir)
        make_private(self.layout.postgres_dir, self.account)
        make_private(self.layout.postgres_socket_dir, self.account)
        make_private(self.log_dir, self.account)

    def _initialise(self, superuser_password: str) -> None:
        """Make the data folder, whole or not at all: it gets its name when it is finished."""
        data = self.layout.postgres_data_dir
        if data.exists():
            self._check_version()
            return
        for remains in self.layout.postgres_dir.glob("data.new*"):
            shutil.rmtree(remains)
        draft = data.with_name("data.new")
        with tempfile.NamedTemporaryFile("w", dir=self.layout.postgres_dir, prefix=".password") as file:
            file.write(superuser_password)
            file.flush()
            if self.account:
                os.chown(file.name, self.account.uid, self.account.gid)
            self._run_initdb(draft, file.name)
        draft.rename(data)

    def _run_initdb(self, folder: Path, password_file: str) -> None:
        command: list[str | Path]
        command = [self.programs / "initdb", "-D", folder, "-U", "postgres", "--auth=scram-sha-256", f"--pwfile={password_file}", "-E", "UTF8"]
        command += ["--locale-provider=builtin", "--builtin-locale=C.UTF-8", "--locale=C", "--data-checksums"]
        command += ["--no-sync"] if self.for_tests else []
        process = spawn(command, output=subprocess.PIPE, death_signal=signal.SIGKILL, account=self.account, capability=self._capability())
        output, _ = process.communicate()
        if process.returncode != 0:
            reason = (output.decode(errors="replace").strip().splitlines() or ["no reason given"])[-1]
            raise StartError(f"the database could not be created in {folder.parent}: {reason}")

    def _check_version(self) -> None:
        try:
            found = (self.layout.postgres_data_dir / "PG_VERSION").read_text(encoding="ascii").strip()
        except FileNotFoundError as error:
            raise StartError(
                f"{self.layout.postgres_data_dir}: is not a PostgreSQL data folder (no PG_VERSION); move it away or set VAR_DIR"
            ) from error
        ours = str(read_postgres_major(self.programs))
        if found != ours:
            raise StartError(
                f"{self.layout.postgres_data_dir}: was made by PostgreSQL {found}, the programs here are {ours}; "
                f"set EMBEDDED_PG_BINDIR to those of {found}, or move the data with a dump and a restore"
            )

    def _spawn_until_ready(self, *, attached: bool, wait: Wait) -> subprocess.Popen[bytes]:
        """Start; once more when the last processes of a killed server had still been leaving."""
        for attempt in (1, 2, 3):
            process = self._spawn(attached=attached)
            if self._wait_ready(process, wait):
                return process
            if attempt < 3 and "shared memory block" in self.read_last_log():
                wait(attempt)
                continue
            break
        raise StartError(f"PostgreSQL did not start: {self.read_last_log() or 'no reason given'} (see {self.log_dir})")

    def _spawn(self, *, attached: bool) -> subprocess.Popen[bytes]:
        config = self.layout.postgres_dir / "postgresql.conf"
        config.write_text(
            render_config(socket_dir=self.layout.postgres_socket_dir, log_dir=self.log_dir, for_tests=self.for_tests),
            encoding="utf-8",
        )
        give_to(config, self.account)
        command: list[str | Path]
        command = [self.programs / "postgres", "-D", self.layout.postgres_data_dir, "-c", f"config_file={config}"]
        death_signal = signal.SIGINT if attached else None
        with (self.log_dir / "start.log").open("wb") as output:
            return spawn(command, output=output, death_signal=death_signal, account=self.account, capability=self._capability())

    def _capability(self) -> int | None:
        return choose_capability(self.account, [self.programs / "postgres", self.layout.postgres_dir])

    def _wait_ready(self, process: subprocess.Popen[bytes], wait: Wait) -> bool:
        """Wait for the first connection; False when our child ended instead."""
        deadline = time.monotonic() + READY_SECONDS
        while not self.is_ready():
            if process.poll() is not None:
                return False
            self._refuse_after(deadline)
            wait(0.05)
        return True

    def _refuse_after(self, deadline: float) -> None:
        if time.monotonic() > deadline:
            raise StartError(f"PostgreSQL takes no connections after {READY_SECONDS:.0f} seconds: {self.read_last_log()} (see {self.log_dir})")
