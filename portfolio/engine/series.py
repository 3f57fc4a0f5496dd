"""The daily series of a period in float64: values, flows, returns. Everything is vectorised over the days."""

import datetime as dt
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from portfolio.engine.market import Market
from portfolio.engine.prices import NO_PRICES, Days, Values
from portfolio.engine.subtotal import PositionSubtotal, Steps, make_steps
from portfolio.engine.summary import Summary

Mask = NDArray[np.bool_]


@dataclass(frozen=True, slots=True)
class DailySeries:
    """`days`: ordinals from the start to the end, n + 1 of them; `values` at the end of each; flows of each, both positive.

    `shown`: the days worth a point: weekdays, days with a close or an entry, the first and the last.
    """

    days: Days
    values: Values
    inflows: Values
    outflows: Values
    shown: Mask


def build_series(summary: Summary, start: dt.date, end: dt.date) -> DailySeries:
    """Return the series of a summary that reaches up to the end. Unknown values are NaN."""
    days: Days = np.arange(start.toordinal(), end.toordinal() + 1, dtype=np.int64)
    shown = (days - 1) % 7 < 5
    shown[[0, -1]] = True
    values = np.zeros(len(days))
    rates = _Rates(summary, days)
    for position in summary.positions:
        if len(position.steps.days):
            values += _value_position(summary, position, rates, shown)
    for currency in summary.balances:
        values += _multiply(_hold(make_steps(summary.cash_steps(currency)), days), rates[currency])
    inflows, outflows = _spread_flows(summary, days, shown)
    return DailySeries(days, values, inflows, outflows, shown)


def price_series(market: Market, key: str, base_currency: str, days: Days) -> Values:
    """Return the price of an instrument in base currency on each day, NaN where unknown."""
    prices = market.prices.get(key, NO_PRICES)
    closes = look_up(prices.days, prices.closes, days)
    return closes * market.fx.values(market.instruments[key].currency, base_currency, days)


def look_up(known_days: Days, known_values: Values, days: Days, *, before: float = np.nan) -> Values:
    """Return for each day the value last known on or before it, `before` where there is none. The days follow one another without a gap.

    Each value is repeated until the next is known: several times faster than to search for each day.
    """
    first_places = np.clip(known_days - days[0], 0, len(days))
    lengths = np.diff(first_places, prepend=0, append=len(days))
    return np.repeat(np.concatenate([[before], known_values]), lengths)


class _Rates(dict[str, Values]):
    """The rates of each currency to the base, looked up once for all that is held in it."""

    def __init__(self, summary: Summary, days: Days) -> None:
        self.summary = summary
        self.days = days

    def __missing__(self, currency: str) -> Values:
        found = self[currency] = self.summary.market.fx.values(currency, self.summary.rules.base_currency, self.days)
        return found


def _value_position(summary: Summary, position: PositionSubtotal, rates: _Rates, shown: Mask) -> Values:
    days = rates.days
    units = _hold(position.steps, days)
    if not units.any():
        return units
    prices = summary.market.prices.get(position.info.key if position.info else "", NO_PRICES)
    known_days, closes = _with_trades(position.traded, prices.days, prices.closes)
    _show(known_days, days, shown)
    return _multiply(units, look_up(known_days, closes, days) * rates[position.currency])


def _with_trades(traded: Steps, days: Days, closes: Values) -> tuple[Days, Values]:
    """Put the prices of trades before the first close."""
    earlier = len(traded.days) if not len(days) else int(np.searchsorted(traded.days, days[0]))
    if not earlier:
        return days, closes
    return np.concatenate([traded.days[:earlier], days]), np.concatenate([traded.values[:earlier], closes])


def _hold(steps: Steps, days: Days) -> Values:
    """Return the stock on each day of something that changes in steps; 0 before the first."""
    return look_up(steps.days, steps.values, days, before=0.0)


def _multiply(units: Values, prices: Values) -> Values:
    """Return units × prices; nothing held is worth nothing, even at an unknown price."""
    return np.multiply(units, prices, out=np.zeros(len(units)), where=units != 0)


def _spread_flows(summary: Summary, days: Days, shown: Mask) -> tuple[Values, Values]:
    inflows, outflows = np.zeros(len(days)), np.zeros(len(days))
    for part in summary.parts:
        places, amounts = part.flows.days - days[0], part.flows.amounts
        # What is unknown makes both unknown.
        comes, goes = ~(amounts < 0), ~(amounts >= 0)
        inflows += np.bincount(places[comes], amounts[comes], len(days))
        outflows -= np.bincount(places[goes], amounts[goes], len(days))
        shown[places] = True
    return inflows, outflows


def _show(known_days: Days, days: Days, shown: Mask) -> None:
    places = known_days - days[0]
    shown[places[(places >= 0) & (places < len(days))]] = True
