"""Stored facts, as the engine takes them: few queries, no model instances, no more history than a figure needs."""

import datetime as dt
import json
from collections.abc import Iterable, Sequence
from decimal import Decimal
from functools import partial
from typing import Any
from uuid import UUID

from django.db import connection
from django.db.models import Expression, F, Field, Func, TextField, Value
from django.db.models.functions import Cast, NullIf

from portfolio.engine.fx import FxTable
from portfolio.engine.ledger import Entry, Ledger, order_entries
from portfolio.engine.market import InstrumentInfo, Market
from portfolio.models import BrokerageAccount, Instrument, Portfolio, Transaction
from portfolio.selectors.cache import rates
from portfolio.selectors.facts_prices import load_prices
from portfolio.selectors.facts_rates import load_rates

BORDER_KINDS = frozenset({"transfer_in", "transfer_out", "opening_balance"})
LOTS = Entry._fields.index("lots")
# Entry._make without its check of the length: in C from end to end.
MAKE_ENTRY = partial(tuple.__new__, Entry)


def load_entries(portfolio: Portfolio, instrument_ids: Iterable[UUID] | None = None) -> Ledger:
    """Return the portfolio's ledger in booking order, or only the entries of some instruments, in one query.

    Keys are the identifiers as text; a charge of zero is None.
    """
    rows = Transaction.objects.filter(portfolio=portfolio)
    if instrument_ids is not None:
        rows = rows.filter(instrument__in=list(instrument_ids))
    # In the order of an index; the order within a day would make PostgreSQL sort, which takes longer than all of its reading.
    found = rows.order_by("trade_date", "sequence").values_list(*_columns())
    with connection.cursor() as cursor:
        # The driver's rows as they are: Django's own way of reading them would take as long again.
        cursor.execute(*found.query.sql_with_params())
        return order_entries(_read_row(row) if row[LOTS] else MAKE_ENTRY(row) for row in cursor.fetchall())


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


def load_market(
    portfolio: Portfolio,
    entries: Iterable[Entry],
    end: dt.date,
    *,
    days: Iterable[dt.date] = (),
    series_from: dt.date | None = None,
    benchmark: Instrument | None = None,
) -> Market:
    """Return instruments, prices and rates that the entries need up to a day.

    Exact closes are read for `end`, for `days` and for the days on which units crossed the border; whole series (float64) only from
    `series_from` on, if it is given.
    """
    first_days, crossings, currencies = _survey(entries, end)
    instruments = _load_instruments(first_days, benchmark)
    wanted = {(key, day) for key in instruments for day in (end, *days)} | crossings
    if benchmark is not None:
        first_days[str(benchmark.pk)] = dt.date.min
    starts = {key: max(series_from, first) for key, first in first_days.items()} if series_from else {}
    currencies |= {info.currency for info in instruments.values()}
    return Market(instruments, load_prices(wanted, starts, end), _find_rates(portfolio, currencies, end))


def load_account_names(portfolio: Portfolio) -> dict[str, str]:
    """Return the name of each account by its key in entries."""
    return {str(key): name for key, name in BrokerageAccount.objects.filter(portfolio=portfolio).values_list("pk", "name")}


def _survey(entries: Iterable[Entry], end: dt.date) -> tuple[dict[str, dt.date], set[tuple[str, dt.date]], set[str]]:
    """Return the first day of each instrument, the (instrument, day) at which units crossed the border, and all currencies of the entries."""
    first_days: dict[str, dt.date] = {}
    crossings = set()
    currencies = set()
    for entry in entries:
        instrument, day = entry.instrument, entry.trade_date
        if day > end:
            break
        currencies.add(entry.currency)
        if instrument is None:
            continue
        if instrument not in first_days:
            first_days[instrument] = day
        if entry.kind in BORDER_KINDS and entry.counter_account is None:
            crossings.add((instrument, day))
    return first_days, crossings, currencies


def _find_rates(portfolio: Portfolio, currencies: set[str], end: dt.date) -> FxTable:
    """Return the rates; those that another figure of the same revision was made with, if they are still here."""
    key = (portfolio.pk, portfolio.revision, frozenset(currencies), end)
    return rates.get_or_make(key, lambda: load_rates(portfolio.owner_id, currencies, portfolio.base_currency, end))


def _load_instruments(keys: Iterable[str], benchmark: Instrument | None) -> dict[str, InstrumentInfo]:
    names = ("pk", "currency", "symbol", "name", "kind", "sector", "country")
    rows: Sequence[tuple[Any, ...]] = list(Instrument.objects.filter(pk__in=list(keys)).values_list(*names))
    if benchmark is not None:
        rows = [*rows, tuple(getattr(benchmark, name) for name in names)]
    return {str(key): InstrumentInfo(str(key), *rest) for key, *rest in rows}


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
