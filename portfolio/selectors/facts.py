"""Stored facts, as the engine takes them: few queries, no model instances, no more history than a figure needs."""

import datetime as dt
from collections.abc import Iterable
from typing import NamedTuple

from django.db.models import Min, OuterRef, Q, Subquery

from common.identifiers import format_version
from portfolio.engine.fx import FxTable
from portfolio.engine.market import InstrumentInfo
from portfolio.models import BrokerageAccount, Instrument, LedgerRevision, Portfolio, Price, RatesRevision, Transaction
from portfolio.selectors.cache import figures, rates
from portfolio.selectors.facts_rates import load_rates

RatesStamp = tuple[tuple[str | None, int], ...]


class KnownInstrument(NamedTuple):
    """`version` differs after every change of the instrument or of its prices."""

    info: InstrumentInfo
    version: str


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
    first_close = Price.objects.filter(instrument=OuterRef("pk")).order_by("date").values("date")[:1]
    columns = ("updated_at", "pk", "currency", "symbol", "name", "kind", "sector", "country", Subquery(first_close))
    rows = Instrument.objects.filter(pk__in=wanted).values_list(*columns)
    return {str(key): KnownInstrument(InstrumentInfo(str(key), *rest), format_version(changed)) for changed, key, *rest in rows}


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


def load_account_names(portfolio: Portfolio) -> dict[str, str]:
    """Return the name of each account by its key in entries."""
    return {str(key): name for key, name in BrokerageAccount.objects.filter(portfolio=portfolio).values_list("pk", "name")}
