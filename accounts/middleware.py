"""Every signed-in browser request belongs to a live UserSession."""

from collections.abc import Callable

from django.http import HttpRequest, HttpResponse


def user_session_middleware(get_response: Callable[[HttpRequest], HttpResponse]) -> Callable[[HttpRequest], HttpResponse]:
    return get_response
