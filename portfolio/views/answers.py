"""How the pages of the portfolio answer: refusals as pages, results for HTMX and for plain forms."""

import datetime as dt
import json
from collections.abc import Callable
from functools import wraps
from typing import Any, Concatenate, ParamSpec, cast

from django.contrib import messages
from django.contrib.auth.decorators import login_required
from django.core.exceptions import PermissionDenied
from django.http import Http404, HttpRequest, HttpResponse, HttpResponseRedirect, QueryDict
from django.utils import timezone
from django_htmx.middleware import HtmxDetails

from accounts.models import User
from common.errors import DomainError, NotAllowedError, NotFoundError
from common.formatting import find_zone

P = ParamSpec("P")
View = Callable[Concatenate[HttpRequest, P], HttpResponse]


class PageRequest(HttpRequest):
    """What a view behind `page` is given: somebody is signed in."""

    user: User
    htmx: HtmxDetails


def page(view: Callable[Concatenate[PageRequest, P], HttpResponse]) -> Callable[Concatenate[HttpRequest, P], HttpResponse]:
    """Ask for a sign-in; what a selector or service does not find or forbids becomes the page 404 or 403."""

    @wraps(view)
    def answer(request: HttpRequest, /, *args: P.args, **kwargs: P.kwargs) -> HttpResponse:
        try:
            return view(cast("PageRequest", request), *args, **kwargs)
        except NotFoundError as error:
            raise Http404(error.message) from error
        except NotAllowedError as error:
            raise PermissionDenied(error.message) from error

    return login_required(answer)


def read_today(user: User) -> dt.date:
    """Return the day that it is where the user is."""
    return timezone.now().astimezone(find_zone(user.time_zone)).date()


def answer_done(request: PageRequest, message: str, *, url: str, undo: str = "", events: dict[str, Any] | None = None) -> HttpResponse:
    """Tell that something is done: to HTMX as a toast and events, to a plain form as a message on the page at `url`.

    `undo` is the address that a POST takes it back at.
    """
    if not request.htmx:
        messages.success(request, message, extra_tags=f"undo:{undo}" if undo else "")
        return HttpResponseRedirect(url)
    toast = {"message": message, "level": "success", **({"undo": undo} if undo else {})}
    return with_events(HttpResponse(status=204), {"toast": toast, **(events or {})})


def answer_refused(request: PageRequest, error: DomainError, *, url: str) -> HttpResponse:
    """Tell why a button did nothing; nothing on the page has changed."""
    if not request.htmx:
        messages.error(request, error.message)
        return HttpResponseRedirect(url)
    return with_events(HttpResponse(status=204), {"toast": {"message": error.message, "level": "error"}})


def with_events(response: HttpResponse, events: dict[str, Any]) -> HttpResponse:
    """Let the page hear of the events (header HX-Trigger; ASCII only, as headers must be)."""
    response["HX-Trigger"] = json.dumps(events)
    return response


def replace_address(response: HttpResponse, request: PageRequest) -> HttpResponse:
    """Let the browser show the address of what HTMX asked for, without its empty parameters."""
    filled = QueryDict(mutable=True)
    for name, values in request.GET.lists():
        if any(values):
            filled.setlist(name, [value for value in values if value])
    response["HX-Replace-Url"] = f"{request.path}?{filled.urlencode()}" if filled else request.path
    return response
