"""Instruments, their closes and quotes."""

import datetime as dt
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from decimal import Decimal
from typing import TYPE_CHECKING
from uuid import UUID

import numpy as np
from django.db.models import Exists, F, OuterRef, Q, QuerySet, Window
from django.db.models.functions import RowNumber

from common.errors import NotFoundError
from common.identifiers import format_version
from portfolio.models import Instrument, Price
from portfolio.models.instrument import InstrumentQuerySet
from portfolio.selectors.facts_prices import load_series

if TYPE_CHECKING:
    from accounts.models import User

STALE_AFTER = dt.timedelta(days=7)


@dataclass(frozen=True, slots=True)
class Quote:
    """The last known close on or before a day, and the change since the close before it. `change_ratio` is a fraction."""

    symbol: str
    currency: str
    price: Decimal | None
    date: dt.date | None
    previous_price: Decimal | None
    previous_date: dt.date | None
    change: Decimal | None
    change_ratio: float | None
    stale: bool
    source: str | None
    reason: str | None


def list_instruments(*, user: "User", text: str = "") -> InstrumentQuerySet:
    """Return what the user sees, by symbol: his own instruments, and the shared ones that none of his hides."""
    own_twin = Instrument.objects.filter(owner=user, symbol=OuterRef("symbol"))
    found = Instrument.objects.visible_to(user).exclude(Q(owner=None) & Exists(own_twin)).order_by("symbol")
    if text:
        found = found.filter(Q(symbol__icontains=text) | Q(name__icontains=text) | Q(isin__iexact=text))
    return found


def resolve_symbols(*, user: "User", symbols: Iterable[str]) -> dict[str, Instrument]:
    """Return the instrument of each known symbol in one query. The own one goes before the shared, the exact spelling before capitals."""
    asked = set(symbols)
    spellings = asked | {symbol.upper() for symbol in asked}
    rows = Instrument.objects.visible_to(user).filter(symbol__in=spellings).order_by(F("owner").asc(nulls_first=True))
    known = {row.symbol: row for row in rows}
    return {symbol: found for symbol in asked if (found := known.get(symbol) or known.get(symbol.upper()))}


def get_instrument(*, user: "User", symbol: str) -> Instrument:
    """Return the user's instrument of that symbol, else the shared one; raise NotFoundError."""
    found = resolve_symbols(user=user, symbols=[symbol]).get(symbol) if "\x00" not in symbol else None
    if found is None:
        raise NotFoundError("There is no instrument of this symbol.", code="unknown_symbol", symbol=symbol[:40])
    return found


def list_prices(*, instrument: Instrument, start: dt.date | None = None, end: dt.date | None = None) -> QuerySet[Price]:
    """Return the closes between two days, both included, oldest first."""
    bounds = {name: day for name, day in (("date__gte", start), ("date__lte", end)) if day is not None}
    return Price.objects.filter(instrument=instrument, **bounds).order_by("date")


def list_recent_closes(*, instruments: Iterable[Instrument], as_of: dt.date, days: int) -> dict[UUID, list[Decimal]]:
    """Return the last `days` closes on or before a day of each instrument, oldest first, in one query."""
    ids = [instrument.pk for instrument in instruments]
    number = Window(RowNumber(), partition_by=F("instrument"), order_by=F("date").desc())
    # The bound keeps the window small: closes come on about two days in three.
    window = Price.objects.filter(instrument__in=ids, date__lte=as_of, date__gt=as_of - dt.timedelta(days=2 * days + 10))
    rows = window.annotate(number=number).filter(number__lte=days).order_by("instrument", "date").values_list("instrument", "close")
    closes: dict[UUID, list[Decimal]] = {instrument_id: [] for instrument_id in ids}
    for instrument_id, close in rows:
        closes[instrument_id].append(close)
    return closes


def list_trends(*, keys: Sequence[str], as_of: dt.date, days: int) -> dict[str, list[float]]:
    """Return the last `days` closes on or before a day of each instrument key, oldest first, as floats: for drawing."""
    versions = {str(key): format_version(changed) for key, changed in Instrument.objects.filter(pk__in=keys).values_list("pk", "updated_at")}
    last, first = as_of.toordinal(), as_of.toordinal() - 2 * days - 10
    trends = {}
    for key, (known_days, closes) in load_series(versions).items():
        start, end = np.searchsorted(known_days, [first, last], side="right")
        trends[key] = closes[max(start, end - days) : end].tolist()
    return trends


def get_quote(*, instrument: Instrument, as_of: dt.date) -> Quote:
    """Return the quote of a day; without any close its figures are None and `reason` says why."""
    rows = list(Price.objects.filter(instrument=instrument, date__lte=as_of).order_by("-date").values_list("date", "close", "source")[:2])
    if not rows:
        empty = dict.fromkeys(("price", "date", "previous_price", "previous_date", "change", "change_ratio", "source"))
        return Quote(symbol=instrument.symbol, currency=instrument.currency, stale=False, reason="no_price", **empty)
    date, close, source = rows[0]
    previous_date, previous = rows[1][:2] if len(rows) > 1 else (None, None)
    change = close - previous if previous is not None else None
    return Quote(
        symbol=instrument.symbol,
        currency=instrument.currency,
        price=close,
        date=date,
        previous_price=previous,
        previous_date=previous_date,
        change=change,
        change_ratio=float(change / previous) if change is not None and previous else None,
        stale=as_of - date > STALE_AFTER,
        source=source,
        reason=None,
    )
