"""Value, gain and return of a period, with its daily series."""

import datetime as dt
from dataclasses import dataclass, fields
from decimal import Decimal
from math import isnan

import numpy as np

from portfolio.engine.book import Rules
from portfolio.engine.ledger import Ledger
from portfolio.engine.market import InstrumentInfo, Market
from portfolio.engine.money import ZERO, exactly, known
from portfolio.engine.money_weighted import RateSolution, solve_dated
from portfolio.engine.prices import Values
from portfolio.engine.reports import BenchmarkReport, PerformanceReport, SeriesPoint
from portfolio.engine.returns import DailyReturns, annualize, measure_daily_returns, measure_dietz, measure_simple_return
from portfolio.engine.series import DailySeries, build_series, price_series
from portfolio.engine.statement import Statement, state_period

A_YEAR = 365
SERIES_DECIMALS = 8
Reasons = dict[str, str]


@dataclass(frozen=True, slots=True)
class Period:
    """The period as asked, and the day from which there is something to measure."""

    asked: dt.date
    start: dt.date
    end: dt.date
    first_date: dt.date | None

    @property
    def days(self) -> int:
        return (self.end - self.start).days


def find_period(ledger: Ledger, start: dt.date | None, end: dt.date) -> Period:
    """Return the period to measure: not longer than the ledger reaches back, at least one day. `start` None: the day before the first entry."""
    first = ledger[0].trade_date if ledger and ledger[0].trade_date <= end else None
    latest = end - dt.timedelta(days=1)
    if first is None:
        begin = latest
    else:
        before_first = first - dt.timedelta(days=1)
        begin = before_first if start is None else max(start, before_first)
    return Period(asked=begin if start is None else start, start=min(begin, latest), end=end, first_date=first)


@exactly
def measure_period(ledger: Ledger, rules: Rules, market: Market, period: Period, benchmark: InstrumentInfo | None = None) -> PerformanceReport:
    """Return everything that is shown of a period."""
    statement = state_period(ledger, rules, market, period.start, period.end)
    reasons = _explain_sums(statement)
    series = build_series(statement.book, period.start, period.end)
    daily = measure_daily_returns(_pin_ends(series, statement), series.inflows[1:], series.outflows[1:])
    cumulative = np.concatenate([[0.0], np.cumprod(1 + daily.returns) - 1])
    twr = _keep(float(cumulative[-1]), "time_weighted_return", _missing(statement), reasons)
    solution, dietz, simple = _weigh_money(statement, period, reasons)
    trend = _rebase(price_series(market, benchmark.key, rules.base_currency, series.days)) if benchmark else None
    return PerformanceReport(
        from_=period.asked,
        to=period.end,
        base_currency=rules.base_currency,
        start_value=known(statement.start_value),
        end_value=known(statement.end_value),
        net_external_flow=known(statement.net_flow),
        gain=statement.gain,
        time_weighted_return=twr,
        time_weighted_return_annualized=_annualize(twr, period.days, reasons),
        money_weighted_return=solution.rate,
        modified_dietz_return=dietz,
        simple_return=simple,
        benchmark=_report_benchmark(benchmark, trend, period.days) if benchmark and trend is not None else None,
        series=_show_series(series, cumulative, trend, statement),
        reasons=reasons,
        warnings=_warn(daily, period.start),
        problems=tuple(statement.book.problems.values()),
        first_date=period.first_date,
        money_weighted_roots=solution.roots,
    )


def _pin_ends(series: DailySeries, statement: Statement) -> Values:
    """The exact start and end values take the place of their float64 twins."""
    series.values[0], series.values[-1] = float(statement.start_value), float(statement.end_value)
    return series.values


def _missing(statement: Statement) -> str:
    codes = {problem.code for problem in statement.book.problems.values()}
    return next((code for code in ("missing_price", "missing_rate", "oversold") if code in codes), "missing_price")


def _explain_sums(statement: Statement) -> Reasons:
    """Say why sums of the statement are None."""
    missing = _missing(statement)
    sums = {"start_value": statement.start_value, "end_value": statement.end_value, "net_external_flow": statement.net_flow}
    reasons = {name: missing for name, amount in sums.items() if amount.is_nan()}
    return reasons | {f"gain.{field.name}": missing for field in fields(statement.gain) if getattr(statement.gain, field.name) is None}


def _keep(value: float, figure: str, reason: str, reasons: Reasons) -> float | None:
    if np.isnan(value):
        reasons[figure] = reason
        return None
    return value


def _annualize(twr: float | None, days: int, reasons: Reasons) -> float | None:
    figure = "time_weighted_return_annualized"
    if twr is None:
        reasons[figure] = reasons["time_weighted_return"]
        return None
    rate = annualize(twr, days)
    if rate is None:
        reasons[figure] = "shorter_than_a_year" if days < A_YEAR else "more_than_everything_lost"
    return rate


def _weigh_money(statement: Statement, period: Period, reasons: Reasons) -> tuple[RateSolution, float | None, float | None]:
    """Return the money-weighted, the modified Dietz and the simple return, with reasons for those that are None."""
    amounts = (statement.start_value, statement.end_value, statement.inflows, statement.outflows)
    if any(amount.is_nan() for amount in amounts):
        missing = _missing(statement)
        reasons.update(dict.fromkeys(("money_weighted_return", "modified_dietz_return", "simple_return"), missing))
        return RateSolution(None, (), missing), None, None
    flows = [(day, flow.inflow - flow.outflow + flow.internal) for day, flow in statement.book.flows.items()]
    dated = [((day - period.start).days, amount) for day, amount in flows]
    dietz = measure_dietz(statement.start_value, statement.end_value, dated, period.days).rate
    simple = measure_simple_return(statement.end_value - statement.start_value - statement.net_flow, statement.start_value, statement.inflows)
    solution = _solve(statement, period, flows, dietz)
    for figure, rate, reason in (
        ("money_weighted_return", solution.rate, solution.reason or ""),
        ("modified_dietz_return", dietz, "no_capital"),
        ("simple_return", simple, "no_capital"),
    ):
        if rate is None:
            reasons[figure] = reason
    return solution, dietz, simple


def _solve(statement: Statement, period: Period, flows: list[tuple[dt.date, Decimal]], dietz: float | None) -> RateSolution:
    opening, closing = (period.start, -float(statement.start_value)), (period.end, float(statement.end_value))
    seen = [opening, *((day, -float(amount)) for day, amount in flows), closing]
    near = (1 + dietz) ** (A_YEAR / period.days) - 1 if dietz is not None and dietz > -1 else None
    return solve_dated(seen, near=near)


def _rebase(prices: Values) -> Values:
    """Return the return of a price since the first day on which it is known."""
    known_places = np.flatnonzero(~np.isnan(prices) & (prices != 0))
    return prices / prices[known_places[0]] - 1 if len(known_places) else np.full(len(prices), np.nan)


def _report_benchmark(benchmark: InstrumentInfo, trend: Values, days: int) -> BenchmarkReport:
    last = float(trend[-1])
    if np.isnan(last):
        return BenchmarkReport(benchmark.symbol, None, None, "missing_price")
    rate = annualize(last, days)
    return BenchmarkReport(benchmark.symbol, last, rate, None if rate is not None else "shorter_than_a_year")


def _show_series(series: DailySeries, cumulative: Values, trend: Values | None, statement: Statement) -> tuple[SeriesPoint, ...]:
    shown = series.shown
    dates = map(dt.date.fromordinal, series.days[shown].tolist())
    values = _as_money(series.values[shown])
    flows = _as_money((series.inflows - series.outflows)[shown])
    returns = _as_ratios(cumulative[shown])
    trends = _as_ratios(trend[shown]) if trend is not None else [None] * len(values)
    values[-1] = known(statement.end_value)
    return tuple(map(SeriesPoint._make, zip(dates, values, flows, returns, trends, strict=True)))


def _as_money(values: Values) -> list[Decimal | None]:
    """Return the amounts with as many decimals as stored amounts have: float64 holds more digits, but they mean nothing."""
    scaled = np.rint(values * 10**SERIES_DECIMALS)
    return [None if isnan(units) else Decimal(int(units)).scaleb(-SERIES_DECIMALS) if units else ZERO for units in scaled.tolist()]


def _as_ratios(values: Values) -> list[float | None]:
    return [None if isnan(value) else value for value in values.tolist()]


def _warn(daily: DailyReturns, start: dt.date) -> tuple[str, ...]:
    day_of = start + dt.timedelta(days=1)
    idle = [f"{day_of + dt.timedelta(days=place)}: value without capital; the return of the day counts as zero." for place in daily.idle]
    negative = [f"{day_of + dt.timedelta(days=place)}: negative capital; a new sub-period begins." for place in daily.negative]
    return (*idle, *negative)
