"""Figures already computed, kept by this process for a while.

The key holds the portfolio's revision, which every change of a fact raises, so an entry is never wrong, only unused.
"""

import threading
import time
from collections import OrderedDict
from collections.abc import Callable, Hashable
from typing import TYPE_CHECKING, Any, TypeVar

from portfolio.engine.reports import PerformanceReport

if TYPE_CHECKING:
    from portfolio.selectors.subtotals import KeptSubtotal

T = TypeVar("T")

MOST_ENTRIES = 1_000
ROW_BYTES = 1_500
SMALLEST_BYTES = 1_000
SUBTOTAL_BYTES = 3_500
POINT_BYTES = 12
CHANGE_BYTES = 200
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
        found = self.get(key)
        if found is not None:
            return found  # type: ignore[no-any-return]  # the key decides the type
        figure = make()
        self.put(key, figure)
        return figure

    def get(self, key: Hashable) -> Any:
        """Return what is kept of the key, None if there is nothing or it is too old."""
        with self._lock:
            found = self._entries.get(key)
            if found is None or found[0] <= time.monotonic():
                return None
            self._entries.move_to_end(key)
            return found[1]

    def put(self, key: Hashable, figure: object) -> None:
        with self._lock:
            self._forget(key)
            self._entries[key] = (time.monotonic() + self._seconds, figure)
            self._weight += self._weigh(figure)
            while len(self._entries) > self._most or self._weight > self._most_weight:
                self._forget(next(iter(self._entries)))

    def clear(self) -> None:
        with self._lock:
            self._entries.clear()
            self._weight = 0

    def _forget(self, key: Hashable) -> None:
        found = self._entries.pop(key, None)
        if found is not None:
            self._weight -= self._weigh(found[1])


def weigh_figure(figure: object) -> int:
    """Return about how many bytes a figure takes. Only daily series and rows of holdings and lots are long."""
    rows = sum(len(getattr(figure, name, ())) for name in ("holdings", "open", "closed"))
    return SMALLEST_BYTES + ROW_BYTES * rows + (figure.series.nbytes if isinstance(figure, PerformanceReport) else 0)


def weigh_subtotal(kept: "KeptSubtotal") -> int:
    subtotal = kept.subtotal
    points = len(subtotal.flows.days) + sum(len(one.steps.days) + len(one.traded.days) for one in subtotal.positions)
    return SUBTOTAL_BYTES + POINT_BYTES * points + CHANGE_BYTES * sum(map(len, subtotal.cash_changes.values()))


def weigh_series(series: tuple[Any, Any]) -> int:
    days, closes = series
    return int(days.nbytes + closes.nbytes)


# A report of ten years takes 0.1 MB, the JSON made of it 0.4 MB: what is asked again and again is remembered whole, the rest is made anew
# from the subtotals in milliseconds.
figures = FigureCache(MOST_ENTRIES, 10_000_000, LONGEST_SECONDS, weigh_figure)
documents = FigureCache(MOST_ENTRIES, 10_000_000, LONGEST_SECONDS, len)
# What single instruments of a ledger come to: after a change only the changed one is folded anew. About 0.13 MB for 2,000 entries.
subtotals = FigureCache(100_000, 60_000_000, LONGEST_SECONDS, weigh_subtotal)
# Which instruments a ledger has: about 10 kB for twenty.
outlines = FigureCache(2_000, 8_000, LONGEST_SECONDS, lambda outline: len(outline.revisions))
# Daily closes as float64, for whoever holds the instrument: 40 kB for ten years. Single closes, exact, are small.
series = FigureCache(1_000, 10_000_000, LONGEST_SECONDS, weigh_series)
quotes = FigureCache(20_000, 20_000, LONGEST_SECONDS, lambda _: 1)
# Exchange rates, with what was looked up in them, for all who see the same: 50,000 are 10 MB, ten years of three currencies for five bases.
rates = FigureCache(16, 50_000, LONGEST_SECONDS, len)


def forget_everything() -> None:
    """Empty every cache of this process: everything is read and computed anew."""
    for cache in (figures, documents, outlines, subtotals, series, quotes, rates):
        cache.clear()
