"""Signs of life that worker and beat leave in the cache, so that any process can tell how they are.

- `worker`: written by the worker's own event loop every few seconds.
- `beat`: written by beat when it has sent its heartbeat task.
- `queue`: written by that task when the worker runs it, so it proves the whole way through the queue.
"""

import time

from django.core.cache import cache

WORKER_SECONDS = 5.0
KEPT_SECONDS = 24 * 3600


def note_life(name: str) -> None:
    """Leave a sign of life for worker, beat or queue."""
    cache.set(_key(name), time.time(), KEPT_SECONDS)


def read_age(name: str) -> float | None:
    """Return the seconds since the last sign of life, or None when there is none."""
    written = cache.get(_key(name))
    return None if written is None else max(0.0, time.time() - written)


def _key(name: str) -> str:
    return f"ops:alive:{name}"
