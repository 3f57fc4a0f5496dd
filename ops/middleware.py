"""Answers that must not depend on anything else: the first middleware of the stack."""

from collections.abc import Callable

from django.http import HttpRequest, HttpResponse


def health_middleware(get_response: Callable[[HttpRequest], HttpResponse]) -> Callable[[HttpRequest], HttpResponse]:
    return get_response
