"""Changing a password, and getting a new one by mail."""

import logging
from typing import Any

from django.contrib import messages
from django.contrib.auth import update_session_auth_hash
from django.contrib.auth.forms import SetPasswordForm
from django.contrib.auth.views import PasswordResetConfirmView
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse_lazy
from django.views.decorators.cache import never_cache
from django.views.decorators.debug import sensitive_post_parameters
from django.views.decorators.http import require_http_methods, require_safe
from kombu.exceptions import OperationalError as BrokerError

from accounts.forms import NewPasswordForm, PasswordChangeForm, PasswordResetForm
from accounts.proof import require_recent_proof
from accounts.requests import SignedInRequest
from accounts.services.users import set_password
from accounts.tasks import send_password_reset
from accounts.views.places import answer_locked, read_place

logger = logging.getLogger(__name__)


@sensitive_post_parameters()
@never_cache
@require_recent_proof()
@require_http_methods(["GET", "POST"])
@answer_locked
def password_change(request: SignedInRequest) -> HttpResponse:
    form = PasswordChangeForm(request.user, request.POST or None, place=read_place(request))
    if form.is_bound and form.is_valid():
        ended = set_password(user=request.user, password=form.cleaned_data["new_password1"], keep=request.user_session)
        update_session_auth_hash(request, request.user)
        messages.success(request, f"Your password was changed. {_describe_ended(ended)}".strip())
        return redirect("accounts:settings")
    return render(request, "accounts/password_change.html", {"form": form})


def _describe_ended(number: int) -> str:
    if number == 0:
        return ""
    return "One other session was ended." if number == 1 else f"{number} other sessions were ended."


@never_cache
@require_http_methods(["GET", "POST"])
def password_reset(request: HttpRequest) -> HttpResponse:
    form = PasswordResetForm(request.POST or None)
    if form.is_bound and form.is_valid():
        _order_mail(form.cleaned_data["email"])
        return redirect("accounts:password_reset_sent")
    return render(request, "accounts/password_reset.html", {"form": form})


def _order_mail(email: str) -> None:
    try:
        send_password_reset.apply_async([email], retry=False, ignore_result=True)
    except (BrokerError, OSError):
        # Without the queue it is sent from here: slower, but a person who is locked out gets the mail.
        logger.exception("the queue did not take the order for a password mail")
        send_password_reset(email)


@require_safe
def password_reset_sent(request: HttpRequest) -> HttpResponse:
    return render(request, "accounts/password_reset_sent.html")


class NewPasswordView(PasswordResetConfirmView):
    """Django's own page: it moves the token from the address into the session before it shows anything."""

    form_class = NewPasswordForm
    template_name = "accounts/password_reset_confirm.html"
    success_url = reverse_lazy("accounts:login")

    def form_valid(self, form: "SetPasswordForm[Any]") -> HttpResponse:
        messages.success(self.request, "Your new password is set. Sign in with it.")
        return super().form_valid(form)
