"""What the entries of one instrument come to up to a day: everything that a report needs of them, and nothing that only a fold does.

Instruments do not touch each other in the books, so each is folded on its own, and a changed entry makes only its own instrument anew.
Subtotals are immutable and small: units and flows of a day are float64, as in every series; sums are exact.
"""

import datetime as dt
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from decimal import Decimal
from itertools import takewhile
from operator import mul
from typing import NamedTuple

import numpy as np

from portfolio.engine.book import Book
from portfolio.engine.ledger import Entry, order_entries
from portfolio.engine.market import InstrumentInfo, Market
from portfolio.engine.money import ZERO, exactly
from portfolio.engine.position import Earned, Position, symbol_of
from portfolio.engine.positions import fold
from portfolio.engine.prices import Days, Values
from portfolio.engine.valuer import Problem, Rules


class Steps(NamedTuple):
    """Something that changes in steps: proleptic ordinals, ascending, and its value from each on."""

    days: Days
    values: Values


class FlowSums(NamedTuple):
    """Money across the border in base currency: each amount with its day (positive: in), and in all.

    `moment`: the sum of (in − out) × ordinal of the day.
    """

    days: Days
    amounts: Values
    inflow: Decimal
    outflow: Decimal
    moment: Decimal


@dataclass(frozen=True, slots=True)
class PositionSubtotal:
    """A position after its last entry. Costs and carrying amounts are those of what is open; see portfolio.engine.book.

    `accounts`: the units in each account that holds some. `trade`: (price, day) of the last trade; `traded`: prices of trades
    before the first close.
    """

    info: InstrumentInfo | None
    currency: str
    quantity: Decimal
    accounts: tuple[tuple[str, Decimal], ...]
    cost: Decimal
    cost_base: Decimal
    carried: Decimal
    carried_base: Decimal
    since_first: Earned
    in_period: Earned
    trade: tuple[Decimal, dt.date] | None
    steps: Steps
    traded: Steps

    @property
    def symbol(self) -> str | None:
        return symbol_of(self.info)

    def trade_price(self, day: dt.date) -> tuple[Decimal, dt.date] | None:
        """Return (price, day) of the last trade. `day` must not be before the last entry."""
        return self.trade


@dataclass(frozen=True, slots=True)
class Subtotal:
    """`first_day`: of the first entry, also of one after the end. `start_value`: at the start of the period. `is_priced`: closes at the start
    or on days of crossings have gone in.

    Cash as in the Book. `problems` matter to every report, the others to what things cost and to the period statement.
    """

    positions: tuple[PositionSubtotal, ...]
    first_day: dt.date | None
    start_value: Decimal
    is_priced: bool
    cash: Mapping[tuple[str, str], Decimal]
    cash_entered: Mapping[str, Decimal]
    cash_carried: Mapping[str, Decimal]
    cash_changes: Mapping[str, Mapping[dt.date, Decimal]]
    flows: FlowSums
    problems: tuple[Problem, ...]
    cost_problems: tuple[Problem, ...]
    period_problems: tuple[Problem, ...]


@exactly
def sum_up(entries: Iterable[Entry], rules: Rules, market: Market, *, start: dt.date | None = None, until: dt.date | None = None) -> Subtotal:
    """Fold the entries up to and including a day; the period statement begins after `start` (None: before the first entry)."""
    ledger = order_entries(entries)
    return close_book(fold(ledger, rules, market, start=start, until=until), ledger[0].trade_date if ledger else None, is_priced=start is not None)


@exactly
def close_book(book: Book, first_day: dt.date | None = None, *, is_priced: bool = False) -> Subtotal:
    """Return what a book comes to."""
    return Subtotal(
        positions=tuple(_tell(position) for position in book.positions.values()),
        first_day=first_day,
        start_value=book.start_value,
        is_priced=is_priced or book.has_crossings,
        cash=book.cash,
        cash_entered=book.cash_entered,
        cash_carried=book.cash_carried,
        cash_changes=book.cash_changes,
        flows=_add_flows(book),
        problems=tuple(book.problems.values()),
        cost_problems=tuple(book.cost_problems.values()),
        period_problems=tuple(book.period_problems.values()),
    )


def _tell(position: Position) -> PositionSubtotal:
    return PositionSubtotal(
        position.info,
        position.currency,
        position.quantity,
        tuple((account, queue.quantity) for account, queue in position.queues.items() if queue.quantity),
        *position.open_amounts(),
        position.since_first,
        position.in_period,
        position.trade_price(dt.date.max),
        make_steps(position.steps),
        make_steps(_price_trades(position)),
    )


def _price_trades(position: Position) -> dict[dt.date, float]:
    """Return the price of the last trade of each day before the first close."""
    first_close = position.info.priced_from if position.info else None
    early = position.traded.items() if first_close is None else takewhile(lambda trade: trade[0] < first_close, position.traded.items())
    return {day: float(money) / float(units) for day, (money, units) in early}


def make_steps(values: Mapping[dt.date, Decimal | float]) -> Steps:
    """Return the values by day, which must be in order, as arrays."""
    return Steps(_make_days(map(dt.date.toordinal, values)), np.array(list(map(float, values.values())), dtype=np.float64))


def _make_days(ordinals: Iterable[int]) -> Days:
    # Half of the memory: there are many of them.
    return np.array(list(ordinals), dtype=np.int32)


def _add_flows(book: Book) -> FlowSums:
    flows = book.flows + [(day, amount) for day, amount in book.internal_flows.items() if amount]
    amounts = [amount for _, amount in flows]
    ordinals = [day.toordinal() for day, _ in flows]
    outflow = -sum(filter(Decimal.is_signed, amounts), ZERO)
    return FlowSums(
        _make_days(ordinals),
        np.array(list(map(float, amounts)), dtype=np.float64),
        sum(amounts, outflow),
        outflow,
        sum(map(mul, amounts, ordinals), ZERO),
    )
