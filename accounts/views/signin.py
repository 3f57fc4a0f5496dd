"""Signing in and out."""

from django.conf import settings
from django.contrib.auth import login as start_login
from django.contrib.auth import logout as finish_login
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render, resolve_url
from django.utils.http import url_has_allowed_host_and_scheme
from django.views.decorators.cache import never_cache
from django.views.decorators.debug import sensitive_post_parameters
from django.views.decorators.http import require_http_methods, require_POST

from accounts.forms import LoginForm
from accounts.models import User
from accounts.views.places import answer_locked, read_place, remember_place


@sensitive_post_parameters("password")
@never_cache
@require_http_methods(["GET", "POST"])
@answer_locked
def login(request: HttpRequest) -> HttpResponse:
    target = read_next(request)
    if request.method == "GET" and request.user.is_authenticated:
        return redirect(target)
    form = LoginForm(request.POST or None, place=read_place(request))
    if form.is_bound and form.is_valid() and form.user:
        if request.user.is_authenticated:
            # A second person at the same browser: nothing of the first one's session may be left.
            finish_login(request)
        return _let_in(request, form.user, remember=form.cleaned_data["remember"], target=target)
    return render(request, "accounts/login.html", {"form": form, "next": request.POST.get("next", request.GET.get("next", ""))})


def _let_in(request: HttpRequest, user: User, *, remember: bool, target: str) -> HttpResponse:
    # Nought: the cookie ends with the browser, and the receiver gives the session its short life.
    request.session.set_expiry(None if remember else 0)
    start_login(request, user)
    response = redirect(target)
    remember_place(request, response, user)
    return response


@require_POST
def logout(request: HttpRequest) -> HttpResponse:
    finish_login(request)
    return redirect(settings.LOGOUT_REDIRECT_URL)


def read_next(request: HttpRequest) -> str:
    """Return the address to go on to: the parameter `next` if it leads to this site, else the dashboard."""
    target = request.POST.get("next", request.GET.get("next", ""))
    if url_has_allowed_host_and_scheme(target, allowed_hosts={request.get_host()}, require_https=request.is_secure()):
        return target
    return resolve_url(settings.LOGIN_REDIRECT_URL)
