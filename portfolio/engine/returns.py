"""Rates of return. The one place where money becomes float64.

Sources: GIPS 2020 and CFA Institute (time-weighted, modified Dietz), Microsoft XIRR (act/365F). Ratios are fractions (0.05). None means
that there is no such rate; the caller says why.
"""

import datetime as dt
from collections.abc import Sequence
from dataclasses import dataclass
from decimal import Decimal

import numpy as np
from numpy.typing import NDArray

from portfolio.engine.money import exactly

Series = NDArray[np.float64]
DAYS_A_YEAR = 365
Flow = tuple[dt.date, float]


@dataclass(frozen=True, slots=True)
class DailyReturns:
    """`returns[i]` belongs to the step from day i to day i + 1; `idle` and `negative` are the steps that had no or negative capital."""

    returns: Series
    idle: tuple[int, ...]
    negative: tuple[int, ...]


@dataclass(frozen=True, slots=True)
class DietzReturn:
    """`rate` is over the whole period, not a year; None if the average capital is not positive."""

    gain: Decimal
    average_capital: Decimal
    rate: float | None


def measure_daily_returns(values: Series, inflows: Series, outflows: Series) -> DailyReturns:
    """Return r = (V_end + outflows) / (V_start + inflows) − 1 of each day.

    `values`: n + 1 closing values, the first before the period; `inflows`, `outflows`: n sums, both positive. Inflows work from the start of
    their day, outflows to its end. Without capital r = 0, and the day is idle if value appeared from nothing; after negative capital a new
    sub-period begins.
    """
    base = values[:-1] + inflows
    final = values[1:] + outflows
    usable = base > 0
    returns = np.where(np.isnan(base) | np.isnan(final), np.nan, 0.0)
    np.divide(final, base, out=returns, where=usable)
    returns[usable] -= 1
    idle = np.flatnonzero((base == 0) & (final != 0) & ~np.isnan(final))
    return DailyReturns(returns, tuple(idle.tolist()), tuple(np.flatnonzero(base < 0).tolist()))


def link(returns: Sequence[float] | Series) -> float:
    """Return the linked return: the product of 1 + r, minus 1."""
    return float(np.prod(1 + np.asarray(returns, dtype=np.float64)) - 1)


def annualize(rate: float, days: int) -> float | None:
    """Return (1 + rate) ^ (365 / days) − 1; None for less than a year, or for a loss of more than everything."""
    if days < DAYS_A_YEAR or rate < -1:
        return None
    return float((1 + rate) ** (DAYS_A_YEAR / days) - 1)


@exactly
def measure_dietz(begin: Decimal, end: Decimal, flows: Sequence[tuple[int, Decimal]], period: int) -> DietzReturn:
    """Return the modified Dietz return of a period of so many days (or other units).

    `flows`: (time since the beginning, amount, positive in); a flow counts from the end of its day: weight (period − time) / period.
    """
    net = sum((amount for _, amount in flows), Decimal(0))
    weighted = sum((amount * (period - time) for time, amount in flows), Decimal(0))
    return weigh_dietz(begin, end, net, weighted, period)


@exactly
def weigh_dietz(begin: Decimal, end: Decimal, net: Decimal, weighted: Decimal, period: int) -> DietzReturn:
    """Return the modified Dietz return from the sum of the flows and the sum of each × (period − its time)."""
    gain = end - begin - net
    capital = begin + (weighted / period if period else Decimal(0))
    return DietzReturn(gain, capital, float(gain / capital) if capital > 0 else None)


@exactly
def measure_simple_return(gain: Decimal, start_value: Decimal, inflows: Decimal) -> float | None:
    """Return gain / (start value + inflows); None without capital."""
    capital = start_value + inflows
    return float(gain / capital) if capital > 0 else None


def net_present_value(rate: float, flows: Sequence[Flow]) -> float:
    """Return the sum of amount / (1 + rate) ^ ((day − first day) / 365). Needs at least one flow and a rate above −1."""
    first = min(day for day, _ in flows)
    return float(sum(amount / (1 + rate) ** ((day - first).days / DAYS_A_YEAR) for day, amount in flows))
