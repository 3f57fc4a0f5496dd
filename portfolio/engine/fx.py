"""Exchange rates: the last known on or before a day, inverted and triangulated as needed.

1 base = rate quote. Among the direct pair, its inverse and the ways over one common currency, the one whose oldest leg is youngest is
taken, the direct one first. Quotation units (GBX, ILA, ZAC) are fixed hundredths. Rates that are quotients have 40 significant digits.
"""

import datetime as dt
from bisect import bisect_right
from collections.abc import Iterable, Mapping, Sequence
from decimal import Decimal
from typing import Protocol

import numpy as np
from numpy.typing import NDArray

from common.currencies import MINOR_UNITS
from portfolio.engine.money import ONE, RATE, UNKNOWN
from portfolio.engine.prices import Days, Values

HUNDRED = Decimal(100)
# (series, inverted)
Leg = tuple["RateSeries", bool]


class Rates(Protocol):
    """What the books ask of exchange rates."""

    def between(self, source: str, target: str) -> Mapping[dt.date, Decimal]:
        """Return units of target for 1 unit of source by day, NaN if unknown."""

    def values(self, source: str, target: str, days: Days) -> Values:
        """Return the rates of many days as float64, NaN where unknown."""


class RateSeries:
    """The rates of one pair, ascending by day. Text is turned into Decimal only where a rate is used."""

    __slots__ = ("days", "ordinals", "rates", "values")

    def __init__(self, days: Sequence[int] | Days, rates: Sequence[Decimal | str], values: Values | None = None) -> None:
        self.days: Days = np.asarray(days, dtype=np.int64)
        # Searching a list for one day is faster.
        self.ordinals: list[int] = self.days.tolist()
        self.rates = rates
        self.values: Values = np.array([float(rate) for rate in rates], dtype=np.float64) if values is None else values

    @classmethod
    def of(cls, points: Iterable[tuple[dt.date, Decimal]]) -> "RateSeries":
        """Return the series of (day, rate) points in any order."""
        ordered = sorted(points)
        return cls([day.toordinal() for day, _ in ordered], [rate for _, rate in ordered])

    def on(self, ordinal: int) -> tuple[int, Decimal] | None:
        """Return (day, rate) last known on or before the day."""
        place = bisect_right(self.ordinals, ordinal)
        return (self.ordinals[place - 1], Decimal(self.rates[place - 1])) if place else None


class PairRates(dict[dt.date, Decimal]):
    """The rates between two currencies by day, each worked out when it is first asked for."""

    def __init__(self, paths: Sequence[Sequence[Leg]], factor: Decimal) -> None:
        super().__init__()
        self._paths = paths
        self._factor = factor

    def __missing__(self, day: dt.date) -> Decimal:
        found = self[day] = self._look_up(day.toordinal())
        return found

    def _look_up(self, ordinal: int) -> Decimal:
        best, freshest = UNKNOWN, -1
        for path in self._paths:
            points = [(series.on(ordinal), inverted) for series, inverted in path]
            known_on = min(point[0] if point else -1 for point, _ in points)
            if known_on > freshest:
                best, freshest = _multiply([(point[1], inverted) for point, inverted in points if point]), known_on
        return best if self._factor == ONE else RATE.multiply(best, self._factor)


class SingleRates(PairRates):
    """The same with one series to look at, as most pairs have."""

    def __init__(self, leg: Leg) -> None:
        super().__init__([[leg]], ONE)
        self._series, self._inverted = leg

    def __missing__(self, day: dt.date) -> Decimal:
        place = bisect_right(self._series.ordinals, day.toordinal())
        rate = Decimal(self._series.rates[place - 1]) if place else UNKNOWN
        found = self[day] = RATE.divide(ONE, rate) if self._inverted else rate
        return found


class Same(PairRates):
    """One for one, or by a fixed factor, on every day."""

    def __init__(self, factor: Decimal = ONE) -> None:
        super().__init__((), factor)

    def _look_up(self, ordinal: int) -> Decimal:
        return self._factor


class FxTable:
    """All rates that a computation may use. Days are dates; series are over proleptic ordinals."""

    def __init__(self, series: Mapping[tuple[str, str], RateSeries]) -> None:
        self._series = series
        self._paths: dict[tuple[str, str], list[tuple[Leg, ...]]] = {}
        self._pairs: dict[tuple[str, str], PairRates] = {}

    def __len__(self) -> int:
        return sum(len(series.rates) for series in self._series.values())

    def rate(self, source: str, target: str, day: dt.date) -> Decimal:
        """Return units of target for 1 unit of source on a day: 1 for the same currency, NaN if nothing is known on or before."""
        return self.between(source, target)[day]

    def between(self, source: str, target: str) -> PairRates:
        """Return the rates by day: units of target for 1 unit of source."""
        pair = (source, target)
        found = self._pairs.get(pair)
        if found is None:
            found = self._pairs[pair] = self._make_pair(source, target)
        return found

    def _make_pair(self, source: str, target: str) -> PairRates:
        factor, source, target = _strip_minor(source, target)
        if source == target:
            return Same(factor)
        paths = self._find_paths(source, target)
        if len(paths) == 1 and len(paths[0]) == 1 and factor is ONE:
            return SingleRates(paths[0][0])
        return PairRates(paths, factor)

    def values(self, source: str, target: str, days: Days) -> Values:
        """Return the rates of many days as float64, NaN where unknown."""
        factor, source, target = _strip_minor(source, target)
        if source == target:
            return np.full(len(days), float(factor))
        best = np.full(len(days), np.nan)
        freshest = np.full(len(days), -1, dtype=np.int64)
        for path in self._find_paths(source, target):
            rates, known_on = _follow(path, days)
            better = known_on > freshest
            best[better], freshest[better] = rates[better], known_on[better]
        return best * float(factor)

    def _find_paths(self, source: str, target: str) -> list[tuple[Leg, ...]]:
        pair = (source, target)
        if pair not in self._paths:
            self._paths[pair] = list(self._list_paths(source, target))
        return self._paths[pair]

    def _list_paths(self, source: str, target: str) -> Iterable[tuple[Leg, ...]]:
        for leg in self._legs(source, target):
            yield (leg,)
        touched = sorted({currency for pair in self._series if source in pair for currency in pair} - {source, target})
        for pivot in touched:
            for first in self._legs(source, pivot):
                for second in self._legs(pivot, target):
                    yield first, second

    def _legs(self, source: str, target: str) -> list[Leg]:
        pairs = (((source, target), False), ((target, source), True))
        return [(self._series[pair], inverted) for pair, inverted in pairs if pair in self._series]


class Parity:
    """Every rate is one: for checks that look at units only."""

    def between(self, source: str, target: str) -> PairRates:
        return Same()

    def values(self, source: str, target: str, days: Days) -> Values:
        return np.ones(len(days))


def _strip_minor(source: str, target: str) -> tuple[Decimal, str, str]:
    """Return (factor, major source, major target) such that rate = factor × rate of the majors."""
    factor = ONE
    if source in MINOR_UNITS:
        factor, source = factor / HUNDRED, MINOR_UNITS[source]
    if target in MINOR_UNITS:
        factor, target = factor * HUNDRED, MINOR_UNITS[target]
    return factor, source, target


def _multiply(legs: list[tuple[Decimal, bool]]) -> Decimal:
    """Return the product of the legs, rounded once."""
    above = below = ONE
    for rate, inverted in legs:
        if inverted:
            below = below * rate
        else:
            above = above * rate
    return above if below == ONE else RATE.divide(above, below)


def _follow(path: tuple[Leg, ...], days: Days) -> tuple[Values, NDArray[np.int64]]:
    """Return the rates along a path and the day of its oldest leg (-1: unknown) for each of the days."""
    rates = np.ones(len(days))
    known_on = np.full(len(days), np.iinfo(np.int64).max, dtype=np.int64)
    for series, inverted in path:
        place = np.searchsorted(series.days, days, side="right") - 1
        values = np.where(place < 0, np.nan, series.values[place])
        rates = rates / values if inverted else rates * values
        known_on = np.minimum(known_on, np.where(place < 0, -1, series.days[place]))
    return rates, known_on
