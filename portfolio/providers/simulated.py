"""A market that does not exist: reproducible prices and rates for the demo and for load tests.

Every series is a path that starts on EPOCH and takes one step a trading day. The steps come from the raw bits of
PCG64, one stream for each series, in the order of days: so the value of a day depends on the seed and the day only,
and a later day appends without changing an earlier one. Only integer sums and elementary float operations are used
(no exponential, no library's normal distribution), which every platform and version computes alike.
"""

import hashlib
from bisect import bisect_left, bisect_right
from datetime import date, timedelta
from decimal import Decimal
from functools import lru_cache
from itertools import pairwise

import numpy as np
from numpy.typing import NDArray

from common.errors import NotFoundError
from portfolio.providers.base import Close, FxQuote
from portfolio.providers.listing import BY_SYMBOL, FX_PAIRS, FxPair, Listing

EPOCH = date(2012, 1, 2)
HOLIDAYS = {(1, 1), (12, 25), (12, 26)}
DAYS_A_YEAR = 252
# A year's volatility spread over its trading days: the square root of 1/252.
DAY_SCALE = 0.06299407883487121

MARKET_DRIFT = 0.1
CALM_VOLATILITY, STORMY_VOLATILITY = 0.105, 0.25
STORM_BEGINS, STORM_ENDS = 1 / 250, 1 / 40
# One crash in every cycle of trading days: it begins between the first and the last bound, falls by a share for some
# days, and wins most of it back in five times as many.
CRASH_CYCLE, CRASH_FIRST, CRASH_SPREAD = 900, 150, 500
CRASH_DAYS, CRASH_DAYS_SPREAD = 16, 20
CRASH_DEPTH, CRASH_DEPTH_SPREAD = 0.24, 0.12
REBOUND_SHARE, REBOUND_LENGTH = 0.8, 5
PULL_TO_CENTRE = 0.002

Series = NDArray[np.float64]


class SimulatedMarket:
    """Prices of the invented instruments of `listing.py` and rates against the euro."""

    name = "simulated"

    def __init__(self, seed: int) -> None:
        self.seed = seed

    def fetch_closes(self, *, symbol: str, start: date, end: date) -> list[Close]:
        days = list_trading_days(end)
        if not days:
            return []
        closes = _walk_price(self.seed, find_listing(symbol), len(days))
        first = bisect_left(days, start)
        return [Close(day, _round_price(value)) for day, value in zip(days[first:], closes[first:].tolist(), strict=True)]

    def fetch_rates(self, *, start: date, end: date) -> list[FxQuote]:
        days = list_trading_days(end)
        first = bisect_left(days, start)
        paths = {pair.quote: _walk_rate(self.seed, pair, len(days)) for pair in FX_PAIRS}
        return [FxQuote(days[at], "EUR", quote, Decimal(f"{path[at]:.4f}")) for at in range(first, len(days)) for quote, path in paths.items()]


def find_listing(symbol: str) -> Listing:
    try:
        return BY_SYMBOL[symbol]
    except KeyError:
        raise NotFoundError(f"{symbol} is not listed on the simulated market.", symbol=symbol) from None


def list_trading_days(end: date) -> list[date]:
    """Return the days from EPOCH to end on which the market is open."""
    days = _days_until(end.year)
    return days[: bisect_right(days, end)]


def list_splits(*, listing: Listing, start: date, end: date) -> list[date]:
    """Return the days from start to end on which the instrument splits by its ratio."""
    if listing.split_ratio == 1:
        return []
    return [day for previous, day in pairwise(list_trading_days(end)) if day >= start and _is_split_day(previous, day)]


def list_dividend_days(*, listing: Listing, start: date, end: date) -> list[date]:
    """Return the first trading day on or after the 15th of each of the instrument's dividend months."""
    pairs = pairwise(list_trading_days(end))
    return [day for previous, day in pairs if day >= start and day.month in listing.dividend_months and day.day >= 15 > _day_in_month(previous, day)]


@lru_cache(maxsize=4)
def _days_until(year: int) -> list[date]:
    span = range((date(year, 12, 31) - EPOCH).days + 1)
    days = (EPOCH + timedelta(offset) for offset in span)
    return [day for day in days if day.weekday() < 5 and (day.month, day.day) not in HOLIDAYS]


def _day_in_month(previous: date, day: date) -> int:
    """Return the previous trading day's number within the month of `day`; 0 when it lies in an earlier month."""
    return previous.day if previous.month == day.month else 0


def _is_split_day(previous: date, day: date) -> bool:
    return day.year % 5 == 0 and day.month == 6 and day.day >= 8 > _day_in_month(previous, day)


def _uniforms(seed: int, name: str, count: int, per_day: int) -> NDArray[np.int64]:
    """Return whole numbers below 2**53, one row a day, from the stream of that name."""
    key = int.from_bytes(hashlib.sha256(f"{seed}:{name}".encode()).digest()[:16], "big")
    raw = np.random.PCG64(key).random_raw(count * per_day)
    return (raw >> np.uint64(11)).astype(np.int64).reshape(count, per_day)


def _normals(seed: int, name: str, count: int) -> Series:
    """Return nearly normal numbers (sums of twelve uniforms, less six): summed as integers, hence exact."""
    sums = _uniforms(seed, name, count, 12).sum(axis=1, dtype=np.int64)
    normals: Series = (sums - 6 * 2**53) / 2.0**53
    return normals


@lru_cache(maxsize=8)
def _market_returns(seed: int, count: int) -> Series:
    """Return the daily returns of the whole market: drift, two regimes of volatility, crashes."""
    volatility = _walk_volatility(seed, count)
    returns = MARKET_DRIFT / DAYS_A_YEAR + volatility * DAY_SCALE * _normals(seed, "market", count)
    for cycle in range(count // CRASH_CYCLE + 1):
        _add_crash(returns, seed, cycle)
    return returns


def _walk_volatility(seed: int, count: int) -> Series:
    stormy, levels = False, []
    for chance in (_uniforms(seed, "regime", count, 1)[:, 0] / 2.0**53).tolist():
        stormy = chance >= STORM_ENDS if stormy else chance < STORM_BEGINS
        levels.append(STORMY_VOLATILITY if stormy else CALM_VOLATILITY)
    return np.array(levels)


def _add_crash(returns: Series, seed: int, cycle: int) -> None:
    when, how_long, how_deep = (_uniforms(seed, f"crash {cycle}", 1, 3)[0] / 2.0**53).tolist()
    begin = cycle * CRASH_CYCLE + CRASH_FIRST + int(when * CRASH_SPREAD)
    length = CRASH_DAYS + int(how_long * CRASH_DAYS_SPREAD)
    depth = CRASH_DEPTH + how_deep * CRASH_DEPTH_SPREAD
    bottom = begin + length
    returns[begin:bottom] -= depth / length
    returns[bottom : bottom + REBOUND_LENGTH * length] += REBOUND_SHARE * depth / (REBOUND_LENGTH * length)


@lru_cache(maxsize=64)
def _walk_price(seed: int, listing: Listing, count: int) -> Series:
    own = listing.drift / DAYS_A_YEAR + listing.noise * DAY_SCALE * _normals(seed, listing.symbol, count)
    steps = 1 + np.maximum(listing.beta * _market_returns(seed, count) + own, -0.6)
    steps[0] = listing.start_price
    return _apply_splits(listing, np.cumprod(steps))


def _apply_splits(listing: Listing, path: Series) -> Series:
    """Return the closes as they were traded: divided by the ratio from the day of each split on."""
    if listing.split_ratio == 1:
        return path
    days = _days_from_epoch(path.size)
    for day in list_splits(listing=listing, start=EPOCH, end=days[-1]):
        path[bisect_left(days, day) :] /= listing.split_ratio
    return path


def _days_from_epoch(count: int) -> list[date]:
    year = EPOCH.year + count // 250 + 1
    return _days_until(year)[:count]


@lru_cache(maxsize=16)
def _walk_rate(seed: int, pair: FxPair, count: int) -> list[float]:
    rate, path = pair.centre, []
    for step in _normals(seed, f"EUR/{pair.quote}", count).tolist():
        rate *= 1 + PULL_TO_CENTRE * (pair.centre / rate - 1) + pair.volatility * DAY_SCALE * step
        path.append(rate)
    return path


def _round_price(value: float) -> Decimal:
    """Return the close with the tick of its size: hundredths from 5 on, else ten-thousandths."""
    return Decimal(f"{value:.2f}") if value >= 5 else Decimal(f"{max(value, 0.0001):.4f}")
