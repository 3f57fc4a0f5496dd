"""What a person sees at a glance: rows of holdings with their trend, the moves of the last trading day, the best and worst."""

import datetime as dt
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from decimal import Decimal
from typing import TYPE_CHECKING

from portfolio.engine.reports import AllocationRow, Holding, HoldingsReport, PerformanceReport
from portfolio.models import Instrument, Portfolio, Transaction
from portfolio.selectors.figures import measure_performance, measure_whole_holdings
from portfolio.selectors.instruments import list_recent_closes, list_trends
from portfolio.selectors.percentages import conceal

if TYPE_CHECKING:
    from accounts.models import User

TREND_DAYS = 90
# The ring has ten colours; what is smaller than the nine largest is one part.
MOST_PARTS = 10
REST = "Other"


@dataclass(frozen=True, slots=True)
class HoldingRow:
    """A holding with its closes of about a quarter, oldest first. Ratios are fractions; None where unknown."""

    holding: Holding
    trend: Sequence[float]
    unrealized_ratio: float | None
    day_ratio: float | None
    is_closed: bool = False


@dataclass(frozen=True, slots=True)
class DayMove:
    """The gain from one close to the next, of everything: prices, exchange rates, income and costs. `date` is the day of the later close."""

    date: dt.date
    gain: Decimal | None
    ratio: float | None


@dataclass(frozen=True, slots=True)
class AllocationPart:
    """A row of an allocation with the number of its colour, 1 to 10."""

    label: str
    value: Decimal | None
    weight: float | None
    colour: int


@dataclass(frozen=True, slots=True)
class QuotedInstrument:
    """An instrument with its last closes, oldest first, and the change of the last one as a fraction."""

    instrument: Instrument
    trend: Sequence[Decimal]
    last: Decimal | None
    day_ratio: float | None


@dataclass(frozen=True, slots=True)
class PortfolioSummary:
    portfolio: Portfolio
    total_value: Decimal | None
    total_gain: Decimal | None
    currency: str
    time_weighted_return: float | None = None


def has_simulated_prices(*, portfolio: Portfolio) -> bool:
    """Tell whether figures of the portfolio rest on the simulated market."""
    return Transaction.objects.filter(portfolio=portfolio, instrument__price_source=Instrument.Source.SIMULATED).exists()


def list_holding_rows(*, portfolio: Portfolio, as_of: dt.date, include_closed: bool = False) -> list[HoldingRow]:
    """Return the holdings, largest first, with their trend up to the day. Ratios are there also for who may see no amounts."""
    report = measure_whole_holdings(portfolio=portfolio, as_of=as_of)
    closes = list_trends(keys=[one.instrument_id for one in report.holdings], as_of=report.as_of, days=TREND_DAYS)
    rows = [_make_row(one, closes) for one in report.holdings]
    rows.sort(key=lambda row: row.holding.market_value_base or Decimal(0), reverse=True)
    if include_closed:
        rows += [_make_row(one, closes, is_closed=True) for one in report.closed]
    return rows if portfolio.shows_amounts else [replace(row, holding=conceal(row.holding), trend=()) for row in rows if not row.is_closed]


def list_movers(*, rows: Sequence[HoldingRow], count: int = 5) -> list[HoldingRow]:
    """Return the open holdings whose price moved most at the last close, either way."""
    moved = [row for row in rows if row.day_ratio and not row.is_closed]
    return sorted(moved, key=lambda row: abs(row.day_ratio or 0.0), reverse=True)[:count]


def list_contributors(*, report: HoldingsReport, count: int = 5) -> list[Holding]:
    """Return the holdings, closed ones too, that gained or lost most since the first entry."""
    known = [one for one in (*report.holdings, *report.closed) if one.total_gain_base]
    return sorted(known, key=lambda one: abs(one.total_gain_base or Decimal(0)), reverse=True)[:count]


def measure_day_move(*, holdings: HoldingsReport, performance: PerformanceReport) -> DayMove | None:
    """Return the gain since the close before the last one, from the daily series of a report that covers it. None while no
    holding has a recent close."""
    days = [one.price_date for one in holdings.holdings if one.price_date and one.price_source == "close" and not one.stale]
    last = max(days, default=None)
    since = list(performance.series.since(last - dt.timedelta(days=1))) if last is not None else []
    if last is None or len(since) < 2:
        return None
    first, final = since[0], since[-1]
    paid = _add([point.net_flow for point in since[1:]])
    gain = _subtract(final.value, first.value, paid)
    return DayMove(last, gain, _divide_growth(final.cumulative_return, first.cumulative_return))


def list_allocation_parts(*, rows: Sequence[AllocationRow]) -> list[AllocationPart]:
    """Return at most ten parts, largest first; the smallest are joined."""
    # By weight where values are hidden.
    ordered = sorted(rows, key=lambda row: (row.market_value_base or Decimal(0), row.weight or 0.0), reverse=True)
    kept = ordered if len(ordered) <= MOST_PARTS else ordered[: MOST_PARTS - 1]
    parts = [AllocationPart(row.label or row.key, row.market_value_base, row.weight, number) for number, row in enumerate(kept, 1)]
    rest = ordered[len(kept) :]
    if rest:
        parts.append(AllocationPart(REST, _add([row.market_value_base for row in rest]), _add_ratios([row.weight for row in rest]), MOST_PARTS))
    return parts


def list_summaries(*, user: "User", portfolios: Sequence[Portfolio], as_of: dt.date) -> list[PortfolioSummary]:
    """Return value and gain of each portfolio; the figures come from the cache unless something changed."""
    summaries = []
    for portfolio in portfolios:
        if portfolio.owner_id == user.pk:
            portfolio.owner = user
        report = measure_performance(portfolio=portfolio, start=None, end=as_of, benchmark=portfolio.benchmark)
        summaries.append(PortfolioSummary(portfolio, report.end_value, report.gain.total, portfolio.base_currency, report.time_weighted_return))
    return summaries


def list_quoted(*, instruments: Sequence[Instrument], as_of: dt.date) -> list[QuotedInstrument]:
    """Return the instruments with their trend up to the day; one query for all closes."""
    closes = list_recent_closes(instruments=instruments, as_of=as_of, days=TREND_DAYS)
    rows = []
    for instrument in instruments:
        trend = closes.get(instrument.pk, [])
        rows.append(QuotedInstrument(instrument, trend, trend[-1] if trend else None, _measure_last_change(trend)))
    return rows


def _make_row(holding: Holding, closes: Mapping[str, Sequence[float]], *, is_closed: bool = False) -> HoldingRow:
    trend = closes.get(holding.instrument_id, ())
    return HoldingRow(holding, trend, _divide(holding.unrealized_gain_base, holding.cost_basis_base), _measure_last_change(trend), is_closed)


def _measure_last_change(closes: Sequence[Decimal] | Sequence[float]) -> float | None:
    return float(closes[-1]) / float(closes[-2]) - 1 if len(closes) > 1 and closes[-2] else None


def _divide_growth(later: float | None, earlier: float | None) -> float | None:
    """Return the return between two points of a cumulative series."""
    return (1 + later) / (1 + earlier) - 1 if later is not None and earlier is not None and earlier > -1 else None


def _divide(part: Decimal | None, whole: Decimal | None) -> float | None:
    return float(part / whole) if part is not None and whole else None


def _add(values: Sequence[Decimal | None]) -> Decimal | None:
    known = [value for value in values if value is not None]
    return sum(known, Decimal(0)) if len(known) == len(values) else None


def _subtract(whole: Decimal | None, *parts: Decimal | None) -> Decimal | None:
    total = _add(parts)
    return whole - total if whole is not None and total is not None else None


def _add_ratios(values: Sequence[float | None]) -> float | None:
    known = [value for value in values if value is not None]
    return sum(known) if len(known) == len(values) else None
