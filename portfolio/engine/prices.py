"""Prices of one instrument: the last known close on or before a day."""

import datetime as dt
from bisect import bisect_right
from collections.abc import Iterable, Mapping
from decimal import Decimal
from typing import NamedTuple, Protocol

import numpy as np
from numpy.typing import NDArray

# A close older than this is shown as stale.
STALE_AFTER_DAYS = 7

Days = NDArray[np.int64] | NDArray[np.int32]
Values = NDArray[np.float64]


class Quote(NamedTuple):
    """A close in the instrument's currency, and the day it was made."""

    close: Decimal
    date: dt.date


class Prices(Protocol):
    """What valuation asks of a price history. `days` are proleptic ordinals, ascending; `closes` the same closes as float64."""

    @property
    def days(self) -> Days: ...
    @property
    def closes(self) -> Values: ...
    def on(self, day: dt.date) -> Quote | None:
        """Return the last known close on or before the day."""


class PriceSeries:
    """A whole history, every close exact."""

    __slots__ = ("_quotes", "closes", "days")

    def __init__(self, points: Iterable[tuple[dt.date, Decimal]] = ()) -> None:
        self._quotes = [Quote(close, day) for day, close in sorted(points)]
        self.days: Days = np.array([quote.date.toordinal() for quote in self._quotes], dtype=np.int64)
        self.closes: Values = np.array([float(quote.close) for quote in self._quotes], dtype=np.float64)

    def on(self, day: dt.date) -> Quote | None:
        place = bisect_right(self._quotes, day, key=lambda quote: quote.date)
        return self._quotes[place - 1] if place else None


class SampledPrices:
    """A history whose exact closes were read for some days only, and whose series is float64.

    Ten years of closes as Decimal would cost more than all figures made from them. Asking for a day that was not sampled is a KeyError.
    """

    __slots__ = ("_samples", "closes", "days")

    def __init__(self, samples: Mapping[dt.date, Quote | None], days: Days, closes: Values) -> None:
        self._samples = samples
        self.days = days
        self.closes = closes

    def on(self, day: dt.date) -> Quote | None:
        return self._samples[day]


NO_PRICES = PriceSeries()


def is_stale(quoted_on: dt.date, as_of: dt.date) -> bool:
    """Whether a close is too old to be called current."""
    return (as_of - quoted_on).days > STALE_AFTER_DAYS
