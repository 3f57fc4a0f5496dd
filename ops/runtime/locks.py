"""Locks between processes: one file each, released by the kernel when its holder dies."""

import fcntl
import os
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path

from ops.runtime.errors import StartError

POLL_SECONDS = 0.05
# Called instead of a sleep wherever something is waited for; may raise to give up the wait.
Wait = Callable[[float], object]


def try_lock(path: Path) -> int | None:
    """Return the descriptor that holds the lock, or None when another process holds it."""
    path.parent.mkdir(parents=True, exist_ok=True, mode=0o700)
    descriptor = os.open(path, os.O_RDWR | os.O_CREAT, 0o600)
    try:
        fcntl.flock(descriptor, fcntl.LOCK_EX | fcntl.LOCK_NB)
    except BlockingIOError:
        os.close(descriptor)
        return None
    return descriptor


@contextmanager
def hold_lock(path: Path, *, seconds: float, wait: Wait = time.sleep) -> Iterator[None]:
    """Hold the lock for the block; StartError when another process keeps it for longer than `seconds`."""
    deadline = time.monotonic() + seconds
    while (descriptor := try_lock(path)) is None:
        if time.monotonic() > deadline:
            raise StartError(f"{path}: held by another process for more than {seconds:.0f} seconds; is a start or stop still going on?")
        wait(POLL_SECONDS)
    try:
        yield
    finally:
        os.close(descriptor)
