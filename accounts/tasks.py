"""Work of the accounts outside of a request."""

from datetime import timedelta
from importlib import import_module

from celery import shared_task
from django.conf import settings
from django.contrib.auth.tokens import default_token_generator
from django.core.mail import send_mail
from django.template.loader import render_to_string
from django.urls import reverse
from django.utils import timezone
from django.utils.encoding import force_bytes
from django.utils.http import urlsafe_base64_encode

from accounts.models import IdempotencyRecord, User, UserSession
from accounts.selectors.places import is_new_place
from accounts.selectors.users import get_user_by_email
from accounts.services.audit import prepare_months
from accounts.services.audit_anchors import note_anchor
from accounts.services.lockout import remove_old_attempts
from accounts.services.sessions import remove_old_sessions
from common.errors import NotFoundError
from common.formatting import find_zone

ANSWERS_KEPT = timedelta(hours=24)
SESSIONS_KEPT = timedelta(days=90)


@shared_task
def remove_expired_records() -> None:
    """Delete what has run out: stored answers, browser sessions, the rows of sessions long over, and failed attempts of yesterday."""
    IdempotencyRecord.objects.filter(created_at__lt=timezone.now() - ANSWERS_KEPT).delete()
    import_module(settings.SESSION_ENGINE).SessionStore.clear_expired()
    remove_old_sessions(older_than=SESSIONS_KEPT)
    remove_old_attempts()


@shared_task
def anchor_audit_trail() -> None:
    """Note how far the audit trail reaches, outside of the database, and prepare its next months."""
    prepare_months()
    note_anchor(folder=settings.AUDIT_DIR)


@shared_task(autoretry_for=(OSError,), retry_backoff=True, max_retries=5)
def send_password_reset(email: str) -> None:
    """Send the link for a new password if the address belongs to an account that may sign in.

    All of it happens here, out of the request, so that the page answers an unknown address in the same time.
    """
    try:
        user = get_user_by_email(email=email)
    except NotFoundError:
        return
    if user.is_active and user.has_usable_password():
        context = {"user": user, "address": _make_reset_address(user), "minutes": settings.PASSWORD_RESET_TIMEOUT // 60}
        subject = render_to_string("accounts/mail/password_reset_subject.txt", context).strip()
        send_mail(subject, render_to_string("accounts/mail/password_reset.txt", context), None, [user.email])


@shared_task(autoretry_for=(OSError,), retry_backoff=True, max_retries=5)
def send_new_device_mail(session_id: str) -> None:
    """Tell somebody of a sign-in with a device or from a network that the account has not been used with before."""
    session = UserSession.objects.select_related("user").filter(pk=session_id).first()
    if session is None or not is_new_place(session=session):
        return
    user = session.user
    moment = session.created_at.astimezone(find_zone(user.time_zone))
    context = {
        "user": user,
        "session": session,
        "moment": f"{moment:%Y-%m-%d %H:%M} ({user.time_zone})",
        "sessions_address": settings.PUBLIC_URL + reverse("accounts:sessions"),
        "reset_address": settings.PUBLIC_URL + reverse("accounts:password_reset"),
    }
    subject = render_to_string("accounts/mail/new_device_subject.txt", context).strip()
    send_mail(subject, render_to_string("accounts/mail/new_device.txt", context), None, [user.email])


def _make_reset_address(user: User) -> str:
    # From PUBLIC_URL and never from the request: a forged Host header must not get into a mail.
    arguments = [urlsafe_base64_encode(force_bytes(user.pk)), default_token_generator.make_token(user)]
    return settings.PUBLIC_URL + reverse("accounts:password_reset_confirm", args=arguments)
