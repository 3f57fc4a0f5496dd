"""What the instruments of a ledger come to, folded only where something has changed."""

import datetime as dt
from collections.abc import Iterable, Mapping
from operator import itemgetter
from typing import NamedTuple
from uuid import UUID

from portfolio.engine.ledger import Entry, Ledger
from portfolio.engine.market import InstrumentInfo, Market
from portfolio.engine.prices import NO_PRICES, Quote, SampledPrices
from portfolio.engine.subtotal import Subtotal, sum_up
from portfolio.engine.summary import Summary
from portfolio.engine.valuer import Rules
from portfolio.models import Instrument, Portfolio
from portfolio.selectors.cache import outlines, subtotals
from portfolio.selectors.facts import (
    KnownInstrument,
    RatesStamp,
    describe_instrument,
    find_rates,
    load_instruments,
    load_ledger_revisions,
    load_rates_stamp,
)
from portfolio.selectors.facts_entries import load_ledgers
from portfolio.selectors.facts_prices import load_quotes, load_series

BORDER_KINDS = frozenset({"transfer_in", "transfer_out", "opening_balance"})
KIND, CURRENCY = (itemgetter(Entry._fields.index(name)) for name in ("kind", "currency"))
Key = str | None
# Entries, by the sequence number of the next one.
LARGE = 30_000


class KeptSubtotal(NamedTuple):
    """A subtotal with what it holds for: entries up to `last_day`, the instrument's `version` if closes have gone in."""

    subtotal: Subtotal
    last_day: dt.date | None
    currencies: frozenset[str]
    version: str


class Outline(NamedTuple):
    """The instruments of a ledger, with the revision of the entries of each, and the state of the exchange rates."""

    revisions: dict[Key, int]
    instruments: dict[str, KnownInstrument]
    rates: RatesStamp


def rules_of(portfolio: Portfolio) -> Rules:
    """Return how the portfolio keeps its books."""
    return Rules(
        base_currency=portfolio.base_currency,
        method=str(portfolio.lot_method),
        allow_short=portfolio.allow_short,
        cash_tracking=portfolio.cash_tracking,
    )


def load_summary(
    portfolio: Portfolio, *, end: dt.date, start: dt.date | None = None, benchmark: Instrument | None = None, with_series: bool = False
) -> Summary:
    """Return what the ledger comes to up to a day, ready to be valued on it; the period statement begins after `start`.

    `start` None: before the first entry. The daily closes of everything, and of the benchmark, are there `with_series`.
    """
    ledger = _Ledger(portfolio, start, end, benchmark)
    ledger.take_kept()
    ledger.fold_missing()
    market = ledger.make_market((key, end) for key in ledger.instruments)
    if with_series:
        _add_series(market, ledger.instruments)
    return Summary([ledger.kept[key].subtotal for key in ledger.revisions], ledger.rules, market)


def load_market(portfolio: Portfolio, entries: Ledger, end: dt.date) -> Market:
    """Return instruments, rates and the exact closes that a fold of the entries and their valuation on a day need."""
    known = load_instruments({entry.instrument for entry in entries})
    wanted = [(key, end) for key in known] + _list_crossings(entries)
    quotes = load_quotes((key, known[key].version, day) for key, day in wanted)
    currencies = set(map(CURRENCY, entries)) | {one.info.currency for one in known.values()}
    return Market(_infos(known), _sample(quotes), find_rates(portfolio, load_rates_stamp(portfolio), currencies, end))


class _Ledger:
    """One look at a portfolio's ledger: which instruments it has, as of which change, and how it is to be folded."""

    def __init__(self, portfolio: Portfolio, start: dt.date | None, end: dt.date, benchmark: Instrument | None) -> None:
        self.portfolio = portfolio
        self.start = start
        self.end = end
        self.rules = rules_of(portfolio)
        outline = outlines.get_or_make((portfolio.pk, portfolio.revision), lambda: _load_outline(portfolio))
        self.revisions = outline.revisions
        self.rates = outline.rates
        self.instruments = ({str(benchmark.pk): describe_instrument(benchmark)} if benchmark else {}) | outline.instruments
        self.kept: dict[Key, KeptSubtotal] = {}
        self.currencies = {one.info.currency for one in self.instruments.values()}

    def take_kept(self) -> None:
        """Take the subtotals that still hold. One without later entries holds for every later day."""
        for key in self.revisions:
            found = subtotals.get(self._place(key, None))
            if found is None or (found.last_day and found.last_day > self.end):
                found = subtotals.get(self._place(key, self.end))
            if found is not None and (not found.subtotal.is_priced or found.version == self._version(key)):
                self.kept[key] = found
                self.currencies |= found.currencies

    def fold_missing(self) -> None:
        """Read the entries of the other instruments and keep what they come to."""
        missing = [key for key in self.revisions if key not in self.kept]
        # A large ledger is read instrument by instrument: all of its entries at once would take half a gigabyte.
        together = len(missing) if self.portfolio.next_sequence <= LARGE else 1
        for first in range(0, len(missing), together or 1):
            self._fold(missing[first : first + together])

    def _fold(self, keys: list[Key]) -> None:
        chosen = None if len(keys) == len(self.revisions) else [UUID(key) if key else None for key in keys]
        found = load_ledgers(self.portfolio, chosen)
        # An instrument that came up after the revisions were read belongs to the next look.
        ledgers = {key: found.get(key, Ledger()) for key in keys}
        self.currencies.update(*(map(CURRENCY, ledger) for ledger in ledgers.values()))
        openings = [(key, self.start) for key in keys if key and self.start]
        crossings = [place for ledger in ledgers.values() for place in _list_crossings(ledger)]
        market = self.make_market(crossings + openings)
        for key, ledger in ledgers.items():
            self._keep(key, ledger, sum_up(ledger, self.rules, market, start=self.start, until=self.end))

    def make_market(self, wanted: Iterable[tuple[str, dt.date]]) -> Market:
        """Return the market with the exact closes of the (instrument, day) wanted."""
        quotes = load_quotes((key, self.instruments[key].version, day) for key, day in wanted if key in self.instruments)
        return Market(_infos(self.instruments), _sample(quotes), find_rates(self.portfolio, self.rates, self.currencies, self.end))

    def _keep(self, key: Key, entries: Ledger, subtotal: Subtotal) -> None:
        last_day = entries[-1].trade_date if entries else None
        kept = KeptSubtotal(subtotal, last_day, frozenset(map(CURRENCY, entries)), self._version(key))
        self.kept[key] = kept
        is_whole = last_day is None or last_day <= self.end
        subtotals.put(self._place(key, None if is_whole else self.end), kept)

    def _place(self, key: Key, end: dt.date | None) -> tuple[object, ...]:
        info = self.instruments[key].info if key else None
        return self.portfolio.pk, key, self.revisions[key], self.rates, self.rules, info, self.start, end

    def _version(self, key: Key) -> str:
        return self.instruments[key].version if key else ""


def _load_outline(portfolio: Portfolio) -> Outline:
    revisions = load_ledger_revisions(portfolio)
    return Outline(revisions, load_instruments(revisions), load_rates_stamp(portfolio))


def _list_crossings(entries: Ledger) -> list[tuple[str, dt.date]]:
    """Return the (instrument, day) at which units crossed the border: they do so at market value."""
    if BORDER_KINDS.isdisjoint(map(KIND, entries)):
        return []
    return [
        (entry.instrument, entry.trade_date)
        for entry in entries
        if entry.kind in BORDER_KINDS and entry.counter_account is None and entry.instrument is not None
    ]


def _infos(known: Mapping[str, KnownInstrument]) -> dict[str, InstrumentInfo]:
    return {key: one.info for key, one in known.items()}


def _sample(quotes: Mapping[tuple[str, dt.date], Quote | None]) -> dict[str, SampledPrices]:
    samples: dict[str, dict[dt.date, Quote | None]] = {}
    for (key, day), quote in quotes.items():
        samples.setdefault(key, {})[day] = quote
    return {key: SampledPrices(days, NO_PRICES.days, NO_PRICES.closes) for key, days in samples.items()}


def _add_series(market: Market, known: Mapping[str, KnownInstrument]) -> None:
    series = load_series({key: one.version for key, one in known.items()})
    for key, prices in market.prices.items():
        if key in series and isinstance(prices, SampledPrices):
            prices.days, prices.closes = series[key]
