"""What the books are worth at the end of a day, and what each holding has earned since the first entry.

unrealized = market value − cost; realized = net proceeds − cost; price gain + currency gain = realized + unrealized, exactly, where the
currency gain of what is open is cost × (rate now − rate at acquisition). total = realized + unrealized + gross income − charges that are
neither in cost nor in proceeds.
"""

import datetime as dt
from collections.abc import Iterable, Mapping, Sequence
from decimal import Decimal

from portfolio.engine.book import Book
from portfolio.engine.money import ONE, UNKNOWN, ZERO, exactly, known, share
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
from portfolio.engine.subtotal import PositionSubtotal
from portfolio.engine.summary import Summary

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
def value_holdings(summary: Summary, as_of: dt.date) -> HoldingsReport:
    """Return the holdings of a summary that reaches up to the day."""
    valued = [_Valued(summary, position, as_of) for position in summary.positions if _is_shown(position)]
    cash = value_cash(summary, as_of)
    sums = _add_up(summary, valued, cash, as_of)
    total_value = sums["total_value"][0]
    holdings = [one.show(total_value) for one in sorted(valued, key=lambda one: one.symbol)]
    return HoldingsReport(
        as_of=as_of,
        base_currency=summary.rules.base_currency,
        holdings=tuple(one for one in holdings if one.quantity),
        closed=tuple(one for one in holdings if not one.quantity),
        cash=cash,
        totals=_show_totals(sums),
        problems=summary.list_problems(summary.cost_problems),
    )


@exactly
def list_lots(book: Book, as_of: dt.date, accounts: Mapping[str, str]) -> LotsReport:
    """Return the open and the closed lots of books that have kept their closed lots. `accounts`: name by key."""
    named = _AccountNames(accounts)
    open_rows = [row for position in _positions(book) for row in _open_rows(book, position, as_of, named)]
    closed_rows = [row for position in _positions(book) for row in _closed_rows(position, named)]
    return LotsReport(
        as_of=as_of,
        base_currency=book.rules.base_currency,
        lot_method=book.rules.method,
        open=tuple(sorted(open_rows, key=lambda row: (row.symbol, row.acquired_on))),
        closed=tuple(sorted(closed_rows, key=lambda row: (row.disposed_on, row.symbol, row.acquired_on))),
        problems=tuple((book.problems | book.cost_problems).values()),
    )


def value_cash(summary: Summary, as_of: dt.date) -> tuple[CashBalance, ...]:
    """Return the balance of every currency that is not zero."""
    rows = []
    for currency in sorted(summary.balances):
        balance = summary.balances[currency]
        if balance:
            rows.append(CashBalance(currency, balance, known(summary.in_base(currency, balance, as_of))))
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
def allocate_accounts(summary: Summary, report: HoldingsReport, accounts: Mapping[str, str]) -> AllocationReport:
    """Divide holdings and cash by the account that holds them."""
    named = _AccountNames(accounts)
    sums: dict[tuple[str, str], Decimal] = {}
    for position in summary.positions:
        for account, units in position.accounts:
            group = (account, named.of(account))
            sums[group] = sums.get(group, ZERO) + summary.market_value(position, units, report.as_of)[1]
    for (account, currency), balance in summary.cash.items():
        if balance:
            group = (account, named.of(account))
            sums[group] = sums.get(group, ZERO) + summary.in_base(currency, balance, report.as_of)
    return make_allocation(report, "account", sums)


class _Valued:
    """A position with its value: unknown amounts are still NaN here."""

    def __init__(self, summary: Summary, position: PositionSubtotal, as_of: dt.date) -> None:
        self.position = position
        self.earned = earned = position.since_first
        self.as_of = as_of
        self.symbol = position.symbol or ""
        self.price = summary.price(position, as_of)
        self.cost, self.cost_base = position.cost, position.cost_base
        self.value = self.value_base = ZERO
        self.unrealized = self.open_currency_gain = ZERO
        if position.quantity:
            self.value, self.value_base = summary.market_value(position, position.quantity, as_of)
            self.unrealized = self.value_base - self.cost_base
            self.open_currency_gain = summary.in_base(position.currency, self.cost, as_of) - self.cost_base
        self.currency_gain = earned.currency_gain + self.open_currency_gain
        self.price_gain = earned.realized + self.unrealized - self.currency_gain
        self.total = earned.realized + self.unrealized + earned.income - earned.outside

    def show(self, total_value: Decimal) -> Holding:
        position, earned = self.position, self.earned
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
            realized_gain_base=known(earned.realized),
            income_base=known(earned.income),
            fees_base=known(earned.fees),
            taxes_base=known(earned.taxes),
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
        if self.earned.realized.is_nan() and not self.cost_base.is_nan():
            return "missing_acquisition"
        return "missing_rate" if self.total.is_nan() or self.value_base.is_nan() or self.cost_base.is_nan() else None


class _AccountNames:
    """Names of accounts; units on their way are in "A → B"."""

    def __init__(self, names: Mapping[str, str]) -> None:
        self._names = names

    def of(self, account: str) -> str:
        return " → ".join(self._names.get(part, part) for part in account.split(" → "))


def _is_shown(position: PositionSubtotal) -> bool:
    earned = position.since_first
    return position.info is not None and bool(len(position.steps.days) or earned.income or earned.outside)


def _positions(book: Book) -> Sequence[Position]:
    return [position for position in book.positions.values() if position.info is not None]


def _add_up(summary: Summary, valued: Sequence[_Valued], cash: Iterable[CashBalance], as_of: dt.date) -> dict[str, tuple[Decimal, Decimal]]:
    """Return (total, sum of what is known) of every figure of the totals."""
    loose = [position.since_first for position in summary.positions if position.info is None]
    earned = [one.earned for one in valued] + loose
    exchanged = [summary.in_base(currency, balance, as_of) - summary.cash_entered[currency] for currency, balance in summary.balances.items()]
    parts: dict[str, list[Decimal]] = {
        "market_value": [one.value_base for one in valued],
        "cash": [_or_unknown(balance.balance_base) for balance in cash],
        "cost_basis": [one.cost_base for one in valued],
        "unrealized_gain": [one.unrealized for one in valued],
        "realized_gain": [one.realized for one in earned],
        "income": [one.income for one in earned],
        "fees": [one.fees for one in earned],
        "taxes": [one.taxes for one in earned],
        "cash_currency_gain": exchanged,
        "total_gain": [one.total for one in valued] + [one.income - one.outside for one in loose] + exchanged,
    }
    parts["total_value"] = parts["market_value"] + parts["cash"]
    return {name: (sum(values, ZERO), sum((value for value in values if not value.is_nan()), ZERO)) for name, values in parts.items()}


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
