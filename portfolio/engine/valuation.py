"""What the books are worth at the end of a day, and what each holding has earned since the first entry.

unrealized = market value − cost; realized = net proceeds − cost; price gain + currency gain = realized + unrealized, exactly, where the
currency gain of what is open is cost × (rate now − rate at acquisition). total = realized + unrealized + gross income − charges that are
neither in cost nor in proceeds.
"""

import datetime as dt
from collections.abc import Iterable, Mapping, Sequence
from decimal import Decimal

from portfolio.engine.book import Book
from portfolio.engine.money import ONE, UNKNOWN, ZERO, convert, exactly, known, share
from portfolio.engine.position import Position
from portfolio.engine.prices import is_stale
from portfolio.engine.reports import (
    AllocationReport,
    AllocationRow,
    CashBalance,
    ClosedLotRow,
    Holding,
    HoldingsReport,
    HoldingsTotals,
    LotRow,
    LotsReport,
)

TOTALS = (
    "market_value",
    "cash",
    "total_value",
    "cost_basis",
    "unrealized_gain",
    "realized_gain",
    "income",
    "fees",
    "taxes",
    "cash_currency_gain",
    "total_gain",
)


@exactly
def value_holdings(book: Book, as_of: dt.date) -> HoldingsReport:
    """Return the holdings of books that were kept net, up to the day."""
    valued = [_Valued(book, position, as_of) for position in _positions(book)]
    cash = value_cash(book, as_of)
    sums = _add_up(book, valued, cash, as_of)
    total_value = sums["total_value"][0]
    holdings = [one.show(total_value) for one in sorted(valued, key=lambda one: one.symbol)]
    return HoldingsReport(
        as_of=as_of,
        base_currency=book.rules.base_currency,
        holdings=tuple(one for one in holdings if one.quantity),
        closed=tuple(one for one in holdings if not one.quantity),
        cash=cash,
        totals=_show_totals(sums),
        problems=tuple(book.problems.values()),
    )


@exactly
def list_lots(book: Book, as_of: dt.date, accounts: Mapping[str, str]) -> LotsReport:
    """Return the open and the closed lots of books that were kept net and with their closed lots. `accounts`: name by key."""
    named = _AccountNames(accounts)
    open_rows = [row for position in _positions(book) for row in _open_rows(book, position, as_of, named)]
    closed_rows = [row for position in _positions(book) for row in _closed_rows(position, named)]
    return LotsReport(
        as_of=as_of,
        base_currency=book.rules.base_currency,
        lot_method=book.rules.method,
        open=tuple(sorted(open_rows, key=lambda row: (row.symbol, row.acquired_on))),
        closed=tuple(sorted(closed_rows, key=lambda row: (row.disposed_on, row.symbol, row.acquired_on))),
        problems=tuple(book.problems.values()),
    )


def value_cash(book: Book, as_of: dt.date) -> tuple[CashBalance, ...]:
    """Return the balance of every currency that is not zero."""
    rows = []
    for currency in sorted(book.balances):
        balance = book.balances[currency]
        if balance:
            rate = book.base_rate(currency, as_of)
            rows.append(CashBalance(currency, balance, known(balance if rate is ONE else convert(balance, rate))))
    return tuple(rows)


@exactly
def allocate(report: HoldingsReport, by: str, groups: Mapping[str, tuple[str, str]]) -> AllocationReport:
    """Divide holdings and cash by a criterion. `groups`: (key, label) of each instrument id; cash is a group of its own, or its currency's."""
    sums: dict[tuple[str, str], Decimal] = {}
    for one in report.holdings:
        group = groups[one.instrument_id]
        sums[group] = sums.get(group, ZERO) + _or_unknown(one.market_value_base)
    for balance in report.cash:
        group = (balance.currency, balance.currency) if by == "currency" else ("cash", "Cash")
        sums[group] = sums.get(group, ZERO) + _or_unknown(balance.balance_base)
    return make_allocation(report, by, sums)


def make_allocation(report: HoldingsReport, by: str, sums: Mapping[tuple[str, str], Decimal]) -> AllocationReport:
    """Return the groups by size, with their weights in the total."""
    total = sum(sums.values(), ZERO)
    rows = [AllocationRow(key, label, known(value), _ratio(value, total)) for (key, label), value in sums.items()]
    rows.sort(key=lambda row: (row.market_value_base is None, -(row.market_value_base or ZERO), row.label))
    return AllocationReport(by, report.base_currency, report.as_of, tuple(rows), known(total), report.problems)


@exactly
def allocate_accounts(book: Book, report: HoldingsReport, accounts: Mapping[str, str]) -> AllocationReport:
    """Divide holdings and cash by the account that holds them."""
    named = _AccountNames(accounts)
    sums: dict[tuple[str, str], Decimal] = {}
    for position in _positions(book):
        for account, queue in position.queues.items():
            if queue.quantity:
                group = (account, named.of(account))
                sums[group] = sums.get(group, ZERO) + book.market_value(position, queue.quantity, report.as_of)[1]
    for (account, currency), balance in book.cash.items():
        if balance:
            group = (account, named.of(account))
            sums[group] = sums.get(group, ZERO) + convert(balance, book.base_rate(currency, report.as_of))
    return make_allocation(report, "account", sums)


class _Valued:
    """A position with its value: unknown amounts are still NaN here."""

    def __init__(self, book: Book, position: Position, as_of: dt.date) -> None:
        self.position = position
        self.as_of = as_of
        self.symbol = position.symbol or ""
        self.price = book.price(position, as_of)
        self.cost, self.cost_base = position.cost()
        self.value = self.value_base = ZERO
        self.unrealized = self.open_currency_gain = ZERO
        if position.quantity:
            self.value, self.value_base = book.market_value(position, position.quantity, as_of)
            rate = book.base_rate(position.currency, as_of)
            self.unrealized = self.value_base - self.cost_base
            self.open_currency_gain = (self.cost if rate is ONE else convert(self.cost, rate)) - self.cost_base
        self.currency_gain = position.currency_gain + self.open_currency_gain
        self.price_gain = position.realized + self.unrealized - self.currency_gain
        self.total = position.realized + self.unrealized + position.income - position.outside

    def show(self, total_value: Decimal) -> Holding:
        position = self.position
        price, price_date, source = self.price or (None, None, None)
        units = position.quantity
        return Holding(
            instrument_id=position.info.key if position.info else "",
            symbol=self.symbol,
            name=position.info.name if position.info else "",
            currency=position.currency,
            quantity=units,
            average_cost=known(share(self.cost, ONE, units)) if units else None,
            cost_basis=known(self.cost),
            cost_basis_base=known(self.cost_base),
            price=price,
            price_date=price_date,
            price_source=source,
            stale=price_date is not None and is_stale(price_date, self.as_of),
            market_value=known(self.value),
            market_value_base=known(self.value_base),
            unrealized_gain_base=known(self.unrealized),
            realized_gain_base=known(position.realized),
            income_base=known(position.income),
            fees_base=known(position.fees),
            taxes_base=known(position.taxes),
            price_gain_base=known(self.price_gain),
            currency_gain_base=known(self.currency_gain),
            total_gain_base=known(self.total),
            weight=_ratio(self.value_base, total_value) if units else None,
            reason=self._explain(),
        )

    def _explain(self) -> str | None:
        """Say which input is missing, the one nearest to the facts first."""
        if self.cost.is_nan():
            return "missing_cost"
        if self.price is None and self.position.quantity:
            return "missing_price"
        if self.position.realized.is_nan() and not self.cost_base.is_nan():
            return "missing_acquisition"
        return "missing_rate" if self.total.is_nan() or self.value_base.is_nan() or self.cost_base.is_nan() else None


class _AccountNames:
    """Names of accounts; units on their way are in "A → B"."""

    def __init__(self, names: Mapping[str, str]) -> None:
        self._names = names

    def of(self, account: str) -> str:
        return " → ".join(self._names.get(part, part) for part in account.split(" → "))


def _positions(book: Book) -> Sequence[Position]:
    return [position for position in book.positions.values() if position.info is not None and (position.steps or position.income or position.outside)]


def _add_up(book: Book, valued: Iterable[_Valued], cash: Iterable[CashBalance], as_of: dt.date) -> dict[str, tuple[Decimal, Decimal]]:
    """Return (total, sum of what is known) of every figure of the totals."""
    listed = list(valued)
    loose = book.positions.get(None)
    loose_parts = [(loose.income, loose.fees, loose.taxes, loose.income - loose.outside)] if loose else []
    exchanged = [_gain_on_cash(book, currency, as_of) for currency in book.balances]
    parts: dict[str, list[Decimal]] = {
        "market_value": [one.value_base for one in listed],
        "cash": [_or_unknown(balance.balance_base) for balance in cash],
        "cost_basis": [one.cost_base for one in listed],
        "unrealized_gain": [one.unrealized for one in listed],
        "realized_gain": [one.position.realized for one in listed],
        "income": [one.position.income for one in listed] + [part[0] for part in loose_parts],
        "fees": [one.position.fees for one in listed] + [part[1] for part in loose_parts],
        "taxes": [one.position.taxes for one in listed] + [part[2] for part in loose_parts],
        "cash_currency_gain": exchanged,
        "total_gain": [one.total for one in listed] + [part[3] for part in loose_parts] + exchanged,
    }
    parts["total_value"] = parts["market_value"] + parts["cash"]
    return {name: (sum(values, ZERO), sum((value for value in values if not value.is_nan()), ZERO)) for name, values in parts.items()}


def _gain_on_cash(book: Book, currency: str, as_of: dt.date) -> Decimal:
    """Return what a currency's cash is worth more than when it came in, in base currency."""
    balance, rate = book.balances[currency], book.base_rate(currency, as_of)
    return (balance if rate is ONE else convert(balance, rate)) - book.cash_entered[currency]


def _show_totals(sums: Mapping[str, tuple[Decimal, Decimal]]) -> HoldingsTotals:
    shown = {name: known(sums[name][0]) for name in TOTALS}
    partial = {f"partial_{name}": known(sums[name][1]) for name in TOTALS if shown[name] is None}
    return HoldingsTotals(**shown, **partial)


def _open_rows(book: Book, position: Position, as_of: dt.date, named: _AccountNames) -> Iterable[LotRow]:
    for account, queue in position.queues.items():
        for lot in queue:
            value_base = book.market_value(position, lot.quantity, as_of)[1]
            yield LotRow(
                account=named.of(account),
                symbol=position.symbol or "",
                acquired_on=lot.acquired_on,
                quantity=lot.quantity,
                unit_cost=known(share(lot.cost, ONE, lot.quantity)),
                cost_basis=known(lot.cost),
                cost_basis_base=known(lot.cost_base),
                currency=position.currency,
                market_value_base=known(value_base),
                unrealized_gain_base=known(value_base - lot.cost_base),
                transaction_id=lot.key,
            )


def _closed_rows(position: Position, named: _AccountNames) -> Iterable[ClosedLotRow]:
    for lot in position.closed:
        gain_base = lot.proceeds_base - lot.cost_base
        yield ClosedLotRow(
            account=named.of(lot.account),
            symbol=position.symbol or "",
            acquired_on=lot.acquired_on,
            disposed_on=lot.disposed_on,
            quantity=lot.quantity,
            cost_basis=known(lot.cost),
            proceeds=known(lot.proceeds),
            realized_gain=known(lot.proceeds - lot.cost),
            cost_basis_base=known(lot.cost_base),
            proceeds_base=known(lot.proceeds_base),
            realized_gain_base=known(gain_base),
            price_gain_base=known(gain_base - lot.currency_gain_base),
            currency_gain_base=known(lot.currency_gain_base),
            holding_days=(lot.disposed_on - lot.acquired_on).days,
            transaction_id=lot.key,
            acquisition_id=lot.acquisition,
        )


def _ratio(part: Decimal, total: Decimal) -> float | None:
    """Return part / total as a float; None if either is unknown or the total is not positive."""
    if part.is_nan() or total.is_nan() or total <= 0:
        return None
    return float(part / total)


def _or_unknown(value: Decimal | None) -> Decimal:
    return UNKNOWN if value is None else value
