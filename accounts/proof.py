"""Asking again who it is before something dangerous, when the last proof – a sign-in, a password, a code – is too old."""

from collections.abc import Callable
from datetime import timedelta
from functools import wraps
from typing import Any
from urllib.parse import urlsplit

from django.contrib.auth.decorators import login_required
from django.http import HttpRequest, HttpResponse, HttpResponseRedirect, QueryDict
from django.shortcuts import resolve_url
from django.utils import timezone
from django.utils.http import url_has_allowed_host_and_scheme

from accounts.models import UserSession

RECENT = timedelta(minutes=15)
# For what cannot be taken back: deletion, restore, turning the second factor off.
VERY_RECENT = timedelta(minutes=5)
View = Callable[..., HttpResponse]


def has_recent_proof(session: UserSession | None, *, within: timedelta = RECENT) -> bool:
    return session is not None and session.proved_at > timezone.now() - within


def require_recent_proof(*, within: timedelta = RECENT) -> Callable[[View], View]:
    """Let a page answer only soon after a proof; else ask for one and come back."""

    def decorate(view: View) -> View:
        @login_required
        @wraps(view)
        def answer(request: HttpRequest, *args: Any, **kwargs: Any) -> HttpResponse:
            if has_recent_proof(getattr(request, "user_session", None), within=within):
                return view(request, *args, **kwargs)
            return _ask(request)

        return answer

    return decorate


def _ask(request: HttpRequest) -> HttpResponse:
    query = QueryDict(mutable=True)
    query["next"] = _find_way_back(request)
    address = f"{resolve_url('accounts:prove')}?{query.urlencode(safe='/')}"
    if "HX-Request" in request.headers:
        return HttpResponse(status=204, headers={"HX-Redirect": address})
    return HttpResponseRedirect(address)


def _find_way_back(request: HttpRequest) -> str:
    """Return the page asked for, or for what is sent by a form the page that the form is on."""
    if request.method in {"GET", "HEAD"} and "HX-Request" not in request.headers:
        return request.get_full_path()
    came_from = request.headers.get("HX-Current-URL") or request.headers.get("Referer", "")
    if url_has_allowed_host_and_scheme(came_from, allowed_hosts={request.get_host()}, require_https=request.is_secure()):
        page = urlsplit(came_from)
        return f"{page.path}?{page.query}" if page.query else page.path
    return resolve_url("accounts:security")
