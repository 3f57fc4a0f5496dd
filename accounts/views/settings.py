"""What a person may set for himself, and his sessions."""

from uuid import UUID

from django.contrib import messages
from django.contrib.auth import logout
from django.contrib.auth.decorators import login_required
from django.http import HttpResponse
from django.shortcuts import redirect, render
from django.views.decorators.http import require_http_methods, require_POST, require_safe

from accounts.forms import ProfileForm
from accounts.models import User
from accounts.requests import SignedInRequest
from accounts.selectors.sessions import get_own_session, list_live_sessions
from accounts.services.sessions import end_session, end_sessions
from accounts.services.users import update_profile
from common.errors import NotFoundError


@login_required
@require_http_methods(["GET", "POST"])
def settings(request: SignedInRequest) -> HttpResponse:
    # A copy of its own: a refused form leaves its values in the instance, and the page shows `request.user`.
    form = ProfileForm(request.POST or None, instance=User.objects.get(pk=request.user.pk))
    if form.is_bound and form.is_valid():
        update_profile(user=form.instance, **form.cleaned_data)
        messages.success(request, "Your settings are saved.")
        return redirect("accounts:settings")
    return render(request, "accounts/settings.html", {"form": form})


@login_required
@require_safe
def sessions(request: SignedInRequest) -> HttpResponse:
    rows = list(list_live_sessions(user=request.user))
    current = request.user_session
    rows.sort(key=lambda row: row.pk != current.pk)
    return render(request, "accounts/sessions.html", {"sessions": rows, "current": current})


@login_required
@require_POST
def session_end(request: SignedInRequest, session_id: UUID) -> HttpResponse:
    if session_id == request.user_session.pk:
        logout(request)
        return redirect("accounts:login")
    try:
        end_session(session=get_own_session(user=request.user, session_id=session_id), reason="ended by the user")
    except NotFoundError:
        messages.info(request, "That session had ended already.")
    else:
        messages.success(request, "The session was ended.")
    return redirect("accounts:sessions")


@login_required
@require_POST
def sessions_end_others(request: SignedInRequest) -> HttpResponse:
    number = end_sessions(user=request.user, reason="ended by the user", keep=request.user_session)
    messages.success(request, "One other session was ended." if number == 1 else f"{number} other sessions were ended.")
    return redirect("accounts:sessions")
