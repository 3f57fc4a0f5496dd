"""Stored facts, as the engine takes them: few queries, no model instances, no more history than a figure needs."""

import datetime as dt
import json
from collections.abc import Iterable
from decimal import Decimal
from functools import partial
from typing import Any, NamedTuple
from uuid import UUID

from django.db import connection
from django.db.models import Expression, F, Field, Func, Min, Q, TextField, Value
from django.db.models.functions import Cast, NullIf

from common.identifiers import format_version
from portfolio.engine.fx import FxTable
from portfolio.engine.ledger import Entry, Ledger, order_days
from portfolio.engine.market import InstrumentInfo
from portfolio.models import BrokerageAccount, Instrument, LedgerRevision, Portfolio, RatesRevision, Transaction
from portfolio.selectors.cache import figures, rates
from portfolio.selectors.facts_rates import load_rates

RatesStamp = tuple[tuple[str | None, int], ...]


class KnownInstrument(NamedTuple):
    """`version` differs after every change of the instrument or of its prices."""

    info: InstrumentInfo
    version: str


LOTS = Entry._fields.index("lots")
# Entry._make without its check of the length: in C from end to end.
MAKE_ENTRY = partial(tuple.__new__, Entry)


def load_entries(portfolio: Portfolio, instrument_ids: Iterable[UUID | None] | None = None) -> Ledger:
    """Return the portfolio's ledger in booking order, or only the entries of some instruments (None: of none), in one query.

    Keys are the identifiers as text; a charge of zero is None.
    """
    return order_days(_read_entries(portfolio, instrument_ids))


def load_ledgers(portfolio: Portfolio, instrument_ids: Iterable[UUID | None] | None = None) -> dict[str | None, Ledger]:
    """Return the ledger of each instrument on its own: most have one entry a day, which are in order as they are read."""
    ledgers: dict[str | None, list[Entry]] = {}
    for entry in _read_entries(portfolio, instrument_ids):
        ledgers.setdefault(entry.instrument, []).append(entry)
    return {key: order_days(entries) for key, entries in ledgers.items()}


def _read_entries(portfolio: Portfolio, instrument_ids: Iterable[UUID | None] | None) -> list[Entry]:
    """Return the entries by date and sequence."""
    rows = Transaction.objects.filter(portfolio=portfolio)
    if instrument_ids is not None:
        listed = set(instrument_ids)
        rows = rows.filter(Q(instrument__in=listed - {None}) | (Q(instrument=None) if None in listed else Q()))
    # In the order of an index; the order within a day would make PostgreSQL sort, which takes longer than all of its reading.
    found = rows.order_by("trade_date", "sequence").values_list(*_columns())
    with connection.cursor() as cursor:
        # The driver's rows as they are: Django's own way of reading them would take as long again.
        cursor.execute(*found.query.sql_with_params())
        return [_read_row(row) if row[LOTS] else MAKE_ENTRY(row) for row in cursor.fetchall()]


def find_first_date(*, portfolio: Portfolio) -> dt.date | None:
    """Return the day of the first entry."""

    def find() -> tuple[dt.date | None]:
        return (Transaction.objects.filter(portfolio=portfolio).aggregate(first=Min("trade_date"))["first"],)

    return figures.get_or_make((portfolio.pk, portfolio.revision, "first"), find)[0]


def load_ledger_revisions(portfolio: Portfolio) -> dict[str | None, int]:
    """Return each instrument key that the ledger has had entries of (None: of none), with the revision of those."""
    rows = LedgerRevision.objects.filter(portfolio=portfolio).order_by("revision").values_list("instrument_id", "revision")
    return {str(key) if key else None: revision for key, revision in rows}


def load_instruments(keys: Iterable[str | None]) -> dict[str, KnownInstrument]:
    """Return what is known of the instruments by key."""
    wanted = [key for key in keys if key]
    rows = Instrument.objects.filter(pk__in=wanted).values_list("pk", "updated_at", "currency", "symbol", "name", "kind", "sector", "country")
    return {str(key): KnownInstrument(InstrumentInfo(str(key), *rest), format_version(changed)) for key, changed, *rest in rows}


def describe_instrument(row: Instrument) -> KnownInstrument:
    """Return what load_instruments would of one that is loaded already."""
    info = InstrumentInfo(str(row.pk), row.currency, row.symbol, row.name, row.kind, row.sector, row.country)
    return KnownInstrument(info, row.version)


def load_rates_stamp(portfolio: Portfolio) -> RatesStamp:
    """Return whose exchange rates the portfolio sees, as of which change: the shared ones, and its owner's if he has any."""
    rows = RatesRevision.objects.filter(Q(owner_id=None) | Q(owner_id=portfolio.owner_id)).order_by("revision")
    return tuple((str(owner) if owner else None, revision) for owner, revision in rows.values_list("owner_id", "revision"))


def find_rates(portfolio: Portfolio, stamp: RatesStamp, currencies: Iterable[str], end: dt.date) -> FxTable:
    """Return the exchange rates up to a day that lead from the currencies to the portfolio's own."""
    wanted = frozenset(currencies)
    key = (stamp, portfolio.base_currency, wanted, end)
    return rates.get_or_make(key, lambda: load_rates(portfolio.owner_id, wanted, portfolio.base_currency, end))


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


def load_account_names(portfolio: Portfolio) -> dict[str, str]:
    """Return the name of each account by its key in entries."""
    return {str(key): name for key, name in BrokerageAccount.objects.filter(portfolio=portfolio).values_list("pk", "name")}


def _columns() -> list[Expression | F]:
    """The columns of an Entry, cheap to read: identifiers as text, numbers without trailing zeros, zero charges as nothing."""
    return [
        Cast("pk", TextField()),
        F("kind"),
        F("trade_date"),
        Cast("account_id", TextField()),
        Cast("instrument_id", TextField()),
        _trim("quantity"),
        _trim("price"),
        _trim("amount"),
        NullIf(_trim("fee"), Value(Decimal(0)), output_field=Field()),
        NullIf(_trim("tax"), Value(Decimal(0)), output_field=Field()),
        F("currency"),
        _trim("fx_rate"),
        Cast("lots", TextField()),
        F("sequence"),
        Cast("counter_account_id", TextField()),
    ]


def _trim(name: str) -> Func:
    # A plain field: the driver's Decimal is taken as it is, Django would make a second one of each.
    return Func(F(name), function="TRIM_SCALE", output_field=Field())


def _read_row(row: tuple[Any, ...]) -> Entry:
    return Entry._make((*row[:LOTS], _read_lots(json.loads(row[LOTS])), *row[LOTS + 1 :]))


def _read_lots(stored: list[dict[str, str]] | None) -> tuple[tuple[str, Decimal], ...] | None:
    return tuple((choice["transaction"], Decimal(choice["quantity"])) for choice in stored) if stored else None
