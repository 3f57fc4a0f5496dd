"""The period statement: what a period brought, by kind of gain, exactly.

At the start every open lot is revalued at market, so that everything after counts from there. The identity holds to the last digit:
end value = start value + net external flow + realized + unrealized + income − fees − taxes + currency.
"""

import datetime as dt
from dataclasses import dataclass
from decimal import Decimal

from portfolio.engine.book import Book, Rules, View
from portfolio.engine.ledger import Ledger
from portfolio.engine.market import Market
from portfolio.engine.money import ONE, ZERO, convert, exactly, known, share
from portfolio.engine.position import Position
from portfolio.engine.positions import book_entries, entries_until
from portfolio.engine.reports import GainBreakdown

# What was missing before the start does not matter once everything is revalued.
FORGOTTEN = frozenset({"missing_rate", "missing_price", "missing_cost"})


@dataclass(frozen=True, slots=True)
class Statement:
    """A period's books after its last day, and its sums; NaN where unknown."""

    book: Book
    start_value: Decimal
    end_value: Decimal
    inflows: Decimal
    outflows: Decimal
    gain: GainBreakdown

    @property
    def net_flow(self) -> Decimal:
        return self.inflows - self.outflows


@exactly
def state_period(ledger: Ledger, rules: Rules, market: Market, start: dt.date, end: dt.date) -> Statement:
    """Return the statement of the half-open period (start, end]: what is booked on `start` belongs to the start value."""
    book = Book(rules, market, View.NET)
    before, until = len(entries_until(ledger, start)), len(entries_until(ledger, end))
    book_entries(book, ledger[:before])
    start_value = _open(book, start)
    book_entries(book, ledger[before:until])
    return _close(book, start_value, end)


def _open(book: Book, start: dt.date) -> Decimal:
    """Revalue lots and cash at the start, forget what was earned before, and return the value."""
    book.view = View.GROSS
    book.flows.clear()
    book.rates.clear()
    book.problems = {place: problem for place, problem in book.problems.items() if problem.code not in FORGOTTEN}
    total = ZERO
    for position in book.positions.values():
        position.reset()
        if position.quantity:
            total += _revalue(book, position, start)
    for currency, balance in book.balances.items():
        value = _in_base(book, currency, balance, start)
        book.cash_entered[currency] = value
        total += value
    return total


def _revalue(book: Book, position: Position, day: dt.date) -> Decimal:
    """Set the cost of every lot to its share of the position's market value; return the value in base currency."""
    value, value_base = book.market_value(position, position.quantity, day)
    rest, rest_base = value, value_base
    lots = [lot for queue in position.queues.values() for lot in queue]
    for lot in lots:
        last = lot is lots[-1]
        lot.cost = rest if last else share(value, lot.quantity, position.quantity)
        lot.cost_base = rest_base if last else share(value_base, lot.quantity, position.quantity)
        rest, rest_base = rest - lot.cost, rest_base - lot.cost_base
    return value_base


def _close(book: Book, start_value: Decimal, end: dt.date) -> Statement:
    realized = unrealized = income = fees = taxes = currency = end_value = ZERO
    for position in book.positions.values():
        income, fees, taxes = income + position.income, fees + position.fees, taxes + position.taxes
        realized += position.realized - position.currency_gain
        currency += position.currency_gain
        if position.quantity:
            value_base, open_currency, open_price = _value_open(book, position, end)
            end_value, currency, unrealized = end_value + value_base, currency + open_currency, unrealized + open_price
    for name, balance in book.balances.items():
        value = _in_base(book, name, balance, end)
        end_value, currency = end_value + value, currency + value - book.cash_entered[name]
    inflows = sum((flow.total_in for flow in book.flows.values()), ZERO)
    outflows = sum((flow.total_out for flow in book.flows.values()), ZERO)
    total = realized + unrealized + income - fees - taxes + currency
    gain = GainBreakdown(*(known(value) for value in (realized, unrealized, income, fees, taxes, currency, total)))
    return Statement(book, start_value, end_value, inflows, outflows, gain)


def _value_open(book: Book, position: Position, end: dt.date) -> tuple[Decimal, Decimal, Decimal]:
    """Return (value, currency gain, price gain) of what is open, in base currency."""
    value_base = book.market_value(position, position.quantity, end)[1]
    cost, cost_base = position.cost()
    currency = _in_base(book, position.currency, cost, end) - cost_base
    return value_base, currency, value_base - cost_base - currency


def _in_base(book: Book, currency: str, amount: Decimal, day: dt.date) -> Decimal:
    rate = book.base_rate(currency, day)
    return amount if rate is ONE else convert(amount, rate)
