"""Figures already computed, kept by this process for a while.

The key holds the portfolio's revision, which every change of a fact raises, so an entry is never wrong, only unused.
"""

import threading
import time
from collections import OrderedDict
from collections.abc import Callable, Hashable
from typing import Any, TypeVar

T = TypeVar("T")

MOST_ENTRIES = 1_000
# A daily series of ten years takes 1 MB, the JSON made of it 0.4 MB: both of thirty-five portfolios.
MOST_BYTES = 50_000_000
ROW_BYTES = 400
SMALLEST_BYTES = 1_000
LONGEST_SECONDS = 900


class FigureCache:
    """The least recently used entry goes first. Two threads that miss at once both compute: cheaper than to wait for each other.

    At most `most` entries that weigh at most `weight` together, each for `seconds`; `weigh` says what one weighs.
    """

    def __init__(self, most: int, weight: int, seconds: float, weigh: Callable[[Any], int]) -> None:
        self._most = most
        self._most_weight = weight
        self._seconds = seconds
        self._weigh = weigh
        self._weight = 0
        self._entries: OrderedDict[Hashable, tuple[float, object]] = OrderedDict()
        self._lock = threading.Lock()

    def get_or_make(self, key: Hashable, make: Callable[[], T]) -> T:
        """Return the figure of the key, computing it if it is not there or too old. A key always stands for one type of figure."""
        with self._lock:
            found = self._entries.get(key)
            if found is not None and found[0] > time.monotonic():
                self._entries.move_to_end(key)
                return found[1]  # type: ignore[return-value]  # the key decides the type
        figure = make()
        with self._lock:
            self._forget(key)
            self._entries[key] = (time.monotonic() + self._seconds, figure)
            self._weight += self._weigh(figure)
            while len(self._entries) > self._most or self._weight > self._most_weight:
                self._forget(next(iter(self._entries)))
        return figure

    def clear(self) -> None:
        with self._lock:
            self._entries.clear()
            self._weight = 0

    def _forget(self, key: Hashable) -> None:
        found = self._entries.pop(key, None)
        if found is not None:
            self._weight -= self._weigh(found[1])


def weigh_figure(figure: object) -> int:
    """Return about how many bytes a figure takes, or the JSON of one. Only daily series and lots are long."""
    if isinstance(figure, bytes):
        return len(figure)
    return SMALLEST_BYTES + ROW_BYTES * sum(len(getattr(figure, name, ())) for name in ("series", "open", "closed"))


figures = FigureCache(MOST_ENTRIES, MOST_BYTES, LONGEST_SECONDS, weigh_figure)
# A page asks for holdings and performance one after the other: the ledger is read once for both. 20,000 entries are 20 MB.
ledgers = FigureCache(8, 20_000, 60, len)
# So are its exchange rates, with what was looked up in them: 100,000 are 20 MB, ten years of three currencies for ten portfolios.
rates = FigureCache(16, 100_000, 60, len)
