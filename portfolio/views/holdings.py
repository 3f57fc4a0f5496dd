"""What is held: the page of one portfolio, on any day."""

from typing import Any
from uuid import UUID

from django.http import HttpResponse
from django.shortcuts import render
from django.views.decorators.http import require_GET

from portfolio.selectors.facts import find_first_date
from portfolio.selectors.figures import measure_holdings
from portfolio.selectors.overview import has_simulated_prices, list_holding_rows
from portfolio.views.answers import PageRequest, page, read_today
from portfolio.views.fragments import draw
from portfolio.views.overview import draw_overview
from portfolio.views.periods import read_day, read_period
from portfolio.views.selection import find_portfolio, remember_portfolio


@require_GET
@page
def show_holdings(request: PageRequest, portfolio_id: UUID) -> HttpResponse:
    portfolio = find_portfolio(request, portfolio_id)
    remember_portfolio(request, portfolio)
    today = read_today(request.user)
    as_of = read_day(request.GET.get("as_of", ""), today=today)
    if not portfolio.shows_amounts:
        content = draw_overview(request, portfolio, today, read_period(request.GET, today=today))
        return render(request, "portfolio/dashboard.html", {"portfolio": portfolio, "content": content})
    with_closed = request.GET.get("closed") == "1"

    def describe() -> dict[str, Any]:
        report = measure_holdings(portfolio=portfolio, as_of=as_of)
        return {
            "report": report,
            "rows": list_holding_rows(portfolio=portfolio, as_of=as_of, include_closed=with_closed),
            "with_closed": with_closed,
            "as_of": as_of,
            "today": today,
            "first_date": find_first_date(portfolio=portfolio),
            "is_simulated": has_simulated_prices(portfolio=portfolio),
        }

    content = draw(request, "portfolio/_holdings.html", portfolio, (as_of, today, with_closed), describe)
    return render(request, "portfolio/detail.html", {"portfolio": portfolio, "content": content})
