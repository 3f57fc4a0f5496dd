"""What a share link shows: one portfolio, to read, to whoever has the link."""

import time
from typing import Any

from django.core.cache import cache
from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.views.decorators.http import require_GET

from common.addresses import read_client_address
from common.errors import NotFoundError
from portfolio.selectors.access import get_linked_portfolio
from portfolio.services.sharing import note_link_look
from portfolio.views.answers import read_today
from portfolio.views.overview import describe_overview
from portfolio.views.periods import read_period

# Kept by nobody between us and the reader, found by no search engine, and told to no page that is gone to from here.
HEADERS = {"Cache-Control": "no-store, private", "X-Robots-Tag": "noindex, nofollow, noarchive", "Referrer-Policy": "no-referrer"}
LOOKS = 60
SECONDS = 60


@require_GET
def show_shared(request: HttpRequest, token: str) -> HttpResponse:
    answer = _answer(request, token)
    for name, value in HEADERS.items():
        answer[name] = value
    return answer


def _answer(request: HttpRequest, token: str) -> HttpResponse:
    if is_too_often(read_client_address(request.META) or ""):
        answer = render(request, "429.html", status=429)
        answer["Retry-After"] = str(SECONDS)
        return answer
    try:
        portfolio, share = get_linked_portfolio(token=token)
    except NotFoundError:
        return render(request, "portfolio/shared_gone.html", status=404)
    note_link_look(share=share)
    today = read_today(portfolio.owner)
    period = read_period(request.GET, today=today)
    context: dict[str, Any] = {"portfolio": portfolio, "share": share, "here": request.path, "today": today}
    return render(request, "portfolio/shared.html", context | describe_overview(portfolio, today=today, period=period))


def is_too_often(address: str) -> bool:
    """Count a look from an address; tell whether there were too many of them in this minute.

    Tokens cannot be guessed, so the count only keeps load away, and without the cache everybody is let in.
    """
    key = f"shared-looks:{address}:{int(time.time()) // SECONDS}"
    cache.add(key, 0, timeout=2 * SECONDS)
    try:
        return (cache.incr(key) or 0) > LOOKS
    except ValueError:
        return False
