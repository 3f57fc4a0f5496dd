"""Adding and removing passkeys, and signing in with one. The browser's part is frontend/js/pages/passkeys.js."""

import time
from typing import Any

from django.contrib import messages
from django.contrib.auth import logout as finish_login
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_http_methods, require_POST

from accounts.errors import InvalidCredentialsError, PasskeyRefusedError
from accounts.forms import NewPasskeyForm, PasskeyForm
from accounts.proof import VERY_RECENT, require_recent_proof
from accounts.requests import SignedInRequest
from accounts.services.passkeys import add_passkey, are_passkeys_possible, begin_registration, begin_sign_in, check_passkey, remove_passkey
from accounts.views.signin import let_in, read_next, read_pending
from common.errors import ConflictError, InvalidInputError, NotFoundError

# Where the session keeps the challenge: for one answer, and for five minutes.
CHALLENGE_KEY = "passkey_challenge"
CHALLENGE_SECONDS = 300


@never_cache
@require_recent_proof()
@require_http_methods(["GET", "POST"])
def passkey_add(request: SignedInRequest) -> HttpResponse:
    _refuse_impossible()
    form = NewPasskeyForm(request.POST or None)
    state = _take_challenge(request)
    if form.is_bound and form.is_valid():
        try:
            answer = form.cleaned_data["credential"]
            add_passkey(user=request.user, name=form.cleaned_data["name"], state=state, answer=answer, keep=request.user_session)
        except (PasskeyRefusedError, InvalidInputError) as error:
            form.add_error(None, error.message)
        else:
            messages.success(request, "The passkey is added. Your other sessions were ended.")
            return redirect("accounts:security")
    try:
        options, state = begin_registration(user=request.user)
    except ConflictError as error:
        messages.info(request, error.message)
        return redirect("accounts:security")
    _keep_challenge(request, state)
    return render(request, "accounts/passkey_add.html", {"form": form, "options": options})


@require_recent_proof(within=VERY_RECENT)
@require_POST
def passkey_remove(request: SignedInRequest, passkey_id: int) -> HttpResponse:
    try:
        remove_passkey(user=request.user, passkey_id=passkey_id, keep=request.user_session)
    except NotFoundError as error:
        raise Http404 from error
    messages.success(request, "The passkey is removed. Your other sessions were ended.")
    return redirect("accounts:security")


@never_cache
@require_http_methods(["GET", "POST"])
def login_passkey(request: HttpRequest) -> HttpResponse:
    """Sign in with a passkey: instead of the password, or of the code after it."""
    _refuse_impossible()
    if request.method == "GET" and request.user.is_authenticated:
        return redirect(read_next(request))
    form = PasskeyForm(request.POST or None)
    state = _take_challenge(request)
    if form.is_bound and form.is_valid():
        try:
            user = check_passkey(state=state, answer=form.cleaned_data["credential"])
        except InvalidCredentialsError as error:
            form.add_error(None, error.message)
        else:
            pending = read_pending(request)
            target, remember = (pending.target, pending.remember) if pending else (read_next(request), False)
            if request.user.is_authenticated:
                finish_login(request)
            return let_in(request, user, remember=remember, target=target)
    options, state = begin_sign_in()
    _keep_challenge(request, state)
    return render(request, "accounts/login_passkey.html", {"form": form, "options": options, "next": read_next(request)})


def _refuse_impossible() -> None:
    if not are_passkeys_possible():
        raise Http404


def _keep_challenge(request: HttpRequest, state: dict[str, Any]) -> None:
    request.session[CHALLENGE_KEY] = {"at": time.time(), "state": state}


def _take_challenge(request: HttpRequest) -> dict[str, Any]:
    """Return the challenge, which is gone with it; an empty one, which no answer fits, when there is none or it is too old."""
    kept = request.session.pop(CHALLENGE_KEY, None)
    state: dict[str, Any] = kept["state"] if kept and 0 <= time.time() - kept["at"] < CHALLENGE_SECONDS else {}
    return state
