"""The answer to a request that failed: page or JSON, and 503 when it was the database that did not answer."""

import sys

from django.db import InterfaceError, OperationalError
from django.http import HttpRequest, HttpResponse
from django.template.loader import render_to_string

from common.api.renderers import dump_json

RETRY_SECONDS = 5
UNAVAILABLE = "The database does not answer at the moment; try again shortly."
BROKEN = "Something went wrong on our side. It has been logged."


def answer_failure(request: HttpRequest) -> HttpResponse:
    """Django's handler500. It is called while the error is handled, also one of a middleware; it touches no database."""
    is_outage = isinstance(sys.exc_info()[1], OperationalError | InterfaceError)
    status = 503 if is_outage else 500
    headers = {"Retry-After": str(RETRY_SECONDS)} if is_outage else {}
    if request.path_info.startswith("/api/"):
        return _answer_json(status, "unavailable" if is_outage else "internal_error", UNAVAILABLE if is_outage else BROKEN, headers)
    return HttpResponse(render_to_string(f"{status}.html"), status=status, headers=headers)


def _answer_json(status: int, code: str, message: str, headers: dict[str, str]) -> HttpResponse:
    body = dump_json({"code": code, "message": message, "detail": {}})
    return HttpResponse(body, status=status, content_type="application/json", headers=headers)
