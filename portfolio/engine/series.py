"""The daily series of a period in float64: values, flows, returns. Everything is vectorised over the days."""

import datetime as dt
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from decimal import Decimal
from itertools import takewhile

import numpy as np
from numpy.typing import NDArray

from portfolio.engine.book import Book
from portfolio.engine.market import Market
from portfolio.engine.money import ONE, share
from portfolio.engine.position import Position
from portfolio.engine.prices import NO_PRICES, Days, Values

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


def build_series(book: Book, start: dt.date, end: dt.date) -> DailySeries:
    """Return the series of books that hold every entry up to the end. Unknown values are NaN."""
    days: Days = np.arange(start.toordinal(), end.toordinal() + 1, dtype=np.int64)
    shown = (days - 1) % 7 < 5
    shown[[0, -1]] = True
    values = np.zeros(len(days))
    rates = _Rates(book, days)
    for position in book.positions.values():
        if position.steps:
            values += _value_position(book, position, rates, shown)
    for currency, steps in book.cash_steps.items():
        values += _multiply(_hold(steps, days), rates[currency])
    inflows, outflows = _spread_flows(book, days, shown)
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

    def __init__(self, book: Book, days: Days) -> None:
        self.book = book
        self.days = days

    def __missing__(self, currency: str) -> Values:
        found = self[currency] = self.book.market.fx.values(currency, self.book.rules.base_currency, self.days)
        return found


def _value_position(book: Book, position: Position, rates: _Rates, shown: Mask) -> Values:
    days = rates.days
    units = _hold(position.steps, days)
    if not units.any():
        return units
    key = position.info.key if position.info else ""
    prices = book.market.prices.get(key, NO_PRICES)
    known_days, closes = _with_trades(position, prices.days, prices.closes)
    _show(known_days, days, shown)
    return _multiply(units, look_up(known_days, closes, days) * rates[position.currency])


def _with_trades(position: Position, days: Days, closes: Values) -> tuple[Days, Values]:
    """Put the prices of trades before the first close."""
    first = int(days[0]) if len(days) else None
    earlier = list(takewhile(lambda one: first is None or one[0] < first, ((day.toordinal(), trade) for day, trade in position.traded.items())))
    if not earlier:
        return days, closes
    trade_days = np.array([day for day, _ in earlier], dtype=np.int64)
    trade_prices = np.array([float(share(money, ONE, units)) for _, (money, units) in earlier])
    return np.concatenate([trade_days, days]), np.concatenate([trade_prices, closes])


def _hold(steps: Mapping[dt.date, Decimal], days: Days) -> Values:
    """Return the stock on each day of something that changes in steps; 0 before the first."""
    changed = np.fromiter(map(dt.date.toordinal, steps), dtype=np.int64, count=len(steps))
    stock = np.fromiter(map(float, steps.values()), dtype=np.float64, count=len(steps))
    return look_up(changed, stock, days, before=0.0)


def _multiply(units: Values, prices: Values) -> Values:
    """Return units × prices; nothing held is worth nothing, even at an unknown price."""
    return np.multiply(units, prices, out=np.zeros(len(units)), where=units != 0)


def _spread_flows(book: Book, days: Days, shown: Mask) -> tuple[Values, Values]:
    inflows, outflows = np.zeros(len(days)), np.zeros(len(days))
    first = int(days[0])
    for day, flow in book.flows.items():
        place = day.toordinal() - first
        inflows[place] = flow.total_in
        outflows[place] = flow.total_out
        shown[place] = True
    return inflows, outflows


def _show(known_days: Sequence[int] | Days, days: Days, shown: Mask) -> None:
    places = np.asarray(known_days, dtype=np.int64) - days[0]
    shown[places[(places >= 0) & (places < len(days))]] = True
