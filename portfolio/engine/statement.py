"""The period statement: what a period brought, by kind of gain, exactly.

Everything that is open at the start is carried on at market value, so that everything after counts from there. The identity holds to the
last digit: end value = start value + net external flow + realized + unrealized + income − fees − taxes + currency.
"""

import datetime as dt
from dataclasses import dataclass
from decimal import Decimal

from portfolio.engine.ledger import Ledger
from portfolio.engine.market import Market
from portfolio.engine.money import ZERO, exactly, known
from portfolio.engine.reports import GainBreakdown
from portfolio.engine.subtotal import PositionSubtotal
from portfolio.engine.summary import Summary, summarize
from portfolio.engine.valuer import Rules


@dataclass(frozen=True, slots=True)
class Statement:
    """A period's summary and its sums; NaN where unknown."""

    summary: Summary
    start_value: Decimal
    end_value: Decimal
    inflows: Decimal
    outflows: Decimal
    gain: GainBreakdown

    @property
    def net_flow(self) -> Decimal:
        return self.inflows - self.outflows


def state_period(ledger: Ledger, rules: Rules, market: Market, start: dt.date, end: dt.date) -> Statement:
    """Return the statement of the half-open period (start, end]: what is booked on `start` belongs to the start value."""
    return close_period(summarize(ledger, rules, market, start=start, until=end), end)


@exactly
def close_period(summary: Summary, end: dt.date) -> Statement:
    """Return the statement of the period of a summary that reaches up to its end."""
    realized = unrealized = income = fees = taxes = currency = end_value = ZERO
    for position in summary.positions:
        earned = position.in_period
        income, fees, taxes = income + earned.income, fees + earned.fees, taxes + earned.taxes
        realized += earned.realized - earned.currency_gain
        currency += earned.currency_gain
        if position.quantity:
            value_base, open_currency, open_price = _value_open(summary, position, end)
            end_value, currency, unrealized = end_value + value_base, currency + open_currency, unrealized + open_price
    for name, balance in summary.balances.items():
        value = summary.in_base(name, balance, end)
        end_value, currency = end_value + value, currency + value - summary.cash_carried[name]
    total = realized + unrealized + income - fees - taxes + currency
    gain = GainBreakdown(*(known(value) for value in (realized, unrealized, income, fees, taxes, currency, total)))
    return Statement(summary, summary.start_value, end_value, summary.inflow, summary.outflow, gain)


def _value_open(summary: Summary, position: PositionSubtotal, end: dt.date) -> tuple[Decimal, Decimal, Decimal]:
    """Return (value, currency gain, price gain) of what is open, in base currency."""
    value_base = summary.market_value(position, position.quantity, end)[1]
    currency = summary.in_base(position.currency, position.carried, end) - position.carried_base
    return value_base, currency, value_base - position.carried_base - currency
