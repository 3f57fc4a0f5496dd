"""The entries of a ledger, instrument by instrument: one row each, whose columns are packed texts and numbers.

A database row an entry would cost twice as much to read: every value of it passes through the driver on its own.
"""

import datetime as dt
import json
from collections.abc import Callable, Iterable, Sequence
from decimal import Decimal
from functools import partial
from itertools import chain, repeat
from operator import itemgetter
from typing import Any, NamedTuple, TypeVar
from uuid import UUID

import numpy as np
from django.db import connection

from portfolio.engine.ledger import Entry, Ledger, order_days
from portfolio.models import Portfolio, Transaction

T = TypeVar("T")
Chosen = Iterable[UUID | None] | None

# An index gives the rows in this order. Text and numbers as the engine takes them: no trailing zeros, the gross money of a trade at a
# price worked out, a charge of zero and what is not told as an empty text. JSON in its short form has no line ends.
PACKED = """
SELECT instrument_id::text,
    string_agg(id::text, ' ' {order}),
    string_agg(kind, ' ' {order}),
    string_agg(date_send(trade_date), ''::bytea {order}),
    string_agg(account_id::text, ' ' {order}),
    string_agg(coalesce(trim_scale(quantity)::text, ''), ' ' {order}),
    string_agg(coalesce(trim_scale(coalesce(amount, quantity * price))::text, ''), ' ' {order}),
    string_agg(CASE WHEN fee <> 0 THEN trim_scale(fee)::text ELSE '' END, ' ' {order}),
    string_agg(CASE WHEN tax <> 0 THEN trim_scale(tax)::text ELSE '' END, ' ' {order}),
    string_agg(currency, ' ' {order}),
    string_agg(coalesce(trim_scale(fx_rate)::text, ''), ' ' {order}),
    string_agg(coalesce(lots::text, ''), E'\\n' {order}),
    string_agg(int8send(sequence), ''::bytea {order}),
    string_agg(coalesce(counter_account_id::text, ''), ' ' {order})
FROM portfolio_transaction WHERE portfolio_id = %(portfolio)s AND {condition} GROUP BY instrument_id
"""
ORDER = "ORDER BY trade_date, sequence"
# PostgreSQL counts days from here.
EPOCH = dt.date(2000, 1, 1).toordinal()
DAY_AND_SEQUENCE = itemgetter(Entry._fields.index("trade_date"), Entry._fields.index("sequence"))
# Entry._make without its check of the length: in C from end to end.
MAKE_ENTRY = partial(tuple.__new__, Entry)


class _PackedLedger(NamedTuple):
    instrument: str | None
    keys: str
    kinds: str
    days: bytes
    accounts: str
    quantities: str
    amounts: str
    fees: str
    taxes: str
    currencies: str
    fx_rates: str
    lots: str
    sequences: bytes
    counter_accounts: str


def load_entries(portfolio: Portfolio, instrument_ids: Chosen = None) -> Ledger:
    """Return the portfolio's ledger in booking order, or only the entries of some instruments (None: of none), in one query.

    Keys are the identifiers as text; what was traded at a price has an amount instead; a charge of zero is None.
    """
    groups = [entries for _, entries in _read_groups(portfolio, instrument_ids)]
    return order_days(groups[0] if len(groups) == 1 else sorted(chain.from_iterable(groups), key=DAY_AND_SEQUENCE))


def load_ledgers(portfolio: Portfolio, instrument_ids: Chosen = None) -> dict[str | None, Ledger]:
    """Return the ledger of each instrument on its own."""
    return {key: order_days(entries) for key, entries in _read_groups(portfolio, instrument_ids)}


def entry_of(transaction: Transaction) -> Entry:
    """Return the entry of a stored or not yet stored transaction."""
    return Entry(
        key=str(transaction.pk),
        kind=str(transaction.kind),
        trade_date=transaction.trade_date,
        account=str(transaction.account_id),
        instrument=str(transaction.instrument_id) if transaction.instrument_id else None,
        quantity=transaction.quantity,
        price=transaction.price,
        amount=transaction.amount,
        fee=transaction.fee,
        tax=transaction.tax,
        currency=transaction.currency,
        fx_rate=transaction.fx_rate,
        lots=_read_lots(transaction.lots),
        sequence=transaction.sequence,
        counter_account=str(transaction.counter_account_id) if transaction.counter_account_id else None,
    )


def _read_groups(portfolio: Portfolio, instrument_ids: Chosen) -> list[tuple[str | None, list[Entry]]]:
    """Return (instrument key, entries by date and sequence) of each instrument that has entries."""
    listed = None if instrument_ids is None else set(instrument_ids)
    if listed is None:
        return _read_rows(portfolio, "TRUE")
    found = _read_rows(portfolio, "instrument_id = ANY(%(instruments)s)", list(listed - {None})) if listed - {None} else []
    # Together in one condition the two would not be found by the index.
    return found + (_read_rows(portfolio, "instrument_id IS NULL") if None in listed else [])


def _read_rows(portfolio: Portfolio, condition: str, instruments: Sequence[UUID | None] = ()) -> list[tuple[str | None, list[Entry]]]:
    with connection.cursor() as cursor:
        cursor.execute(PACKED.format(order=ORDER, condition=condition), {"portfolio": portfolio.pk, "instruments": list(instruments)})
        return [(row[0], _unpack(_PackedLedger._make(row))) for row in cursor.fetchall()]


def _unpack(row: _PackedLedger) -> list[Entry]:
    columns = zip(
        row.keys.split(" "),
        _share(row.kinds),
        map(dt.date.fromordinal, (np.frombuffer(row.days, ">i4") + EPOCH).tolist()),
        _share(row.accounts),
        repeat(row.instrument),
        _read(row.quantities, Decimal),
        repeat(None),
        _read(row.amounts, Decimal),
        _read(row.fees, Decimal),
        _read(row.taxes, Decimal),
        _share(row.currencies),
        _read(row.fx_rates, Decimal),
        _read(row.lots, _read_choice, "\n"),
        np.frombuffer(row.sequences, ">i8").tolist(),
        _share(row.counter_accounts),
        strict=False,
    )
    return list(map(MAKE_ENTRY, columns))


def _share(packed: str) -> Iterable[str | None]:
    """Return the texts, each of them once in memory: there are only a few."""
    texts = packed.split(" ")
    known = {text: text or None for text in set(texts)}
    return map(known.__getitem__, texts)


def _read(packed: str, read: Callable[[str], T], separator: str = " ") -> Iterable[T | None]:
    """Return what the texts say, None for an empty one; most columns are either empty throughout or not at all."""
    if not packed.strip(separator):
        return repeat(None)
    texts = packed.split(separator)
    return [read(text) if text else None for text in texts] if "" in texts else map(read, texts)


def _read_choice(stored: str) -> tuple[tuple[str, Decimal], ...] | None:
    return _read_lots(json.loads(stored))


def _read_lots(stored: Sequence[dict[str, Any]] | None) -> tuple[tuple[str, Decimal], ...] | None:
    return tuple((choice["transaction"], Decimal(choice["quantity"])) for choice in stored) if stored else None
