"""Opening, marking and ending the sessions of every kind."""

import logging
from datetime import timedelta
from functools import partial
from importlib import import_module

from django.conf import settings
from django.db import transaction
from django.utils import timezone

from accounts.devices import describe_device
from accounts.models import User, UserSession
from accounts.models.session import UserSessionQuerySet
from accounts.signals import session_opened

logger = logging.getLogger(__name__)

# A remembered browser stays signed in for a month, another one for a working day and at most until it is closed.
REMEMBERED_LIFETIME = timedelta(days=30)
SHORT_LIFETIME = timedelta(hours=12)
# How exact `last_seen_at` is: one write a minute and session.
SEEN_EVERY = timedelta(seconds=60)


def open_session(
    *,
    user: User,
    kind: str,
    lifetime: timedelta,
    ip: str | None = None,
    user_agent: str = "",
    session_key: str = "",
    refresh_id: str = "",
) -> UserSession:
    """Record a login. `session_key` binds it to a browser's Django session, `refresh_id` to a refresh token."""
    now = timezone.now()
    session = UserSession.objects.create(
        user=user,
        kind=kind,
        ip=ip,
        device=describe_device(user_agent),
        created_at=now,
        last_seen_at=now,
        expires_at=now + lifetime,
        session_key=session_key,
        refresh_id=refresh_id,
    )
    logger.info("session opened", extra={"user_id": str(user.pk), "session_id": str(session.pk), "kind": kind, "ip": ip})
    transaction.on_commit(partial(session_opened.send_robust, UserSession, session=session))
    return session


def touch_session(*, session: UserSession) -> None:
    """Note that the session is in use, at most once a minute."""
    now = timezone.now()
    if now - session.last_seen_at >= SEEN_EVERY:
        UserSession.objects.filter(pk=session.pk, last_seen_at__lte=now - SEEN_EVERY).update(last_seen_at=now)
        session.last_seen_at = now


def renew_proof(*, session: UserSession) -> None:
    """Note that the person has just proved again who it is."""
    session.proved_at = timezone.now()
    session.save(update_fields=["proved_at"])


def rebind_session(*, session: UserSession, session_key: str) -> None:
    """Follow the browser's Django session to its new key."""
    session.session_key = session_key
    session.save(update_fields=["session_key"])


def end_session(*, session: UserSession, reason: str) -> bool:
    """End the session everywhere; return False if it had ended before."""
    return _end(UserSession.objects.filter(pk=session.pk), reason=reason) > 0


def end_sessions(*, user: User, reason: str, keep: UserSession | None = None) -> int:
    """End the user's sessions of every kind, but for the one to keep; return how many were open."""
    sessions = UserSession.objects.filter(user=user)
    return _end(sessions.exclude(pk=keep.pk) if keep else sessions, reason=reason)


def end_every_session(*, reason: str, kind: str = "") -> int:
    """Sign everyone out, or end every session of one kind; return how many were open."""
    sessions = UserSession.objects.all()
    return _end(sessions.filter(kind=kind) if kind else sessions, reason=reason)


@transaction.atomic
def _end(sessions: UserSessionQuerySet, *, reason: str) -> int:
    # In the order of their ids: two that end the same sessions wait for each other instead of locking each other out.
    rows = list(sessions.filter(ended_at=None).order_by("id").select_for_update())
    now = timezone.now()
    UserSession.objects.filter(pk__in=[row.pk for row in rows]).update(ended_at=now, end_reason=reason)
    store = import_module(settings.SESSION_ENGINE).SessionStore()
    for row in rows:
        if row.session_key:
            store.delete(row.session_key)
        logger.info("session ended", extra={"user_id": str(row.user_id), "session_id": str(row.pk), "kind": row.kind, "reason": reason})
    return sum(row.expires_at > now for row in rows)


def remove_old_sessions(*, older_than: timedelta) -> int:
    """Delete the rows of sessions that ended or ran out that long ago; return their number."""
    border = timezone.now() - older_than
    return UserSession.objects.filter(expires_at__lt=border).delete()[0] + UserSession.objects.filter(ended_at__lt=border).delete()[0]
