"""What something is worth on a day: prices and rates looked up, what is missing noted once."""

import datetime as dt
from collections.abc import Mapping
from dataclasses import dataclass, field
from decimal import Decimal
from typing import Protocol

from portfolio.engine.market import InstrumentInfo, Market
from portfolio.engine.money import ONE, UNKNOWN, convert


@dataclass(frozen=True, slots=True)
class Rules:
    """How a portfolio keeps its books. `method`: fifo, lifo, hifo, average or specific."""

    base_currency: str
    method: str = "fifo"
    allow_short: bool = False
    cash_tracking: bool = False


@dataclass(frozen=True, slots=True)
class Problem:
    """Something that makes a figure unknown or doubtful. `code`: missing_rate, missing_price, missing_cost, oversold, lot_not_found …"""

    code: str
    message: str
    key: str | None = None
    symbol: str | None = None
    currency: str | None = None
    date: dt.date | None = None

    @property
    def place(self) -> tuple[str, str, str | None, dt.date | None]:
        """What makes two of them the same."""
        return self.code, self.key or self.currency or "", self.symbol, self.date


class Valued(Protocol):
    """What has a price: a position, or what is told of one."""

    @property
    def info(self) -> InstrumentInfo | None: ...
    @property
    def currency(self) -> str: ...
    @property
    def symbol(self) -> str | None: ...
    def trade_price(self, day: dt.date) -> tuple[Decimal, dt.date] | None: ...


Problems = dict[tuple[str, str, str | None, dt.date | None], Problem]


@dataclass(slots=True)
class Valuer:
    """Looks up prices and rates by the rules of one portfolio, and remembers what was missing."""

    rules: Rules
    market: Market
    problems: Problems = field(default_factory=dict)
    # The rates of each currency to the base, kept for quick reach.
    pairs: dict[str, Mapping[dt.date, Decimal]] = field(default_factory=dict)

    def base_rate(self, currency: str, day: dt.date) -> Decimal:
        """Return base units for 1 unit of a currency by the market; notes a missing one."""
        if currency == self.rules.base_currency:
            return ONE
        rates = self.pairs.get(currency)
        if rates is None:
            rates = self.pairs[currency] = self.market.fx.between(currency, self.rules.base_currency)
        rate = rates[day]
        if rate.is_nan():
            message = f"No exchange rate from {currency} to {self.rules.base_currency} on or before {day}."
            self.note(Problem("missing_rate", message, currency=currency, date=day))
        return rate

    def in_base(self, currency: str, amount: Decimal, day: dt.date) -> Decimal:
        """Return an amount in base currency by the rate of a day."""
        rate = self.base_rate(currency, day)
        return amount if rate is ONE else convert(amount, rate)

    def price(self, position: Valued, day: dt.date) -> tuple[Decimal, dt.date, str] | None:
        """Return (price, its day, source) in the instrument's currency: the last known close, else the last trade's price."""
        quote = self.market.quote(position.info.key, day) if position.info else None
        if quote is not None:
            return quote.close, quote.date, "close"
        trade = position.trade_price(day)
        return (*trade, "transaction") if trade else None

    def market_value(self, position: Valued, quantity: Decimal, day: dt.date) -> tuple[Decimal, Decimal]:
        """Return the value of units on a day in the instrument's and in the base currency; NaN and a note if unknown."""
        priced = self.price(position, day)
        if priced is None:
            self.note(missing_price(position, day))
            return UNKNOWN, UNKNOWN
        value = quantity * priced[0]
        rate = self.base_rate(position.currency, day)
        return value, value if rate is ONE else convert(value, rate)

    def note(self, problem: Problem) -> None:
        """Remember a problem, once."""
        self.problems.setdefault(problem.place, problem)


def missing_price(position: Valued, day: dt.date) -> Problem:
    return Problem("missing_price", f"{position.symbol} has no price on or before {day}.", symbol=position.symbol, date=day)
