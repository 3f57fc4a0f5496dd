"""A portfolio on one page, to read: what a share link shows, and what there is to see for who sees percentages only."""

import datetime as dt
from typing import Any

from django.utils.safestring import SafeString

from portfolio.models import Portfolio
from portfolio.selectors.facts import find_first_date
from portfolio.selectors.figures import measure_allocation, measure_holdings, measure_performance
from portfolio.selectors.overview import has_simulated_prices, list_allocation_parts, list_holding_rows
from portfolio.views.answers import PageRequest
from portfolio.views.chart_data import describe_performance
from portfolio.views.fragments import draw
from portfolio.views.periods import RANGES, Period

KINDS = "kind"


def draw_overview(request: PageRequest, portfolio: Portfolio, today: dt.date, period: Period) -> SafeString:
    """Return the overview as part of a page of somebody who is signed in."""

    def describe() -> dict[str, Any]:
        return {"here": request.path, "today": today, **describe_overview(portfolio, today=today, period=period)}

    return draw(request, "portfolio/_overview.html", portfolio, (today, period, request.path), describe)


def describe_overview(portfolio: Portfolio, *, today: dt.date, period: Period) -> dict[str, Any]:
    """Return what the template needs; amounts are in it only if the portfolio's reader may see them."""
    first = find_first_date(portfolio=portfolio)
    if first is None:
        return {"is_empty": True}
    start = period.start if period.start and period.start >= first else None
    report = measure_performance(portfolio=portfolio, start=start, end=period.end, benchmark=portfolio.benchmark)
    label = portfolio.benchmark.name or portfolio.benchmark.symbol if portfolio.benchmark else ""
    allocation = measure_allocation(portfolio=portfolio, as_of=today, by=KINDS)
    return {
        "period": period,
        "ranges": RANGES,
        "report": report,
        "chart": describe_performance(report, benchmark=label, with_values=portfolio.shows_amounts),
        "benchmark_label": label,
        "holdings": measure_holdings(portfolio=portfolio, as_of=today),
        "rows": list_holding_rows(portfolio=portfolio, as_of=today),
        "parts": list_allocation_parts(rows=allocation.rows),
        "is_simulated": has_simulated_prices(portfolio=portfolio),
    }
