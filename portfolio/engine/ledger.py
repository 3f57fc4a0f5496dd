"""The entries of a ledger, their kinds, and the order within a day."""

import datetime as dt
from bisect import bisect_left, bisect_right
from collections.abc import Iterable
from decimal import Decimal
from fractions import Fraction
from itertools import compress
from operator import eq, itemgetter
from typing import NamedTuple

from portfolio.engine.money import ZERO

CORPORATE_ACTIONS = frozenset({"split", "stock_dividend", "return_of_capital"})
OPENING_KINDS = frozenset({"buy", "short_sell", "transfer_in", "opening_balance"})
CLOSING_KINDS = frozenset({"sell", "buy_to_cover", "transfer_out"})
CASH_KINDS = frozenset({"dividend", "interest", "fee", "tax", "deposit", "withdrawal"})
# What this engine books. Spin-offs, mergers and symbol changes name two instruments, which an entry cannot.
ACCEPTED_KINDS = CORPORATE_ACTIONS | OPENING_KINDS | CLOSING_KINDS | CASH_KINDS

# A split's ratio is stored with ten decimals.
LARGEST_RATIO_TERM = 1_000
HALF_A_STEP = Fraction(1, 2 * 10**10)

CORPORATE_RANK, OPENING_RANK, MOVING_RANK, CLOSING_RANK, CASH_RANK = range(5)
RANKS = (
    dict.fromkeys(CORPORATE_ACTIONS, CORPORATE_RANK)
    | dict.fromkeys(OPENING_KINDS, OPENING_RANK)
    | dict.fromkeys(CLOSING_KINDS, CLOSING_RANK)
    | dict.fromkeys(CASH_KINDS, CASH_RANK)
)


class Entry(NamedTuple):
    """One fact of the ledger, immutable. Sizes and signs as in portfolio.models.Transaction.

    quantity, price, amount, fee and tax are positive (a refund is negative); `amount` is gross, before fee and tax; all money is in
    `currency`. `fx_rate`: units of the base currency for 1 unit of `currency`. `instrument`, `account` and `counter_account` are opaque
    keys. `lots`: the chosen lots of a sale as (key of the acquisition, units). For a split `quantity` is the ratio new : old.
    A named tuple rather than a dataclass: ledgers of 200,000 entries are built from database rows at C speed.
    """

    key: str
    kind: str
    trade_date: dt.date
    account: str = ""
    instrument: str | None = None
    quantity: Decimal | Fraction | None = None
    price: Decimal | None = None
    amount: Decimal | None = None
    fee: Decimal | None = ZERO
    tax: Decimal | None = ZERO
    currency: str = ""
    fx_rate: Decimal | None = None
    lots: tuple[tuple[str, Decimal], ...] | None = None
    sequence: int = 0
    counter_account: str | None = None


DAY = itemgetter(Entry._fields.index("trade_date"))


def read_ratio(told: Decimal | Fraction) -> Fraction:
    """Return the ratio of a split. Issuers split by small whole numbers, so 0.3333333333, which is all that ten decimals hold, is 1 : 3."""
    ratio = Fraction(told)
    simple = ratio.limit_denominator(LARGEST_RATIO_TERM)
    return simple if abs(simple - ratio) <= HALF_A_STEP else ratio


def rank(entry: Entry) -> tuple[dt.date, int, int]:
    """Return the place of an entry in the ledger: corporate actions, openings, moves between own accounts, closings, cash; ties by sequence.

    A short sale opens and its cover closes, so both can happen on one day. An unknown kind comes last; booking it is refused.
    """
    kind = entry.kind
    within_day = MOVING_RANK if entry.counter_account is not None and kind in {"transfer_in", "transfer_out"} else RANKS.get(kind, CASH_RANK)
    return entry.trade_date, within_day, entry.sequence


class Ledger(list[Entry]):
    """Entries that stand in booking order."""


def order_entries(entries: Iterable[Entry]) -> Ledger:
    """Return the entries in the order in which they are booked; those that already are a Ledger are returned as they are."""
    return entries if isinstance(entries, Ledger) else Ledger(sorted(entries, key=rank))


def order_days(entries: list[Entry]) -> Ledger:
    """Return entries that come by date and sequence in the order in which they are booked: only days of several entries need a look."""
    ledger = Ledger(entries)
    days = list(map(DAY, entries))
    shared = {days[place] for place in compress(range(len(days)), map(eq, days, days[1:]))}
    for day in shared:
        first, last = bisect_left(days, day), bisect_right(days, day)
        ledger[first:last] = sorted(entries[first:last], key=rank)
    return ledger
