"""What keeps one's account safe: the second factor and its recovery codes, and proving again who one is."""

import segno
from django.contrib import messages
from django.contrib.auth.decorators import login_required
from django.http import HttpResponse
from django.shortcuts import redirect, render
from django.views.decorators.cache import never_cache
from django.views.decorators.debug import sensitive_post_parameters
from django.views.decorators.http import require_http_methods, require_POST, require_safe

from accounts.errors import InvalidCredentialsError, WrongCodeError
from accounts.forms import CodeForm, ProofForm
from accounts.proof import VERY_RECENT, require_recent_proof
from accounts.requests import SignedInRequest
from accounts.selectors.second_factor import get_second_factor, has_second_factor
from accounts.services.passkeys import are_passkeys_possible
from accounts.services.second_factor import begin_totp, confirm_totp, disable_second_factor, read_new_seed, renew_recovery_codes
from accounts.services.signin import prove_again
from accounts.totp import make_uri
from accounts.views.places import answer_locked, read_place
from accounts.views.signin import read_next
from common.errors import ConflictError, NotFoundError


@never_cache
@login_required
@require_safe
def security(request: SignedInRequest) -> HttpResponse:
    return render(
        request,
        "accounts/security.html",
        {"factor": get_second_factor(user=request.user), "passkeys": request.user.passkeys.all(), "has_passkeys": are_passkeys_possible()},
    )


@sensitive_post_parameters("answer")
@never_cache
@login_required
@require_http_methods(["GET", "POST"])
@answer_locked
def prove(request: SignedInRequest) -> HttpResponse:
    """Ask again for the code or the password, and go on to where it was asked for."""
    form = ProofForm(request.POST or None, by_code=has_second_factor(user=request.user))
    if form.is_bound and form.is_valid():
        try:
            prove_again(session=request.user_session, answer=form.cleaned_data["answer"], place=read_place(request))
        except InvalidCredentialsError as error:
            form.add_error("answer", error.message if form.by_code else "That is not your password.")
        else:
            return redirect(read_next(request))
    return render(request, "accounts/prove.html", {"form": form, "next": read_next(request)})


@require_recent_proof(within=VERY_RECENT)
@require_POST
def totp_begin(request: SignedInRequest) -> HttpResponse:
    try:
        begin_totp(user=request.user)
    except ConflictError as error:
        messages.info(request, error.message)
        return redirect("accounts:security")
    return redirect("accounts:totp_confirm")


@sensitive_post_parameters("code")
@never_cache
@require_recent_proof()
@require_http_methods(["GET", "POST"])
def totp_confirm(request: SignedInRequest) -> HttpResponse:
    """Show the new seed, and turn the second factor on with a first code."""
    form = CodeForm(request.POST or None)
    try:
        if form.is_bound and form.is_valid():
            codes = confirm_totp(user=request.user, code=form.cleaned_data["code"], keep=request.user_session)
            return _show_codes(request, codes, "The second factor is on")
    except WrongCodeError as error:
        form.add_error("code", error.message)
    except NotFoundError:
        return redirect("accounts:security")
    try:
        seed = read_new_seed(user=request.user)
    except NotFoundError:
        return redirect("accounts:security")
    image = segno.make(make_uri(seed, account=request.user.email), error="m").svg_data_uri(scale=5, border=4, light="#ffffff")
    groups = [seed[start : start + 4] for start in range(0, len(seed), 4)]
    return render(request, "accounts/totp_confirm.html", {"form": form, "image": image, "groups": groups})


@require_recent_proof(within=VERY_RECENT)
@require_POST
def totp_disable(request: SignedInRequest) -> HttpResponse:
    if disable_second_factor(user=request.user, keep=request.user_session):
        messages.success(request, "The second factor is off. Your other sessions were ended.")
    return redirect("accounts:security")


@never_cache
@require_recent_proof(within=VERY_RECENT)
@require_POST
def recovery_codes_renew(request: SignedInRequest) -> HttpResponse:
    try:
        codes = renew_recovery_codes(user=request.user, keep=request.user_session)
    except NotFoundError as error:
        messages.info(request, error.message)
        return redirect("accounts:security")
    return _show_codes(request, codes, "New recovery codes")


def _show_codes(request: SignedInRequest, codes: list[str], title: str) -> HttpResponse:
    # In the answer itself and nowhere else: they are kept hashed, and no second request can show them again.
    return render(request, "accounts/recovery_codes.html", {"codes": codes, "title": title})
