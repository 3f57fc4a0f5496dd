"""The outermost middleware: answers that must not depend on anything else, and the access log."""

import logging
import re
import time
from collections.abc import Callable
from datetime import datetime

from django.http import HttpRequest, HttpResponse
from django.utils import timezone

from common.addresses import read_client_address
from ops.health.answers import answer_health, answer_live

access_log = logging.getLogger("ops.access")
GetResponse = Callable[[HttpRequest], HttpResponse]
# The address of a share link is its key: who reads the log must not get in by it.
SECRET, HIDDEN = re.compile(r"(?<=/shared/)[^/?]+"), "-"
# A quote, a backslash or a control character of the client must not break the line.
ESCAPES = {ord('"'): '\\"', ord("\\"): "\\\\", **{code: f"\\x{code:02x}" for code in (*range(32), 127)}}


def health_middleware(get_response: GetResponse) -> GetResponse:
    """Answer /api/health and /api/health/live before anything else runs; write a line for every request."""

    def answer(request: HttpRequest) -> HttpResponse:
        begun = time.perf_counter()
        response = _answer_health(request) or get_response(request)
        access_log.info("%s", _describe(request, response, time.perf_counter() - begun))
        return response

    return answer


def _answer_health(request: HttpRequest) -> HttpResponse | None:
    path = request.path_info.rstrip("/")
    if path == "/api/health/live":
        return answer_live(request)
    return answer_health(request) if path == "/api/health" else None


def _describe(request: HttpRequest, response: HttpResponse, seconds: float) -> str:
    """Return the line of the combined log format, and the milliseconds behind it."""
    meta = request.META
    # Only what is known already: the log must not cause a query.
    session = getattr(request, "user_session", None)
    who = session.user_id if session is not None else "-"
    when = _format_time(timezone.now())
    line = f"{meta.get('REQUEST_METHOD', '-')} {SECRET.sub(HIDDEN, request.get_full_path())} {meta.get('SERVER_PROTOCOL', 'HTTP/1.1')}"
    size = "-" if response.streaming else len(response.content)
    referer, agent = (_escape(SECRET.sub(HIDDEN, meta.get(name, "-"))) for name in ("HTTP_REFERER", "HTTP_USER_AGENT"))
    address = read_client_address(meta) or "-"
    return f'{address} - {who} [{when}] "{_escape(line)}" {response.status_code} {size} "{referer}" "{agent}" {seconds * 1000:.1f}'


def _format_time(moment: datetime) -> str:
    return moment.strftime("%d/%b/%Y:%H:%M:%S +0000")


def _escape(text: str) -> str:
    return text.translate(ESCAPES)
