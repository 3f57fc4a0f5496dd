"""The embedded Valkey: cache, queue and channel layer. It takes no lock on its folder, so we do."""

import os
import signal
import socket
import subprocess
import time
from dataclasses import dataclass, field
from pathlib import Path

from ops.runtime.binaries import find_valkey
from ops.runtime.children import spawn
from ops.runtime.errors import StartError
from ops.runtime.folders import make_private, remove_borrowed
from ops.runtime.layout import Layout
from ops.runtime.locks import Wait, hold_lock
from ops.runtime.processes import is_alive, send, wait_gone

READY_SECONDS = 60.0  # reading a large append-only file
STOP_SECONDS = 30.0


@dataclass(frozen=True)
class EmbeddedValkey:
    """One folder and its server."""

    layout: Layout
    databases: int = 4
    name: str = field(default="Valkey", init=False)

    @property
    def lock_path(self) -> Path:
        return self.layout.run_dir / "valkey.lock"

    @property
    def log_path(self) -> Path:
        return self.layout.valkey_dir / "valkey.log"

    def running_pid(self) -> int | None:
        """Return the process that serves the socket, or None. A server that still loads its data counts."""
        for line in self._ask("INFO server").splitlines():
            if line.startswith("process_id:"):
                return int(line.partition(":")[2])
        return None

    def is_ready(self) -> bool:
        return self._ask("PING").startswith("+PONG")

    def start(self, *, attached: bool, wait: Wait = time.sleep) -> subprocess.Popen[bytes] | None:
        """Start the server unless it runs; return our child, or None when an adopted one serves. Waits until it is ready."""
        with hold_lock(self.lock_path, seconds=READY_SECONDS + 30, wait=wait):
            if self._adopt(wait):
                return None
            for folder in (self.layout.var_dir, self.layout.valkey_dir, self.layout.valkey_socket.parent):
                make_private(folder)
            process = self._spawn(attached=attached)
            self._wait_ready(process, wait)
            return process

    def stop(self) -> bool:
        """Stop the server, its data written; tell whether one ran."""
        pid = self.running_pid()
        if pid is None:
            return False
        send(pid, signal.SIGTERM)
        if not wait_gone(pid, seconds=STOP_SECONDS) and is_alive(pid):
            send(pid, signal.SIGKILL)
            wait_gone(pid, seconds=5)
        remove_borrowed(self.layout.valkey_socket.parent, self.layout.var_dir)
        return True

    def _adopt(self, wait: Wait) -> bool:
        """Wait until the server that runs is ready (it may still load its data); False when none runs, or it ends meanwhile."""
        while self.running_pid() is not None:
            if self.is_ready():
                return True
            wait(0.02)
        return False

    def _spawn(self, *, attached: bool) -> subprocess.Popen[bytes]:
        options = {
            "port": "0",
            "unixsocket": str(self.layout.valkey_socket),
            "unixsocketperm": "700",
            "dir": str(self.layout.valkey_dir),
            "appendonly": "yes",
            "appendfsync": "everysec",
            "save": "",
            "maxmemory": "256mb",
            # Only keys with an expiry may go: allkeys-* would throw away queued work.
            "maxmemory-policy": "volatile-lru",
            "databases": str(self.databases),
            "logfile": str(self.log_path),
        }
        arguments = [part for name, value in options.items() for part in (f"--{name}", value)]
        death_signal = signal.SIGTERM if attached else None
        return spawn([find_valkey(), *arguments], output=subprocess.DEVNULL, death_signal=death_signal)

    def _wait_ready(self, process: subprocess.Popen[bytes], wait: Wait) -> None:
        deadline = time.monotonic() + READY_SECONDS
        while not self.is_ready():
            if process.poll() is not None or time.monotonic() > deadline:
                raise StartError(f"Valkey did not start: {self._last_log_line()} (see {self.log_path})")
            wait(0.02)

    def _last_log_line(self) -> str:
        lines = self.log_path.read_text(encoding="utf-8", errors="replace").splitlines() if self.log_path.exists() else []
        return lines[-1] if lines else "no reason given"

    def _ask(self, command: str) -> str:
        """Send one inline command and return the answer; nothing when there is no server."""
        with socket.socket(socket.AF_UNIX, socket.SOCK_STREAM) as connection:
            connection.settimeout(2)
            try:
                connection.connect(os.fspath(self.layout.valkey_socket))
                connection.sendall(command.encode() + b"\r\n")
                return connection.recv(65536).decode(errors="replace")
            except OSError:
                return ""
