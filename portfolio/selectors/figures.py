"""Figures of a portfolio: facts loaded, the engine asked, the answer remembered until a fact changes.

`as_of` and `end` are days of the reader's calendar, decided at the face. Permission is the caller's: whoever has the portfolio may read it,
and a portfolio that was loaded for somebody who may see only percentages gives only those.
"""

import datetime as dt
import gc
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from typing import Literal, TypeVar, get_args

from common.errors import InvalidInputError
from portfolio.engine.market import InstrumentInfo
from portfolio.engine.performance import measure_summary, place_period
from portfolio.engine.positions import fold
from portfolio.engine.reports import AllocationReport, HoldingsReport, LotsReport, PerformanceReport
from portfolio.engine.valuation import allocate, allocate_accounts, list_lots, value_holdings
from portfolio.models import Instrument, Portfolio
from portfolio.selectors.access import require_amounts
from portfolio.selectors.cache import figures
from portfolio.selectors.facts import find_first_date, load_account_names
from portfolio.selectors.facts_entries import load_entries
from portfolio.selectors.percentages import conceal
from portfolio.selectors.subtotals import load_market, load_summary, rules_of

Criterion = Literal["instrument", "kind", "sector", "country", "currency", "account"]
CRITERIA: tuple[str, ...] = get_args(Criterion)
UNCLASSIFIED = "Unclassified"
T = TypeVar("T")


def measure_holdings(*, portfolio: Portfolio, as_of: dt.date) -> HoldingsReport:
    """Return what is held at the end of a day, with values, gains and totals."""
    return _show(portfolio, measure_whole_holdings(portfolio=portfolio, as_of=as_of))


def measure_whole_holdings(*, portfolio: Portfolio, as_of: dt.date) -> HoldingsReport:
    """Return the same with all amounts, whoever reads: for selectors that make ratios of them."""
    return _compute(_key(portfolio, "holdings", as_of), lambda: value_holdings(load_summary(portfolio, end=as_of), as_of))


def measure_performance(*, portfolio: Portfolio, start: dt.date | None, end: dt.date, benchmark: Instrument | None = None) -> PerformanceReport:
    """Return value, gain and returns of the period (start, end] with its daily series; `start` None: the day before the first entry.

    Raises InvalidInputError if the period has no day.
    """
    if start is not None and start >= end:
        raise InvalidInputError("The period must end after it starts.", code="empty_period", field="from")
    key = _key(portfolio, "performance", start, end, *((benchmark.pk, benchmark.version) if benchmark else ()))
    return _show(portfolio, _compute(key, lambda: _measure_performance(portfolio, start, end, benchmark)))


def measure_lots(*, portfolio: Portfolio, as_of: dt.date, instrument: Instrument | None = None) -> LotsReport:
    """Return open and closed lots up to a day, of all instruments or of one. Raises NotAllowedError where amounts are hidden."""
    require_amounts(portfolio)
    key = _key(portfolio, "lots", as_of, instrument.pk if instrument else None)
    return _compute(key, lambda: _measure_lots(portfolio, as_of, instrument))


def measure_allocation(*, portfolio: Portfolio, as_of: dt.date, by: str) -> AllocationReport:
    """Return how the value divides by instrument, kind, sector, country, currency or account. Raises InvalidInputError for another criterion."""
    if by not in CRITERIA:
        raise InvalidInputError(f"by: one of {', '.join(CRITERIA)}.", code="unknown_criterion", field="by")
    if by == "account":
        # Where somebody keeps his money is nobody's business who may not see how much it is.
        require_amounts(portfolio)
    return _show(portfolio, _compute(_key(portfolio, "allocation", as_of, by), lambda: _measure_allocation(portfolio, as_of, by)))


def _show(portfolio: Portfolio, report: T) -> T:
    """Return the report as the portfolio's reader may see it. What is remembered always has the amounts."""
    return report if portfolio.shows_amounts else conceal(report)


@contextmanager
def _collector_paused() -> Iterator[None]:
    """Leave the garbage collector out while a figure is computed.

    Hundreds of thousands of entries and lots are made at once, none in a cycle; looking through them again and again costs a third of
    the time. Reference counts free them all afterwards.
    """
    was_enabled = gc.isenabled()
    gc.disable()
    try:
        yield
    finally:
        if was_enabled:
            gc.enable()


def _compute(key: tuple[object, ...], make: Callable[[], T]) -> T:
    def make_paused() -> T:
        with _collector_paused():
            return make()

    return figures.get_or_make(key, make_paused)


def _key(portfolio: Portfolio, *parts: object) -> tuple[object, ...]:
    return portfolio.pk, portfolio.revision, *parts


def _measure_performance(portfolio: Portfolio, start: dt.date | None, end: dt.date, benchmark: Instrument | None) -> PerformanceReport:
    first = find_first_date(portfolio=portfolio) if start is not None else None
    # Nothing is held before the first entry: a period that begins there has the same subtotals whenever it was asked to begin.
    opening = start if start is not None and first is not None and start >= first else None
    summary = load_summary(portfolio, start=opening, end=end, benchmark=benchmark, with_series=True)
    period = place_period(first if opening else summary.first_day, start, end)
    return measure_summary(summary, period, summary.market.instruments[str(benchmark.pk)] if benchmark else None)


def _measure_lots(portfolio: Portfolio, as_of: dt.date, instrument: Instrument | None) -> LotsReport:
    entries = load_entries(portfolio, [instrument.pk] if instrument else None)
    book = fold(entries, rules_of(portfolio), load_market(portfolio, entries, as_of), until=as_of, keep_closed=True)
    return list_lots(book, as_of, load_account_names(portfolio))


def _measure_allocation(portfolio: Portfolio, as_of: dt.date, by: str) -> AllocationReport:
    summary = load_summary(portfolio, end=as_of)
    report = value_holdings(summary, as_of)
    if by == "account":
        return allocate_accounts(summary, report, load_account_names(portfolio))
    group = GROUPS[by]
    return allocate(report, by, {key: group(info) for key, info in summary.market.instruments.items()})


def _labelled(value: str) -> tuple[str, str]:
    return value, value or UNCLASSIFIED


GROUPS: Mapping[str, Callable[[InstrumentInfo], tuple[str, str]]] = {
    "instrument": lambda info: (info.symbol, info.name or info.symbol),
    "kind": lambda info: (info.kind, str(Instrument.Kind(info.kind).label)),
    "sector": lambda info: _labelled(info.sector),
    "country": lambda info: _labelled(info.country),
    "currency": lambda info: (info.currency, info.currency),
}
