"""The daily series of a report, in columns: thousands of days, of which most readers want a few, or all of one column."""

import datetime as dt
from collections.abc import Iterator, Sequence
from decimal import Decimal
from math import isnan
from typing import NamedTuple, overload

import numpy as np
from numpy.typing import NDArray

# As many as stored amounts have: float64 holds more digits, but they mean nothing.
DECIMALS = 8
Days = NDArray[np.int64]
Values = NDArray[np.float64]


class SeriesPoint(NamedTuple):
    """One day. value and net_flow have eight decimals (the last value is exact); returns are fractions, counted from the first day."""

    date: dt.date
    value: Decimal | None
    net_flow: Decimal | None
    cumulative_return: float | None
    benchmark_return: float | None


class ShownSeries(Sequence[SeriesPoint]):
    """The points in columns of equal length: `days` are proleptic ordinals; NaN is unknown. `end_value` is the exact last value."""

    __slots__ = ("_days", "_end_value", "_flows", "_returns", "_trends", "_values")

    def __init__(self, days: Days, values: Values, flows: Values, returns: Values, trends: Values | None, *, end_value: Decimal | None) -> None:
        self._days = days
        self._values = values
        self._flows = flows
        self._returns = returns
        self._trends = trends
        self._end_value = end_value

    def __len__(self) -> int:
        return len(self._days)

    def __iter__(self) -> Iterator[SeriesPoint]:
        return iter(self[:])

    def __eq__(self, other: object) -> bool:
        return isinstance(other, ShownSeries) and self[:] == other[:]

    __hash__ = None  # type: ignore[assignment]  # equal by content

    @overload
    def __getitem__(self, place: int) -> SeriesPoint: ...
    @overload
    def __getitem__(self, place: slice) -> tuple[SeriesPoint, ...]: ...
    def __getitem__(self, place: int | slice) -> SeriesPoint | tuple[SeriesPoint, ...]:
        if isinstance(place, int):
            if not -len(self) <= place < len(self):
                raise IndexError(place)
            return self._point(place % len(self))
        return tuple(self._point(one) for one in range(*place.indices(len(self))))

    @property
    def nbytes(self) -> int:
        """The memory that the columns take."""
        columns = (self._days, self._values, self._flows, self._returns, self._trends)
        return sum(column.nbytes for column in columns if column is not None)

    def list_days(self) -> list[dt.date]:
        return list(map(dt.date.fromordinal, self._days.tolist()))

    def list_values(self) -> list[str | None]:
        """Return the values as texts in fixed notation."""
        texts = _as_texts(self._values)
        texts[-1:] = [None if self._end_value is None else _plain(self._end_value)]
        return texts

    def list_flows(self) -> list[str | None]:
        """Return the net flows as texts in fixed notation."""
        return _as_texts(self._flows)

    def list_returns(self) -> list[float | None]:
        return _as_ratios(self._returns)

    def list_trends(self) -> list[float | None]:
        """Return the returns of the benchmark; without one they are unknown all along."""
        return [None] * len(self) if self._trends is None else _as_ratios(self._trends)

    def _point(self, place: int) -> SeriesPoint:
        value = self._end_value if place == len(self) - 1 else _as_money(self._values[place])
        trend = None if self._trends is None else _known(self._trends[place])
        day = dt.date.fromordinal(int(self._days[place]))
        return SeriesPoint(day, value, _as_money(self._flows[place]), _known(self._returns[place]), trend)


def _known(value: np.float64) -> float | None:
    return None if isnan(value) else float(value)


def _as_money(value: np.float64) -> Decimal | None:
    text = _as_text(float(np.round(value, DECIMALS)))
    return None if text is None else Decimal(text)


def _as_texts(values: Values) -> list[str | None]:
    return list(map(_as_text, np.round(values, DECIMALS).tolist()))


def _as_text(value: float) -> str | None:
    """Return the shortest text of the number in fixed notation."""
    if not value:
        return "0"
    text = repr(value)
    if text.endswith(".0"):
        return text[:-2]
    if "e" in text:
        return _plain(Decimal(text))
    return None if text == "nan" else text


def _plain(value: Decimal) -> str:
    """Return the exact number without exponent and trailing zeros."""
    text = format(value, "f")
    return (text.rstrip("0").rstrip(".") if "." in text else text) if value else "0"


def _as_ratios(values: Values) -> list[float | None]:
    return [None if isnan(value) else value for value in values.tolist()]
