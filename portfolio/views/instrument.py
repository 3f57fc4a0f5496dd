"""Instruments: the list, and the page of one with its price, one's lots and transactions."""

from typing import Any

from django.core.paginator import Paginator
from django.http import HttpResponse
from django.shortcuts import render
from django.views.decorators.http import require_GET

from portfolio.models import Instrument, Portfolio
from portfolio.selectors.figures import measure_holdings, measure_lots
from portfolio.selectors.instruments import get_instrument, get_quote, list_instruments, list_prices
from portfolio.selectors.overview import list_quoted
from portfolio.selectors.transactions import list_transactions
from portfolio.views.answers import PageRequest, page, read_today
from portfolio.views.chart_data import describe_prices
from portfolio.views.periods import RANGES, read_period
from portfolio.views.selection import select_portfolio

PAGE_SIZE = 50
RECENT_PRICES = 10
MOST_TRANSACTIONS = 100


@require_GET
@page
def show_instruments(request: PageRequest) -> HttpResponse:
    """All instruments one may use, by symbol; `?q=` looks in symbol, name and ISIN."""
    text = request.GET.get("q", "").strip()[:100].replace("\x00", "")
    found = Paginator(list_instruments(user=request.user, text=text), PAGE_SIZE).get_page(request.GET.get("page"))
    context = {"found": found, "rows": list_quoted(instruments=list(found.object_list), as_of=read_today(request.user)), "text": text}
    return render(request, "portfolio/_instruments.html" if request.htmx.target == "instruments" else "portfolio/instruments.html", context)


@require_GET
@page
def show_instrument(request: PageRequest, symbol: str) -> HttpResponse:
    """The page; for HTMX only the chart of another range."""
    instrument = get_instrument(user=request.user, symbol=symbol)
    chosen, _ = select_portfolio(request)
    # Another's portfolio names instruments as its owner sees them; this page is about one's own.
    portfolio = chosen if chosen and chosen.is_own else None
    context: dict[str, Any] = {
        "instrument": instrument,
        "portfolio": portfolio,
        "quote": get_quote(instrument=instrument, as_of=read_today(request.user)),
    }
    trades = list(list_transactions(portfolio=portfolio, symbol=instrument.symbol)[:MOST_TRANSACTIONS]) if portfolio else []
    context |= _describe_chart(request, instrument, trades)
    if request.htmx.target == "price-chart-card":
        return render(request, "portfolio/_instrument_chart.html", context)
    if portfolio and trades:
        context |= _describe_position(request, portfolio, instrument)
    context |= {
        "trades": trades,
        "prices": list(list_prices(instrument=instrument).reverse()[:RECENT_PRICES]),
        "is_editable": Instrument.objects.editable_by(request.user).filter(pk=instrument.pk).exists(),
    }
    return render(request, "portfolio/instrument.html", context)


def _describe_chart(request: PageRequest, instrument: Instrument, trades: list[Any]) -> dict[str, Any]:
    period = read_period(request.GET, today=read_today(request.user))
    closes = list(list_prices(instrument=instrument, start=period.start, end=period.end))
    return {"period": period, "ranges": RANGES, "chart": describe_prices(closes, trades, currency=instrument.currency) if closes else None}


def _describe_position(request: PageRequest, portfolio: Portfolio, instrument: Instrument) -> dict[str, Any]:
    today = read_today(request.user)
    report = measure_holdings(portfolio=portfolio, as_of=today)
    mine = (one for one in (*report.holdings, *report.closed) if one.instrument_id == str(instrument.pk))
    return {"holding": next(mine, None), "lots": measure_lots(portfolio=portfolio, as_of=today, instrument=instrument)}
