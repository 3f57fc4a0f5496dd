"""Facts about processes that pid files name. A zombie is dead; a reused pid is somebody else."""

import os
import time
from pathlib import Path

import psutil

from ops.runtime.errors import StartError


def read_pid(path: Path) -> int | None:
    """Return the number in the first line of a pid file, or None."""
    try:
        return int(path.read_text(encoding="utf-8").split("\n", 1)[0])
    except (FileNotFoundError, ValueError):
        return None


def is_alive(pid: int | None, *, program: str = "", argument: str = "") -> bool:
    """Tell whether the process runs, and is that program or has that argument (its pid may have gone to another)."""
    if not pid or pid < 0:
        return False
    try:
        process = psutil.Process(pid)
        if process.status() == psutil.STATUS_ZOMBIE:
            return False
        return program in process.name() and (not argument or argument in process.cmdline())
    except (psutil.NoSuchProcess, psutil.AccessDenied):
        return False


def send(pid: int, number: int) -> None:
    """Send a signal; a process that has just ended is fine."""
    try:
        os.kill(pid, number)
    except ProcessLookupError:
        return
    except PermissionError as error:
        raise StartError(f"process {pid} belongs to another user: stop it as that user") from error


def wait_gone(pid: int, *, seconds: float) -> bool:
    """Wait for the end of a process, ours or not; tell whether it ended in time."""
    deadline = time.monotonic() + seconds
    while is_alive(pid):
        if time.monotonic() > deadline:
            return False
        time.sleep(0.02)
    return True
