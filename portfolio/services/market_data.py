"""Bring prices and exchange rates up to date from the providers.

Only what is missing is added: a close or a rate that is stored already, from whatever source, is never overwritten.
"""

import logging
from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date, timedelta
from typing import TYPE_CHECKING

from django.db.models import Max

from common.atomic import atomic_with_retry
from common.currencies import list_known_currencies
from common.errors import NotFoundError
from portfolio.models import FxRate, Instrument, Portfolio, Price
from portfolio.providers.base import Close, FxProvider, FxQuote, PriceProvider
from portfolio.providers.listing import LISTINGS, Listing
from portfolio.providers.registry import list_fx_providers, list_price_providers
from portfolio.services.revisions import raise_for_instruments, raise_for_rates, send_on_commit
from portfolio.signals import fx_rates_changed, prices_changed

if TYPE_CHECKING:
    from accounts.models import User

logger = logging.getLogger(__name__)

# What is fetched of an instrument without any price.
HISTORY = timedelta(days=11 * 365)
BATCH = 5_000


@dataclass(frozen=True, slots=True)
class PriceUpdate:
    """How many instruments got new closes, and how many closes there were."""

    instruments: int
    prices: int


@atomic_with_retry
def list_simulated_instruments(*, listings: tuple[Listing, ...] = LISTINGS) -> int:
    """Add the shared instruments of the simulated market that are missing; return how many were."""
    known = set(Instrument.objects.filter(owner=None, symbol__in=[listing.symbol for listing in listings]).values_list("symbol", flat=True))
    fields = ("symbol", "name", "kind", "currency", "sector", "country")
    missing = [listing for listing in listings if listing.symbol not in known]
    rows = [Instrument(price_source=Instrument.Source.SIMULATED, **{name: getattr(listing, name) for name in fields}) for listing in missing]
    Instrument.objects.bulk_create(rows, ignore_conflicts=True)
    return len(rows)


@atomic_with_retry
def update_prices(*, until: date) -> PriceUpdate:
    """Append the closes up to `until` of every instrument that a provider serves. Raises ExternalServiceError when one fails."""
    rows: list[Price] = []
    for provider in list_price_providers():
        rows += _fetch_missing(provider, until)
    if not rows:
        return PriceUpdate(0, 0)
    Price.objects.bulk_create(rows, ignore_conflicts=True, batch_size=BATCH)
    changed = list({row.instrument_id: row.instrument for row in rows}.values())
    raise_for_instruments([instrument.pk for instrument in changed])
    send_on_commit(prices_changed, instruments=changed)
    return PriceUpdate(len(changed), len(rows))


def _fetch_missing(provider: PriceProvider, until: date) -> Iterable[Price]:
    served = Instrument.objects.filter(owner=None, price_source=provider.name)
    last_days = dict(Price.objects.filter(instrument__in=served).values_list("instrument").annotate(Max("date")).order_by())
    for instrument in served:
        last_on = last_days.get(instrument.pk)
        start = last_on + timedelta(days=1) if last_on else until - HISTORY
        for close in _fetch_closes(provider, instrument.symbol, start, until):
            yield Price(instrument=instrument, date=close.date, close=close.close, source=provider.name)


def _fetch_closes(provider: PriceProvider, symbol: str, start: date, end: date) -> list[Close]:
    """Return the closes; none, and a line in the log, for a symbol that the provider does not know: the others must not wait for it."""
    if start > end:
        return []
    try:
        return provider.fetch_closes(symbol=symbol, start=start, end=end)
    except NotFoundError as error:
        logger.warning("no prices for %s: %s", symbol, error.message)
        return []


@atomic_with_retry
def update_fx_rates(*, until: date, provider: FxProvider | None = None) -> int:
    """Append the rates up to `until` of the given provider, else of all that are in use; return how many were new.

    Published rates are shared. Simulated ones belong to the owners of demo portfolios, so that nobody's real holdings are valued with them.
    """
    added = 0
    for source in [provider] if provider else list_fx_providers():
        owners: list[User | None] = [None] if source.name != Instrument.Source.SIMULATED else _list_demo_owners()
        added += sum(append_rates(source, owner, until) for owner in owners)
    return added


def _list_demo_owners() -> "list[User | None]":
    portfolios = Portfolio.objects.filter(is_demo=True).select_related("owner").order_by("owner_id").distinct("owner_id")
    return [portfolio.owner for portfolio in portfolios]


@atomic_with_retry
def append_rates(provider: FxProvider, owner: "User | None", until: date) -> int:
    """Add what is missing of one provider's rates, shared or one user's; return how many were new."""
    stored = set(FxRate.objects.filter(owner=owner, source=provider.name).values_list("date", "base", "quote"))
    quotes = provider.fetch_rates(start=_first_day(provider, until), end=until)
    rows = [_make_row(quote, provider.name, owner) for quote in quotes if quote[:3] not in stored and quote.quote in list_known_currencies()]
    if rows:
        FxRate.objects.bulk_create(rows, ignore_conflicts=True, batch_size=BATCH)
        raise_for_rates(owner)
        send_on_commit(fx_rates_changed, owner=owner)
    return len(rows)


def _first_day(provider: FxProvider, until: date) -> date:
    # A file is read as far back as it goes; the simulated market has no beginning worth storing.
    return until - HISTORY if provider.name == Instrument.Source.SIMULATED else date.min


def _make_row(quote: FxQuote, source: str, owner: "User | None") -> FxRate:
    return FxRate(owner=owner, date=quote.date, base=quote.base, quote=quote.quote, rate=quote.rate, source=source)
