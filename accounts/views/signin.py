"""Signing in, in one step or two, and out."""

import time
from dataclasses import asdict, dataclass

from django.conf import settings
from django.contrib import messages
from django.contrib.auth import login as start_login
from django.contrib.auth import logout as finish_login
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render, resolve_url
from django.utils.crypto import constant_time_compare
from django.utils.http import url_has_allowed_host_and_scheme
from django.views.decorators.cache import never_cache
from django.views.decorators.debug import sensitive_post_parameters
from django.views.decorators.http import require_http_methods, require_POST

from accounts.errors import InvalidCredentialsError
from accounts.forms import CodeForm, LoginForm
from accounts.models import User
from accounts.selectors.second_factor import has_second_factor
from accounts.services.passkeys import are_passkeys_possible
from accounts.services.signin import check_code
from accounts.views.places import answer_locked, read_place, remember_place

# Where the session keeps that the password was right, until the code is.
PENDING_KEY = "pending_sign_in"
PENDING_SECONDS = 300


@dataclass(frozen=True, slots=True)
class PendingSignIn:
    """Somebody who has shown the password and owes the code. `password_mark` makes a changed password void it."""

    user_id: str
    password_mark: str
    at: float
    remember: bool
    target: str


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
        remember = form.cleaned_data["remember"]
        if has_second_factor(user=form.user):
            return _ask_code(request, form.user, remember=remember, target=target)
        return let_in(request, form.user, remember=remember, target=target)
    return render(
        request,
        "accounts/login.html",
        {"form": form, "next": request.POST.get("next", request.GET.get("next", "")), "has_passkeys": are_passkeys_possible()},
    )


@sensitive_post_parameters("code")
@never_cache
@require_http_methods(["GET", "POST"])
@answer_locked
def login_code(request: HttpRequest) -> HttpResponse:
    """The second page of signing in, for five minutes after the first."""
    if request.user.is_authenticated:
        return redirect(settings.LOGIN_REDIRECT_URL)
    pending = read_pending(request)
    user = _find_pending_user(pending)
    if pending is None or user is None:
        request.session.pop(PENDING_KEY, None)
        messages.info(request, "Signing in took too long or was interrupted. Please begin again.")
        return redirect(settings.LOGIN_URL)
    form = CodeForm(request.POST or None)
    if form.is_bound and form.is_valid():
        try:
            check_code(user=user, code=form.cleaned_data["code"], place=read_place(request))
        except InvalidCredentialsError as error:
            form.add_error("code", error.message)
        else:
            return let_in(request, user, remember=pending.remember, target=pending.target)
    return render(request, "accounts/login_code.html", {"form": form, "recovery": "recovery" in request.GET, "has_passkeys": are_passkeys_possible()})


def _ask_code(request: HttpRequest, user: User, *, remember: bool, target: str) -> HttpResponse:
    # A new key: what somebody else may know of this browser's session is worth nothing from here on.
    request.session.cycle_key()
    pending = PendingSignIn(str(user.pk), user.get_session_auth_hash(), time.time(), remember, target)
    request.session[PENDING_KEY] = asdict(pending)
    request.session.set_expiry(0)
    return redirect("accounts:login_code")


def read_pending(request: HttpRequest) -> PendingSignIn | None:
    """Return whose password was right within the last five minutes."""
    stored = request.session.get(PENDING_KEY)
    pending = PendingSignIn(**stored) if stored else None
    return pending if pending and 0 <= time.time() - pending.at < PENDING_SECONDS else None


def _find_pending_user(pending: PendingSignIn | None) -> User | None:
    user = User.objects.filter(pk=pending.user_id, is_active=True).first() if pending else None
    return user if user and pending and constant_time_compare(pending.password_mark, user.get_session_auth_hash()) else None


def let_in(request: HttpRequest, user: User, *, remember: bool, target: str) -> HttpResponse:
    """Sign the person in, who has shown everything that is asked for. Nothing of a half-done sign-in stays."""
    request.session.pop(PENDING_KEY, None)
    # Nought: the cookie ends with the browser, and the receiver gives the session its short life.
    request.session.set_expiry(None if remember else 0)
    start_login(request, user, backend=settings.AUTHENTICATION_BACKENDS[0])
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
