"""Worker and beat leave signs of life while they run, and die with the process that started them."""

import os
import signal
from pathlib import Path
from typing import Any

from celery import signals

from ops.health.liveness import WORKER_SECONDS, note_life
from ops.runtime.children import die_with_parent

HEARTBEAT = "ops.tasks.record_heartbeat"


def note_ready() -> None:
    """Tell the runner, which waits for this file."""
    path = os.environ.get("READY_FILE")
    if path:
        Path(path).touch()


def watch_worker(sender: Any, **kwargs: Any) -> None:
    """Have the worker's event loop write its sign of life: a loop that hangs writes none."""
    note_life("worker")
    note_ready()
    sender.timer.call_repeatedly(WORKER_SECONDS, note_life, ("worker",))


def send_first_heartbeat(sender: Any, **kwargs: Any) -> None:
    """At once, rather than when its first turn comes."""
    sender.app.send_task(HEARTBEAT, expires=14)


def watch_beat(**kwargs: Any) -> None:
    """Only beat sends this task."""
    note_life("beat")
    note_ready()


def bind_to_worker(**kwargs: Any) -> None:
    """A pool process must not outlive a worker that was killed."""
    die_with_parent(signal.SIGKILL)


signals.worker_ready.connect(watch_worker)
signals.beat_init.connect(send_first_heartbeat)
signals.after_task_publish.connect(watch_beat, sender=HEARTBEAT)
signals.worker_process_init.connect(bind_to_worker)
