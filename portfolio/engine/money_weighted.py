"""Money-weighted rates: every rate at which flows have no present value.

The net present value is scanned over a grid of continuous rates, each change of sign is narrowed by safeguarded Newton steps. Amounts are
signed as the investor sees them: paid in negative, paid out positive.
"""

import datetime as dt
import math
from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

Series = NDArray[np.float64]
DAYS_A_YEAR = 365
ACT_365F = "act/365F"
# Continuous rates from −30 (all but 10^-13 lost within a year) to 300, close together around zero.
LOSSES = -0.02 * np.sinh(np.linspace(8.0, 0, 44, endpoint=False))
GAINS = 0.02 * np.sinh(np.linspace(0, 10.3, 57))
GRID = np.concatenate([LOSSES, GAINS])
MOST_STEPS = 200
LARGEST_EXPONENT = 700.0


@dataclass(frozen=True, slots=True)
class RateSolution:
    """`rate` per year (or per period), None with a `reason`: no_flows, no_period, no_sign_change, no_root. `roots`: all rates, ascending."""

    rate: float | None
    roots: tuple[float, ...]
    reason: str | None


def solve_dated(flows: Sequence[tuple[dt.date, float]], *, near: float | None = None, day_count: str = ACT_365F) -> RateSolution:
    """Return the internal rate of dated flows in any order (XIRR), annual and effective.

    Of several roots the one nearest to the rate `near` is taken (by default the modified Dietz return of the flows themselves, annualised).
    Day counts other than act/365F are those of pyxirr.
    """
    daily: dict[dt.date, float] = {}
    for day, amount in flows:
        daily[day] = daily.get(day, 0.0) + amount
    days = sorted(day for day, amount in daily.items() if amount)
    times = _year_fractions(days, day_count)
    return solve(times, np.array([daily[day] for day in days]), near=near)


def solve_periodic(flows: Sequence[float]) -> RateSolution:
    """Return the internal rate per period of flows that are one period apart."""
    return solve(np.arange(len(flows), dtype=np.float64), np.asarray(flows, dtype=np.float64))


def solve(times: Series, amounts: Series, *, near: float | None = None) -> RateSolution:
    """Return all rates at which the amounts at these times (ascending, in years) have no present value."""
    present = amounts != 0
    times, amounts = times[present], amounts[present]
    refusal = _refuse(times, amounts)
    if refusal:
        return RateSolution(None, (), refusal)
    values = _scan(times, amounts)
    places = np.flatnonzero(np.sign(values[:-1]) * np.sign(values[1:]) < 0)
    exact = GRID[values == 0].tolist()
    narrowed = [_narrow(GRID[place], GRID[place + 1], times, amounts, rising=bool(values[place] < 0)) for place in places]
    roots = sorted(float(np.expm1(root)) for root in exact + narrowed)
    if not roots:
        return RateSolution(None, (), "no_root")
    target = _dietz_rate(times, amounts) if near is None else near
    return RateSolution(min(roots, key=lambda root: abs(root - target)), tuple(roots), None)


def _refuse(times: Series, amounts: Series) -> str | None:
    if not len(amounts):
        return "no_flows"
    if amounts.min() > 0 or amounts.max() < 0:
        return "no_sign_change"
    return "no_period" if times[-1] == times[0] else None


def _year_fractions(days: Sequence[dt.date], day_count: str) -> Series:
    if day_count == ACT_365F:
        return np.array([(day - days[0]).days / DAYS_A_YEAR for day in days], dtype=np.float64)
    from pyxirr import year_fraction

    return np.array([year_fraction(days[0], day, day_count) for day in days], dtype=np.float64)


def _scan(times: Series, amounts: Series) -> Series:
    """Return a value for each rate of the grid that has the sign and the zeros of the present value.

    At gains it is the value at the first flow, at losses at the last: every factor is then at most 1, and nothing overflows.
    """
    result: Series = np.concatenate([np.exp(np.outer(LOSSES, times[-1] - times)) @ amounts, np.exp(-np.outer(GAINS, times - times[0])) @ amounts])
    return result


def _narrow(low: float, high: float, times: Series, amounts: Series, *, rising: bool) -> float:
    """Return the continuous rate between two of opposite sign: Newton where it stays inside and converges, else halving.

    `rising`: the sign at `low` as the scan saw it. Beside a root it is a matter of the last digit, and summing anew might see another.
    """
    middle = (low + high) / 2
    for _ in range(MOST_STEPS):
        value, slope = _value(middle, times, amounts)
        if value == 0 or high - low <= 4e-16 * max(1.0, abs(middle)):
            break
        if (value < 0) == rising:
            low = middle
        else:
            high = middle
        step = middle - value / slope if slope else low
        following = step if low < step < high else (low + high) / 2
        if abs(following - middle) <= 1e-16 * max(1.0, abs(middle)):
            break
        middle = following
    return middle


def _value(rate: float, times: Series, amounts: Series) -> tuple[float, float]:
    """Return the present value and its slope at a continuous rate, both scaled by the same positive number."""
    exponents = -rate * times
    discounted = np.exp(exponents - exponents.max()) * amounts
    return float(discounted.sum()), float(-(times * discounted).sum())


def _dietz_rate(times: Series, amounts: Series) -> float:
    """Return the modified Dietz return of the flows per year, 0 where it has none."""
    span = times[-1] - times[0]
    capital = float(-(amounts * (times[-1] - times)).sum() / span)
    if capital <= 0:
        return 0.0
    return compound(float(amounts.sum()) / capital, float(1 / span))


def compound(rate: float, times: float) -> float:
    """Return (1 + rate) ^ times − 1: a rate made yearly. −1 if more than everything is lost; never beyond what a float holds, however short
    the time in which much was won."""
    return math.expm1(min(math.log1p(rate) * times, LARGEST_EXPONENT)) if rate > -1 else -1.0
