"""What /api/health answers, and to whom it tells more."""

from importlib import import_module

import redis
from django.conf import settings
from django.contrib.auth import get_user
from django.db import DatabaseError, InterfaceError
from django.http import HttpRequest, HttpResponse
from django.utils.crypto import constant_time_compare

from common.api.renderers import dump_json
from common.errors import InvalidInputError
from ops.health.report import DOWN, measure_health

FORWARDING_HEADERS = ("HTTP_X_FORWARDED_FOR", "HTTP_X_REAL_IP", "HTTP_FORWARDED", "HTTP_X_FORWARDED_HOST", "HTTP_VIA")
LOOPBACK = ("127.0.0.1", "::1", "::ffff:127.0.0.1")


def answer_live(request: HttpRequest) -> HttpResponse:
    """The process answers; nothing else is touched."""
    return _refuse_method(request) or _answer({"status": "ok"}, 200)


def answer_health(request: HttpRequest) -> HttpResponse:
    """200 when ok or degraded, 503 when down, 400 for an unknown check in `?only=`."""
    return _refuse_method(request) or _answer_report(request)


def _refuse_method(request: HttpRequest) -> HttpResponse | None:
    if request.method in ("GET", "HEAD"):
        return None
    return _answer({"code": "method_not_allowed", "message": f"{request.method} is not possible here.", "detail": {}}, 405, Allow="GET, HEAD")


def _answer_report(request: HttpRequest) -> HttpResponse:
    only = [name.strip() for text in request.GET.getlist("only") for name in text.split(",") if name.strip()]
    try:
        report = measure_health(only)
    except InvalidInputError as error:
        return _answer({"code": error.code, "message": error.message, "detail": error.detail}, 400)
    with_details = may_see_details(request)
    body = report.as_json(with_details=with_details)
    if with_details:
        body["version"] = settings.VERSION
    return _answer(body, 503 if report.status == DOWN else 200)


def may_see_details(request: HttpRequest) -> bool:
    """Staff, this machine itself (not through a proxy), or whoever has the METRICS_TOKEN."""
    return _is_this_machine(request) or _has_token(request) or _is_staff(request)


def _is_this_machine(request: HttpRequest) -> bool:
    return request.META.get("REMOTE_ADDR") in LOOPBACK and not any(name in request.META for name in FORWARDING_HEADERS)


def _has_token(request: HttpRequest) -> bool:
    scheme, _, token = request.headers.get("Authorization", "").partition(" ")
    return bool(settings.METRICS_TOKEN) and scheme.lower() == "bearer" and constant_time_compare(token.strip(), settings.METRICS_TOKEN)


def _is_staff(request: HttpRequest) -> bool:
    """Look the session up here: this answer comes before the rest of the stack, which may not work."""
    key = request.COOKIES.get(settings.SESSION_COOKIE_NAME)
    if not key:
        return False
    try:
        request.session = import_module(settings.SESSION_ENGINE).SessionStore(key)
        user = get_user(request)
        return bool(user.is_active and getattr(user, "is_staff", False))
    except (DatabaseError, InterfaceError, redis.RedisError):
        return False


def _answer(body: dict[str, object], status: int, **headers: str) -> HttpResponse:
    return HttpResponse(dump_json(body), status=status, content_type="application/json", headers={"Cache-Control": "no-store", **headers})
