"""The subtotals of a ledger joined: what reports are made of."""

import datetime as dt
from collections.abc import Iterable, Mapping
from decimal import Decimal
from typing import TypeVar

from portfolio.engine.ledger import Entry
from portfolio.engine.market import Market
from portfolio.engine.money import ZERO, exactly
from portfolio.engine.subtotal import PositionSubtotal, Subtotal, sum_up
from portfolio.engine.valuer import Problem, Problems, Rules, Valuer

K = TypeVar("K")


class Summary(Valuer):
    """Sums over subtotals that all reach up to the same day. Each report needs one of its own: problems are noted in it.

    `balances`: cash by currency; `cash`: by (account, currency). Both, and what was earned, are exact.
    """

    __slots__ = (
        "balances",
        "cash",
        "cash_carried",
        "cash_entered",
        "cost_problems",
        "first_day",
        "inflow",
        "moment",
        "outflow",
        "parts",
        "period_problems",
        "positions",
        "start_value",
    )

    @exactly
    def __init__(self, parts: Iterable[Subtotal], rules: Rules, market: Market) -> None:
        self.parts = tuple(parts)
        super().__init__(rules, market, _join(part.problems for part in self.parts))
        self.cost_problems = _join(part.cost_problems for part in self.parts)
        self.period_problems = _join(part.period_problems for part in self.parts)
        self.positions: list[PositionSubtotal] = [position for part in self.parts for position in part.positions]
        self.first_day = min((part.first_day for part in self.parts if part.first_day), default=None)
        self.start_value = sum((part.start_value for part in self.parts), ZERO)
        self.cash = _add_up(part.cash for part in self.parts)
        self.cash_entered = _add_up(part.cash_entered for part in self.parts)
        self.cash_carried = _add_up(part.cash_carried for part in self.parts)
        self.balances = _add_up({currency: balance} for (_, currency), balance in self.cash.items())
        self.inflow = sum((part.flows.inflow for part in self.parts), ZERO)
        self.outflow = sum((part.flows.outflow for part in self.parts), ZERO)
        self.moment = sum((part.flows.moment for part in self.parts), ZERO)

    def cash_steps(self, currency: str) -> dict[dt.date, Decimal]:
        """Return the balance of a currency after each day on which it changed."""
        changes = _add_up(part.cash_changes.get(currency, {}) for part in self.parts)
        balance, steps = ZERO, {}
        for day in sorted(changes):
            balance += changes[day]
            steps[day] = balance
        return steps

    def list_problems(self, more: Problems) -> tuple[Problem, ...]:
        """Return what was missing, by date; `more` are the problems of one kind of report."""
        return tuple(sorted((self.problems | more).values(), key=lambda one: (one.date or dt.date.max, one.code, one.symbol or one.currency or "")))


def summarize(entries: Iterable[Entry], rules: Rules, market: Market, *, start: dt.date | None = None, until: dt.date | None = None) -> Summary:
    """Return the summary of a whole ledger; see sum_up."""
    return Summary([sum_up(entries, rules, market, start=start, until=until)], rules, market)


def _join(groups: Iterable[Iterable[Problem]]) -> Problems:
    return {problem.place: problem for group in groups for problem in group}


def _add_up(groups: Iterable[Mapping[K, Decimal]]) -> dict[K, Decimal]:
    sums: dict[K, Decimal] = {}
    for group in groups:
        for key, amount in group.items():
            sums[key] = sums.get(key, ZERO) + amount
    return sums
