"""The books while a ledger is folded: positions, cash, flows, problems, and how money of an entry reaches them.

Every lot has two costs. Its cost is what was paid, fees and taxes included: holdings and lots are told by it, and proceeds are net of
fees and taxes. Its carrying amount is what the period statement counts from: the market value at the start of the period, or what was
paid since without fees and taxes, which the statement shows apart; what crosses the border enters and leaves at market value.
"""

import datetime as dt
from dataclasses import dataclass, field
from decimal import Decimal
from typing import Any

from common.currencies import MINOR_UNITS
from portfolio.engine.errors import EngineError
from portfolio.engine.ledger import Entry
from portfolio.engine.market import InstrumentInfo
from portfolio.engine.money import FINEST, ONE, ZERO, convert
from portfolio.engine.position import Position
from portfolio.engine.valuer import Problem, Problems, Valuer

HUNDRED = Decimal(100)
# What was missing before the start of a period does not matter to its statement: everything is valued anew.
FORGOTTEN = frozenset({"missing_rate", "missing_price", "missing_cost"})


@dataclass(slots=True)
class Book(Valuer):
    """The state of a fold. Flows, what is earned and the carrying amounts count from the start of the period."""

    strict: bool = False
    keep_closed: bool = False
    positions: dict[str | None, Position] = field(default_factory=dict)
    # Balance per (account, currency); per currency what reached it in base currency, since the first entry and since the start (what was
    # there at the start counts as its value then); and how it changed day by day.
    cash: dict[tuple[str, str], Decimal] = field(default_factory=dict)
    cash_entered: dict[str, Decimal] = field(default_factory=dict)
    cash_carried: dict[str, Decimal] = field(default_factory=dict)
    cash_changes: dict[str, dict[dt.date, Decimal]] = field(default_factory=dict)
    # Money across the border in base currency, positive: in; and what moved between own accounts, by day.
    flows: list[tuple[dt.date, Decimal]] = field(default_factory=list)
    internal_flows: dict[dt.date, Decimal] = field(default_factory=dict)
    start_value: Decimal = ZERO
    # Problems that concern only what things cost, and only the period statement.
    cost_problems: Problems = field(default_factory=dict)
    period_problems: Problems = field(default_factory=dict)
    # Whether anything crossed the border at its market value.
    has_crossings: bool = False
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

    def open_period(self, start: dt.date) -> None:
        """Begin the period after a day: its value is carried on, what was earned and paid before is put aside."""
        self.flows.clear()
        self.internal_flows.clear()
        self.cost_problems |= {place: problem for place, problem in self.problems.items() if problem.code in FORGOTTEN}
        self.problems = {place: problem for place, problem in self.problems.items() if problem.code not in FORGOTTEN}
        self.period_problems = {}
        before, self.problems = self.problems, {}
        self.start_value = sum((self._carry(position, start) for position in self.positions.values()), ZERO)
        for currency, changes in self.cash_changes.items():
            value = self.in_base(currency, sum(changes.values(), ZERO), start)
            self.cash_carried[currency] = value
            self.start_value += value
        self.period_problems, self.problems = self.problems, before

    def _carry(self, position: Position, day: dt.date) -> Decimal:
        """Carry the lots of a position on at market value; return it in base currency."""
        position.open_period()
        if not position.quantity:
            return ZERO
        value, value_base = self.market_value(position, position.quantity, day)
        position.carry(value, value_base)
        return value_base

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
            return convert(amount, self.market.fx.between(currency, own)[day])
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

    def receive(self, entry: Entry, amount: Decimal, amount_base: Decimal) -> None:
        """Take cash in. Without cash tracking it goes outside at once."""
        if self.rules.cash_tracking:
            self._move_cash(entry, amount, amount_base)
        else:
            self.flows.append((entry.trade_date, -amount_base))

    def spend(self, entry: Entry, amount: Decimal, amount_base: Decimal) -> None:
        """Pay cash out. Without cash tracking it comes from outside."""
        if self.rules.cash_tracking:
            self._move_cash(entry, -amount, -amount_base)
        else:
            self.flows.append((entry.trade_date, amount_base))

    def _move_cash(self, entry: Entry, amount: Decimal, amount_base: Decimal) -> None:
        currency = entry.currency
        if currency in MINOR_UNITS:
            currency, amount = MINOR_UNITS[currency], amount / HUNDRED
        place = (entry.account, currency)
        self.cash[place] = self.cash.get(place, ZERO) + amount
        self.cash_entered[currency] = self.cash_entered.get(currency, ZERO) + amount_base
        self.cash_carried[currency] = self.cash_carried.get(currency, ZERO) + amount_base
        changes = self.cash_changes.setdefault(currency, {})
        changes[entry.trade_date] = changes.get(entry.trade_date, ZERO) + amount

    def flow(self, day: dt.date, amount_base: Decimal) -> None:
        """Count money across the border (positive: in)."""
        self.flows.append((day, amount_base))

    def internal_flow(self, day: dt.date, amount_base: Decimal) -> None:
        """Count cash between own accounts: the two legs of a day cancel, what is left has crossed the border."""
        self.internal_flows[day] = self.internal_flows.get(day, ZERO) + amount_base

    def value_crossing(self, position: Position, quantity: Decimal, day: dt.date) -> tuple[Decimal, Decimal]:
        """Return the market value of units that cross the border; what is missing concerns the period statement alone."""
        self.has_crossings = True
        common, self.problems = self.problems, {}
        value = self.market_value(position, quantity, day)
        for place, problem in self.problems.items():
            self.period_problems.setdefault(place, problem)
        self.problems = common
        return value

    def refuse(self, entry: Entry, code: str, message: str, **detail: Any) -> None:
        """Raise EngineError in a strict fold; otherwise remember the problem and go on."""
        symbol = self.position(entry.instrument).symbol
        if self.strict:
            raise EngineError(message, code=code, key=entry.key, date=entry.trade_date, account=entry.account, **detail)
        self.note(Problem(code, message, key=entry.key, symbol=symbol, date=entry.trade_date))
