"""One service under the runner's care: its process, and when it is to be started again."""

import subprocess
import time
from dataclasses import dataclass
from typing import Any

from ops.runtime.processes import is_alive
from ops.runtime.services import Service
from ops.runtime.state import remove_pid_file, write_pid_file

FIRST_PAUSE = 0.5
LONGEST_PAUSE = 30.0
# A process that ran this long had no trouble starting: its next pause is the first one again.
STEADY_SECONDS = 60.0


@dataclass
class Watched:
    service: Service
    process: subprocess.Popen[bytes] | None = None
    adopted_pid: int | None = None
    started: float = 0.0
    restarts: int = 0
    pause: float = FIRST_PAUSE
    due: float | None = None  # when to start again; None while it runs

    @property
    def name(self) -> str:
        return self.service.name

    @property
    def pid(self) -> int | None:
        return self.process.pid if self.process else self.adopted_pid

    def note_start(self, process: subprocess.Popen[bytes] | None) -> None:
        """Remember a process just started, or (None) the server that was adopted."""
        self.process = process
        self.adopted_pid = None if process else self.service.running_pid()
        self.started = time.monotonic()
        self.due = None
        if self.service.pid_file and self.pid:
            write_pid_file(self.service.pid_file, self.pid)

    def has_ended(self) -> bool:
        """Tell whether the process is gone. Reaps a child."""
        if self.process is not None:
            return self.process.poll() is not None
        return not is_alive(self.adopted_pid)

    def describe_end(self) -> str:
        code = self.process.returncode if self.process else None
        if code is None:
            return "has gone"
        return f"was killed by signal {-code}" if code < 0 else f"ended with code {code}"

    def note_end(self) -> float:
        """Forget the process, clean up after it and set when to start again; return the pause in seconds."""
        if self.process is not None and self.service.leads_group:
            # Children of a process that was killed: none may keep its port.
            self.service.kill(self.process.pid)
        self.forget()
        if time.monotonic() - self.started > STEADY_SECONDS:
            self.pause = FIRST_PAUSE
        pause, self.pause = self.pause, min(self.pause * 2, LONGEST_PAUSE)
        self.restarts += 1
        self.due = time.monotonic() + pause
        return pause

    def forget(self) -> None:
        if self.service.pid_file and self.pid:
            remove_pid_file(self.service.pid_file, self.pid)
        self.process = None
        self.adopted_pid = None

    def as_facts(self) -> dict[str, Any]:
        state = "running" if self.pid else "waiting" if self.due else "stopped"
        return {"pid": self.pid, "state": state, "restarts": self.restarts, "adopted": self.adopted_pid is not None}
