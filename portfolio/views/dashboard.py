"""The dashboard: the selected portfolio at a glance. HTMX fetches its parts anew when a range or a grouping changes."""

import datetime as dt
from typing import Any
from uuid import UUID

from django.http import HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.views.decorators.http import require_GET

from portfolio.models import Portfolio
from portfolio.selectors.facts import find_first_date
from portfolio.selectors.figures import measure_allocation, measure_holdings, measure_performance
from portfolio.selectors.overview import (
    has_simulated_prices,
    list_allocation_parts,
    list_contributors,
    list_holding_rows,
    list_movers,
    list_summaries,
    measure_day_move,
)
from portfolio.selectors.transactions import list_transactions
from portfolio.services.sharing import note_look
from portfolio.views.answers import PageRequest, page, read_today
from portfolio.views.chart_data import describe_allocation, describe_performance
from portfolio.views.fragments import draw
from portfolio.views.overview import draw_overview
from portfolio.views.periods import RANGES, Period, read_period
from portfolio.views.selection import find_portfolio, list_open_portfolios, remember_portfolio, select_portfolio

GROUPINGS = {"instrument": "Holding", "kind": "Kind", "sector": "Sector", "country": "Country", "currency": "Currency", "account": "Account"}
RECENT = 6


@require_GET
@page
def show_dashboard(request: PageRequest) -> HttpResponse:
    portfolio, portfolios = select_portfolio(request)
    if portfolio is None:
        return render(request, "portfolio/welcome.html")
    remember_portfolio(request, portfolio)
    note_look(actor=request.user, portfolio=portfolio)
    today, has_others = read_today(request.user), len(portfolios) > 1
    period, by = read_period(request.GET, today=today), _read_grouping(request)

    if not portfolio.shows_amounts:
        content = draw_overview(request, portfolio, today, period)
        return render(request, "portfolio/dashboard.html", {"portfolio": portfolio, "content": content})

    def describe() -> dict[str, Any]:
        recent = list(list_transactions(portfolio=portfolio)[:RECENT])
        context: dict[str, Any] = {"has_others": has_others, "recent": recent}
        if recent:
            context |= _describe_today(portfolio, today) | _describe_period(portfolio, period) | _describe_allocation(portfolio, today, by)
        return context

    content = draw(request, "portfolio/_dashboard.html", portfolio, (today, period, by, has_others), describe)
    return render(request, "portfolio/dashboard.html", {"portfolio": portfolio, "content": content})


@require_GET
@page
def show_period(request: PageRequest, portfolio_id: UUID) -> HttpResponse:
    """The chart and figures of another range; the address of the page follows."""
    portfolio = find_portfolio(request, portfolio_id)
    address = f"{reverse('portfolio:dashboard')}?{request.GET.urlencode()}"
    if not request.htmx or not portfolio.shows_amounts:
        remember_portfolio(request, portfolio)
        return redirect(address)
    today = read_today(request.user)
    period = read_period(request.GET, today=today)
    part = draw(
        request,
        "portfolio/_period.html",
        portfolio,
        (today, period),
        lambda: _describe_today(portfolio, today) | _describe_period(portfolio, period),
    )
    return HttpResponse(part, headers={"HX-Replace-Url": address})


@require_GET
@page
def show_allocation(request: PageRequest, portfolio_id: UUID) -> HttpResponse:
    portfolio = find_portfolio(request, portfolio_id)
    if not portfolio.shows_amounts:
        return redirect(reverse("portfolio:detail", args=[portfolio.pk]))
    today, by = read_today(request.user), _read_grouping(request)
    return HttpResponse(draw(request, "portfolio/_allocation.html", portfolio, (today, by), lambda: _describe_allocation(portfolio, today, by)))


@require_GET
@page
def show_summaries(request: PageRequest) -> HttpResponse:
    """The other portfolios with their values, fetched after the page so that they never delay it."""
    portfolios = list_open_portfolios(request)
    summaries = list_summaries(user=request.user, portfolios=portfolios, as_of=read_today(request.user))
    return render(request, "portfolio/_summaries.html", {"summaries": summaries})


def _read_grouping(request: PageRequest) -> str:
    by = request.GET.get("by", "")
    return by if by in GROUPINGS else "instrument"


def _describe_today(portfolio: Portfolio, today: dt.date) -> dict[str, Any]:
    holdings = measure_holdings(portfolio=portfolio, as_of=today)
    rows = list_holding_rows(portfolio=portfolio, as_of=today)
    ever = measure_performance(portfolio=portfolio, start=None, end=holdings.as_of, benchmark=portfolio.benchmark)
    return {
        "holdings": holdings,
        "movers": list_movers(rows=rows),
        "contributors": list_contributors(report=holdings),
        "ever": ever,
        "move": measure_day_move(holdings=holdings, performance=ever),
        "is_simulated": has_simulated_prices(portfolio=portfolio),
    }


def _describe_period(portfolio: Portfolio, period: Period) -> dict[str, Any]:
    first = find_first_date(portfolio=portfolio)
    # Before the first entry there is nothing: a longer range starts where the portfolio does.
    start = period.start if first and period.start and period.start >= first else None
    report = measure_performance(portfolio=portfolio, start=start, end=period.end, benchmark=portfolio.benchmark)
    label = portfolio.benchmark.name or portfolio.benchmark.symbol if portfolio.benchmark else ""
    return {"period": period, "report": report, "ranges": RANGES, "benchmark_label": label, "chart": describe_performance(report, benchmark=label)}


def _describe_allocation(portfolio: Portfolio, today: dt.date, by: str) -> dict[str, Any]:
    report = measure_allocation(portfolio=portfolio, as_of=today, by=by)
    parts = list_allocation_parts(rows=report.rows)
    data = describe_allocation(parts, currency=report.base_currency)
    return {"by": by, "groupings": GROUPINGS.items(), "allocation": report, "parts": parts, "allocation_data": data}
