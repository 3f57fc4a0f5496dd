"""A person's access tokens: the list, a new one shown once, revoking."""

from datetime import timedelta
from uuid import UUID

from django.contrib import messages
from django.contrib.auth.decorators import login_required
from django.http import HttpResponse
from django.shortcuts import redirect, render
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_http_methods, require_POST, require_safe

from accounts.forms import TokenForm
from accounts.proof import require_recent_proof
from accounts.requests import SignedInRequest
from accounts.selectors.personal_tokens import get_own_token, list_tokens
from accounts.services.personal_tokens import NewToken, create_token, revoke_token
from common.addresses import read_client_address
from common.errors import DomainError, NotFoundError


@never_cache
@login_required
@require_safe
def tokens(request: SignedInRequest) -> HttpResponse:
    return render(request, "accounts/tokens.html", {"tokens": list_tokens(user=request.user)})


@never_cache
@require_recent_proof()
@require_http_methods(["GET", "POST"])
def token_create(request: SignedInRequest) -> HttpResponse:
    form = TokenForm(request.POST or None, user=request.user)
    if form.is_bound and form.is_valid():
        made = _create(request, form)
        if made:
            # Shown by this answer itself: to redirect, the text would have to be kept somewhere.
            return render(
                request,
                "accounts/token_created.html",
                {"token": made.token, "text": made.text, "address": request.build_absolute_uri("/api/v1/portfolios")},
            )
    return render(request, "accounts/token_create.html", {"form": form})


@login_required
@require_POST
def token_revoke(request: SignedInRequest, token_id: UUID) -> HttpResponse:
    try:
        token = get_own_token(user=request.user, token_id=token_id)
    except NotFoundError:
        messages.info(request, "That token had been revoked already.")
    else:
        revoke_token(token=token, reason="revoked by the user")
        messages.success(request, f"“{token.name}” is revoked.")
    return redirect("accounts:tokens")


def _create(request: SignedInRequest, form: TokenForm) -> NewToken | None:
    values = form.cleaned_data
    lifetime = timedelta(days=int(values["days"]))
    try:
        return create_token(user=request.user, name=values["name"], scopes=values["scopes"], lifetime=lifetime, ip=read_client_address(request.META))
    except DomainError as error:
        field = error.detail.get("field")
        form.add_error(field if field in form.fields else None, error.message.partition(": ")[2] or error.message)
        return None
