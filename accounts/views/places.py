"""Where a browser's request comes from, and the page for one that has to wait."""

from collections.abc import Callable
from functools import wraps
from typing import Any

from django.conf import settings
from django.http import HttpRequest, HttpResponse
from django.shortcuts import render

from accounts.errors import LockedError
from accounts.models import User
from accounts.services.devices import LIFETIME_SECONDS, remember_device
from accounts.services.lockout import Place
from common.addresses import read_client_address

View = Callable[..., HttpResponse]


def read_place(request: HttpRequest) -> Place:
    return Place(address=read_client_address(request.META), device_cookie=request.COOKIES.get(settings.DEVICE_COOKIE_NAME, ""))


def remember_place(request: HttpRequest, response: HttpResponse, user: User) -> None:
    """Leave the cookie by which this browser is known at the next sign-in."""
    response.set_cookie(
        settings.DEVICE_COOKIE_NAME,
        remember_device(cookie=request.COOKIES.get(settings.DEVICE_COOKIE_NAME, ""), user=user),
        max_age=LIFETIME_SECONDS,
        secure=settings.SESSION_COOKIE_SECURE,
        httponly=True,
        samesite="Lax",
    )


def answer_locked(view: View) -> View:
    """Turn LockedError into a page: 429, and when to come back."""

    @wraps(view)
    def answer(request: HttpRequest, *args: Any, **kwargs: Any) -> HttpResponse:
        try:
            return view(request, *args, **kwargs)
        except LockedError as error:
            response = render(request, "accounts/locked.html", {"message": error.message}, status=error.status)
            response["Retry-After"] = str(error.detail["retry_after"])
            return response

    return answer
