"""Leaving alone for a while what has just failed, so that an outage costs one wait and not one for each request."""

import threading
import time


class Pause:
    """One for each thing that may be away. Of this process only: nothing to share when the shared store is what is away."""

    def __init__(self, seconds: float) -> None:
        self.seconds = seconds
        self._until = 0.0
        self._lock = threading.Lock()

    @property
    def is_on(self) -> bool:
        return time.monotonic() < self._until

    def begin(self) -> bool:
        """Pause from now on; return whether this is a new pause, of which a log should tell."""
        with self._lock:
            is_new = not self.is_on
            self._until = time.monotonic() + self.seconds
        return is_new

    def end(self) -> None:
        self._until = 0.0
