"""The percentages form of a report: weights and returns, and nothing that tells how much.

The one place where amounts are taken out. What is not listed as safe is hidden, so a field that is added to a report stays hidden until
somebody has thought about it.
"""

import dataclasses
from collections.abc import Mapping
from decimal import Decimal
from typing import Any, TypeVar

import numpy as np

from portfolio.engine.reports import AllocationReport, AllocationRow, BenchmarkReport, GainBreakdown, Holding, HoldingsReport, HoldingsTotals
from portfolio.engine.reports import PerformanceReport as Performance
from portfolio.engine.shown_series import DECIMALS, SeriesPoint, ShownSeries

R = TypeVar("R")

BASIS = 100.0
# By class, the fields that may be shown. A price is none of them: it may be what was paid, and of a house it is the value. Problems are
# none: their sentences name quantities. Reasons are codes.
SAFE: Mapping[type, frozenset[str]] = {
    Holding: frozenset({"symbol", "name", "currency", "stale", "weight", "reason"}),
    HoldingsTotals: frozenset(),
    HoldingsReport: frozenset({"as_of", "base_currency", "holdings", "totals"}),
    GainBreakdown: frozenset(),
    BenchmarkReport: frozenset({"symbol", "time_weighted_return", "time_weighted_return_annualized", "reason"}),
    Performance: frozenset(
        {
            "from_",
            "to",
            "base_currency",
            "gain",
            "time_weighted_return",
            "time_weighted_return_annualized",
            "money_weighted_return",
            "modified_dietz_return",
            "simple_return",
            "benchmark",
            "series",
            "reasons",
            "first_date",
            "money_weighted_roots",
        }
    ),
    # The value of a point counts from 100 on the first day: it says the same as its return.
    SeriesPoint: frozenset({"date", "value", "cumulative_return", "benchmark_return"}),
    AllocationRow: frozenset({"key", "label", "weight"}),
    AllocationReport: frozenset({"by", "base_currency", "as_of", "rows"}),
}


def conceal(report: R) -> R:
    """Return the report with every field that is not safe emptied: None, or nothing where there are several. KeyError for an unlisted one."""
    safe = SAFE[type(report)]
    names = [field.name for field in dataclasses.fields(report)]  # type: ignore[arg-type]  # every listed class but the point is one
    shown = {name: _conceal_value(getattr(report, name)) if name in safe else _empty(getattr(report, name)) for name in names}
    return dataclasses.replace(report, **shown)  # type: ignore[type-var]


def _conceal_value(value: Any) -> Any:
    if isinstance(value, ShownSeries):
        return rebase(value)
    if isinstance(value, tuple):
        return tuple(_conceal_value(one) for one in value)
    return conceal(value) if dataclasses.is_dataclass(value) else value


def _empty(value: Any) -> Any:
    return type(value)() if isinstance(value, tuple | list | dict) else None


def rebase(series: ShownSeries) -> ShownSeries:
    """Return the series with values that count from 100 by its returns, and without flows."""
    returns = np.array([np.nan if one is None else one for one in series.list_returns()], dtype=np.float64)
    trends = np.array([np.nan if one is None else one for one in series.list_trends()], dtype=np.float64)
    days = np.array([day.toordinal() for day in series.list_days()], dtype=np.int64)
    values = BASIS * (1 + returns)
    end_value = Decimal(repr(round(float(values[-1]), DECIMALS))) if len(values) and np.isfinite(values[-1]) else None
    return ShownSeries(days, values, np.full_like(values, np.nan), returns, trends, end_value=end_value)
