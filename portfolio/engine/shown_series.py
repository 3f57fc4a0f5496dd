"""The daily series of a report, in columns: thousands of days, of which most readers want a few, or all of one column."""

import datetime as dt
from collections.abc import Iterator, Sequence
from decimal import Decimal
from math import isnan
from typing import NamedTuple, overload

import numpy as np
import orjson
from numpy.typing import NDArray

from portfolio.engine.prices import Days, Values

# As many as stored amounts have: float64 holds more digits, but they mean nothing.
DECIMALS = 8
LARGEST_ROUNDED = 2**53 / 10**DECIMALS


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
        amounts = (map(_as_decimal, texts) for texts in (self.list_values(), self.list_flows()))
        return map(SeriesPoint._make, zip(self.list_days(), *amounts, self.list_returns(), self.list_trends(), strict=True))

    def __eq__(self, other: object) -> bool:
        return isinstance(other, ShownSeries) and list(self) == list(other)

    __hash__ = None  # type: ignore[assignment]  # equal by content

    @overload
    def __getitem__(self, place: int) -> SeriesPoint: ...
    @overload
    def __getitem__(self, place: slice) -> "ShownSeries": ...
    def __getitem__(self, place: int | slice) -> "SeriesPoint | ShownSeries":
        if isinstance(place, slice):
            return self._take(np.arange(len(self))[place])
        if not -len(self) <= place < len(self):
            raise IndexError(place)
        return next(iter(self._take(np.array([place % len(self)]))))

    def since(self, day: dt.date) -> "ShownSeries":
        """Return the points on and after a day."""
        return self[int(np.searchsorted(self._days, day.toordinal())) :]

    def _take(self, places: NDArray[np.int64]) -> "ShownSeries":
        trends = None if self._trends is None else self._trends[places]
        values = self._values[places]
        end_value = self._end_value
        if not len(places) or places[-1] != len(self) - 1:
            end_value = _as_decimal(next(iter(_as_texts(values[-1:])), None))
        return ShownSeries(self._days[places], values, self._flows[places], self._returns[places], trends, end_value=end_value)

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
        if texts:
            texts[-1] = None if self._end_value is None else _plain(self._end_value)
        return texts

    def list_numbers(self) -> list[float | None]:
        """Return the values as floats, for drawing."""
        return _as_ratios(self._values)

    def list_flows(self) -> list[str | None]:
        """Return the net flows as texts in fixed notation."""
        return _as_texts(self._flows)

    def list_returns(self) -> list[float | None]:
        return _as_ratios(self._returns)

    def list_trends(self) -> list[float | None]:
        """Return the returns of the benchmark; without one they are unknown all along."""
        return [None] * len(self) if self._trends is None else _as_ratios(self._trends)


def _as_decimal(text: str | None) -> Decimal | None:
    return None if text is None else Decimal(text)


def _as_texts(values: Values) -> list[str | None]:
    """Return the shortest texts of the numbers in fixed notation. Most net flows are zero, so only the others are written."""
    # Beyond, float64 has no digits left to round, and numpy's rounding would make some up.
    rounded = np.where(np.abs(values) < LARGEST_ROUNDED, np.round(values, DECIMALS), values)
    texts: list[str | None] = ["0"] * len(rounded)
    places = np.flatnonzero(rounded)
    if len(places):
        # As JSON all of them are written at once, ten times faster than one after the other.
        written = orjson.dumps(rounded[places], option=orjson.OPT_SERIALIZE_NUMPY).decode()[1:-1].split(",")
        for place, text in zip(places.tolist(), written, strict=True):
            texts[place] = text[:-2] if text.endswith(".0") else text if "e" not in text and text != "null" else _write_rare(text)
    return texts


def _write_rare(text: str) -> str | None:
    return None if text == "null" else _plain(Decimal(text))


def _plain(value: Decimal) -> str:
    """Return the exact number without exponent and trailing zeros."""
    text = format(value, "f")
    return (text.rstrip("0").rstrip(".") if "." in text else text) if value else "0"


def _as_ratios(values: Values) -> list[float | None]:
    return [None if isnan(value) else value for value in values.tolist()]
