"""The books while a ledger is folded: positions, cash, flows, problems, and how money of an entry reaches them.

Two views of the same ledger are kept by the same code. NET (holdings): cost includes fees and taxes, proceeds are net of them.
GROSS (period statement): gains are before fees and taxes, and what crosses the border enters and leaves at market value.
"""

import datetime as dt
from dataclasses import dataclass, field
from decimal import Decimal
from enum import Enum
from typing import Any

from common.currencies import MINOR_UNITS
from portfolio.engine.errors import EngineError
from portfolio.engine.ledger import Entry
from portfolio.engine.market import InstrumentInfo, Market
from portfolio.engine.money import FINEST, ONE, UNKNOWN, ZERO, convert
from portfolio.engine.position import Position

HUNDRED = Decimal(100)


class View(Enum):
    NET = "net"
    GROSS = "gross"


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


class Flow:
    """Money across the border on one day, in base currency, both positive."""

    __slots__ = ("inflow", "internal", "outflow")

    def __init__(self) -> None:
        self.inflow = self.outflow = self.internal = ZERO

    @property
    def total_in(self) -> Decimal:
        """What came in, with what is left of moves between own accounts."""
        return self.inflow + max(self.internal, ZERO) if self.internal else self.inflow

    @property
    def total_out(self) -> Decimal:
        return self.outflow + max(-self.internal, ZERO) if self.internal else self.outflow


@dataclass(slots=True)
class Book:
    """The state of a fold."""

    rules: Rules
    market: Market
    view: View = View.NET
    strict: bool = False
    keep_closed: bool = False
    positions: dict[str | None, Position] = field(default_factory=dict)
    # Balance per (account, currency); and per currency what reached it since the opening, in base currency.
    cash: dict[tuple[str, str], Decimal] = field(default_factory=dict)
    cash_entered: dict[str, Decimal] = field(default_factory=dict)
    cash_steps: dict[str, dict[dt.date, Decimal]] = field(default_factory=dict)
    balances: dict[str, Decimal] = field(default_factory=dict)
    flows: dict[dt.date, Flow] = field(default_factory=dict)
    # Rates already looked up, by (currency, day).
    rates: dict[tuple[str, dt.date], Decimal] = field(default_factory=dict)
    problems: dict[tuple[str, str, str | None, dt.date | None], Problem] = field(default_factory=dict)
    # Units delivered before they were sent, by (instrument, from, to).
    owed: dict[tuple[str, str, str], Decimal] = field(default_factory=dict)

    def position(self, key: str | None) -> Position:
        """Return the position of an instrument key; None: of no instrument."""
        found = self.positions.get(key)
        if found is None:
            info = self.market.instruments.get(key) if key is not None else None
            if key is not None and info is None:
                info = InstrumentInfo(key, self.rules.base_currency)
            found = self.positions[key] = Position(info, info.currency if info else self.rules.base_currency)
        return found

    def base_rate(self, currency: str, day: dt.date) -> Decimal:
        """Return base units for 1 unit of a currency by the market; notes a missing one."""
        if currency == self.rules.base_currency:
            return ONE
        place = (currency, day)
        found = self.rates.get(place)
        if found is None:
            found = self.rates[place] = self._look_up_rate(currency, day)
        return found

    def _look_up_rate(self, currency: str, day: dt.date) -> Decimal:
        rate = self.market.fx.rate(currency, self.rules.base_currency, day)
        if rate.is_nan():
            self.note(
                "missing_rate", f"No exchange rate from {currency} to {self.rules.base_currency} on or before {day}.", currency=currency, date=day
            )
        return rate

    def entry_rate(self, entry: Entry) -> Decimal:
        """Return base units for 1 unit of the entry's currency: its own rate beats the market's."""
        if entry.currency == self.rules.base_currency:
            return ONE
        return entry.fx_rate if entry.fx_rate is not None else self.base_rate(entry.currency, entry.trade_date)

    def translate(self, entry: Entry, position: Position, amount: Decimal, amount_base: Decimal) -> Decimal:
        """Return an amount of the entry in the instrument's currency, consistent with its value in base currency."""
        own, currency, day = position.currency, entry.currency, entry.trade_date
        if currency == own:
            return amount
        if own == self.rules.base_currency:
            return amount_base
        if MINOR_UNITS.get(own, own) == MINOR_UNITS.get(currency, currency):
            return convert(amount, self.market.fx.rate(currency, own, day))
        return (amount_base / self.base_rate(own, day)).quantize(FINEST)

    def charge(self, position: Position, entry: Entry, rate: Decimal) -> tuple[Decimal, Decimal]:
        """Count the entry's fee and tax; return their sum in its currency and in base currency."""
        charges = charges_base = ZERO
        if fee := entry.fee:
            fee_base = fee if rate is ONE else convert(fee, rate)
            position.fees += fee_base
            charges, charges_base = fee, fee_base
        if tax := entry.tax:
            tax_base = tax if rate is ONE else convert(tax, rate)
            position.taxes += tax_base
            charges, charges_base = charges + tax, charges_base + tax_base
        return charges, charges_base

    def pay(self, entry: Entry, amount: Decimal, amount_base: Decimal) -> None:
        """Move cash (positive: received). Without cash tracking it comes from outside and goes there."""
        if not self.rules.cash_tracking:
            # Only the period statement asks for flows.
            if self.view is View.GROSS:
                self.flow(entry.trade_date, -amount_base)
            return
        currency = entry.currency
        if currency in MINOR_UNITS:
            currency, amount = MINOR_UNITS[currency], amount / HUNDRED
        place = (entry.account, currency)
        self.cash[place] = self.cash.get(place, ZERO) + amount
        self.cash_entered[currency] = self.cash_entered.get(currency, ZERO) + amount_base
        balance = self.balances[currency] = self.balances.get(currency, ZERO) + amount
        self.cash_steps.setdefault(currency, {})[entry.trade_date] = balance

    def flow(self, day: dt.date, amount_base: Decimal) -> None:
        """Count money across the border (positive: in)."""
        found = self.flows.get(day)
        if found is None:
            found = self.flows[day] = Flow()
        if amount_base.is_signed():
            found.outflow -= amount_base
        else:
            found.inflow += amount_base

    def internal_flow(self, day: dt.date, amount_base: Decimal) -> None:
        """Count cash between own accounts: the two legs of a day cancel, what is left has crossed the border."""
        self.flows.setdefault(day, Flow()).internal += amount_base

    def price(self, position: Position, day: dt.date) -> tuple[Decimal, dt.date, str] | None:
        """Return (price, its day, source) in the instrument's currency: the last known close, else the last trade's price."""
        quote = self.market.quote(position.info.key, day) if position.info else None
        if quote is not None:
            return quote.close, quote.date, "close"
        trade = position.trade_price(day)
        return (*trade, "transaction") if trade else None

    def market_value(self, position: Position, quantity: Decimal, day: dt.date) -> tuple[Decimal, Decimal]:
        """Return the value of units on a day in the instrument's and in the base currency; NaN and a note if unknown."""
        priced = self.price(position, day)
        if priced is None:
            self.note("missing_price", f"{position.symbol} has no price on or before {day}.", symbol=position.symbol, date=day)
            return UNKNOWN, UNKNOWN
        value = quantity * priced[0]
        rate = self.base_rate(position.currency, day)
        return value, value if rate is ONE else convert(value, rate)

    def note(
        self, code: str, message: str, *, key: str | None = None, symbol: str | None = None, currency: str | None = None, date: dt.date | None = None
    ) -> None:
        """Remember a problem, once."""
        self.problems.setdefault((code, key or currency or "", symbol, date), Problem(code, message, key, symbol, currency, date))

    def refuse(self, entry: Entry, code: str, message: str, **detail: Any) -> None:
        """Raise EngineError in a strict fold; otherwise remember the problem and go on."""
        symbol = self.position(entry.instrument).symbol
        if self.strict:
            raise EngineError(message, code=code, key=entry.key, date=entry.trade_date, account=entry.account, **detail)
        self.note(code, message, key=entry.key, symbol=symbol, date=entry.trade_date)
