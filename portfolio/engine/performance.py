"""Value, gain and return of a period, with its daily series."""

import datetime as dt
from dataclasses import dataclass, fields

import numpy as np

from portfolio.engine.ledger import Ledger
from portfolio.engine.market import InstrumentInfo, Market
from portfolio.engine.money import exactly, known
from portfolio.engine.money_weighted import RateSolution, compound, solve
from portfolio.engine.prices import Values
from portfolio.engine.reports import BenchmarkReport, PerformanceReport
from portfolio.engine.returns import DailyReturns, annualize, measure_daily_returns, measure_simple_return, weigh_dietz
from portfolio.engine.series import DailySeries, build_series, price_series
from portfolio.engine.shown_series import ShownSeries
from portfolio.engine.statement import Statement, close_period
from portfolio.engine.summary import Summary, summarize
from portfolio.engine.valuer import Rules

A_YEAR = 365
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
    """Return the period of a ledger to measure; see place_period."""
    return place_period(ledger[0].trade_date if ledger else None, start, end)


def place_period(first: dt.date | None, start: dt.date | None, end: dt.date) -> Period:
    """Return the period to measure: not longer than the ledger reaches back, at least one day. `first`: the day of its first entry.

    `start` None: the day before the first entry.
    """
    latest = end - dt.timedelta(days=1)
    if first is None or first > end:
        first, begin = None, latest
    else:
        before_first = first - dt.timedelta(days=1)
        begin = before_first if start is None else max(start, before_first)
    return Period(asked=begin if start is None else start, start=min(begin, latest), end=end, first_date=first)


def measure_period(ledger: Ledger, rules: Rules, market: Market, period: Period, benchmark: InstrumentInfo | None = None) -> PerformanceReport:
    """Return everything that is shown of a period of a whole ledger."""
    return measure_summary(summarize(ledger, rules, market, start=period.start, until=period.end), period, benchmark)


@exactly
def measure_summary(summary: Summary, period: Period, benchmark: InstrumentInfo | None = None) -> PerformanceReport:
    """Return everything that is shown of a period. The summary must reach from its start up to its end."""
    market, rules = summary.market, summary.rules
    statement = close_period(summary, period.end)
    reasons = _explain_sums(statement)
    series = build_series(summary, period.start, period.end)
    daily = measure_daily_returns(_pin_ends(series, statement), series.inflows[1:], series.outflows[1:])
    cumulative = np.concatenate([[0.0], np.cumprod(1 + daily.returns) - 1])
    twr = _keep(float(cumulative[-1]), "time_weighted_return", _missing(statement), reasons)
    solution, dietz, simple = _weigh_money(statement, period, series, reasons)
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
        problems=summary.list_problems(summary.period_problems),
        first_date=period.first_date,
        money_weighted_roots=solution.roots,
    )


def _pin_ends(series: DailySeries, statement: Statement) -> Values:
    """The exact start and end values take the place of their float64 twins."""
    series.values[0], series.values[-1] = float(statement.start_value), float(statement.end_value)
    return series.values


def _missing(statement: Statement) -> str:
    codes = {problem.code for problem in statement.summary.list_problems(statement.summary.period_problems)}
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


def _weigh_money(statement: Statement, period: Period, series: DailySeries, reasons: Reasons) -> tuple[RateSolution, float | None, float | None]:
    """Return the money-weighted, the modified Dietz and the simple return, with reasons for those that are None."""
    amounts = (statement.start_value, statement.end_value, statement.inflows, statement.outflows)
    if any(amount.is_nan() for amount in amounts):
        missing = _missing(statement)
        reasons.update(dict.fromkeys(("money_weighted_return", "modified_dietz_return", "simple_return"), missing))
        return RateSolution(None, (), missing), None, None
    # A flow counts from the end of its day: the sum of amount × (end − day).
    weighted = statement.net_flow * period.end.toordinal() - statement.summary.moment
    dietz = weigh_dietz(statement.start_value, statement.end_value, statement.net_flow, weighted, period.days).rate
    simple = measure_simple_return(statement.end_value - statement.start_value - statement.net_flow, statement.start_value, statement.inflows)
    solution = _solve(statement, period, series, dietz)
    for figure, rate, reason in (
        ("money_weighted_return", solution.rate, solution.reason or ""),
        ("modified_dietz_return", dietz, "no_capital"),
        ("simple_return", simple, "no_capital"),
    ):
        if rate is None:
            reasons[figure] = reason
    return solution, dietz, simple


def _solve(statement: Statement, period: Period, series: DailySeries, dietz: float | None) -> RateSolution:
    """Solve the flows as the investor sees them: the start value is paid in, the end value paid out."""
    amounts = series.outflows - series.inflows
    amounts[0] -= float(statement.start_value)
    amounts[-1] += float(statement.end_value)
    near = compound(dietz, A_YEAR / period.days) if dietz is not None and dietz > -1 else None
    return solve(np.arange(len(amounts)) / A_YEAR, amounts, near=near)


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


def _show_series(series: DailySeries, cumulative: Values, trend: Values | None, statement: Statement) -> ShownSeries:
    shown = series.shown
    flows = (series.inflows - series.outflows)[shown]
    trends = trend[shown] if trend is not None else None
    return ShownSeries(series.days[shown], series.values[shown], flows, cumulative[shown], trends, end_value=known(statement.end_value))


def _warn(daily: DailyReturns, start: dt.date) -> tuple[str, ...]:
    day_of = start + dt.timedelta(days=1)
    idle = [f"{day_of + dt.timedelta(days=place)}: value without capital; the return of the day counts as zero." for place in daily.idle]
    negative = [f"{day_of + dt.timedelta(days=place)}: negative capital; a new sub-period begins." for place in daily.negative]
    return (*idle, *negative)
