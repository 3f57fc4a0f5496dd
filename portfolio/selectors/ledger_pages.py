"""The ledger page by page, grouped by day, as the transactions page shows it."""

import datetime as dt
from collections.abc import Iterable
from dataclasses import dataclass
from decimal import Decimal
from itertools import groupby

from django.db.models import Q, QuerySet

from portfolio.models import Transaction

PAGE_SIZE = 50
# Which way the net cash of each kind goes: +1 into the account, -1 out of it. The others move no cash.
CASH_DIRECTION = {
    "buy": -1,
    "buy_to_cover": -1,
    "sell": 1,
    "short_sell": 1,
    "dividend": 1,
    "interest": 1,
    "deposit": 1,
    "withdrawal": -1,
    "fee": -1,
    "tax": -1,
}


@dataclass(frozen=True, slots=True)
class LedgerRow:
    """One entry with its cash effect: what went into the account (+) or out of it (−), fee and tax included. None: no cash moved."""

    entry: Transaction
    costs: Decimal
    cash: Decimal | None


@dataclass(frozen=True, slots=True)
class LedgerDay:
    """The entries of one day on this page. `continued`: the page before ends with the same day."""

    date: dt.date
    rows: tuple[LedgerRow, ...]
    continued: bool = False


@dataclass(frozen=True, slots=True)
class LedgerPage:
    """`next_cursor` is empty on the last page; else it is the argument that brings the page after this one."""

    days: tuple[LedgerDay, ...]
    next_cursor: str


def get_ledger_page(*, transactions: QuerySet[Transaction], cursor: str = "", size: int = PAGE_SIZE) -> LedgerPage:
    """Return one page of a list ordered newest first. A cursor that cannot be read brings the first page.

    Pages follow the order itself, not an offset: an entry added or deleted meanwhile shifts nothing.
    """
    after = _read_cursor(cursor)
    if after is not None:
        date, sequence = after
        transactions = transactions.filter(Q(trade_date__lt=date) | Q(trade_date=date, sequence__lt=sequence))
    entries = list(transactions[: size + 1])
    more, entries = len(entries) > size, entries[:size]
    last = entries[-1] if more else None
    return LedgerPage(
        days=tuple(_group_days(entries, after[0] if after else None)),
        next_cursor=f"{last.trade_date.isoformat()}.{last.sequence}" if last else "",
    )


def measure_cash_effect(entry: Transaction) -> Decimal | None:
    """Return the net cash of an entry in its currency, None when it moves none. Fee and tax lower what comes in and raise what goes out."""
    direction = CASH_DIRECTION.get(entry.kind)
    gross = entry.amount if entry.amount is not None else (entry.quantity or 0) * (entry.price or 0)
    return None if direction is None else direction * Decimal(gross) - entry.fee - entry.tax


def _group_days(entries: Iterable[Transaction], previous: dt.date | None) -> Iterable[LedgerDay]:
    for date, group in groupby(entries, key=lambda entry: entry.trade_date):
        rows = tuple(LedgerRow(entry, entry.fee + entry.tax, measure_cash_effect(entry)) for entry in group)
        yield LedgerDay(date, rows, continued=date == previous)


def _read_cursor(cursor: str) -> tuple[dt.date, int] | None:
    date, _, sequence = cursor.partition(".")
    try:
        return dt.date.fromisoformat(date), int(sequence[:19])
    except ValueError:
        return None
