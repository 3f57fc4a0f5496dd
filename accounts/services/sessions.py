"""Opening, marking and ending the sessions of every kind."""

import logging
from datetime import timedelta
from functools import partial
from importlib import import_module
from typing import Any

from django.conf import settings
from django.db import transaction
from django.db.models import Q
from django.utils import timezone

from accounts.devices import LONGEST, describe_device
from accounts.models import PersonalToken, User, UserSession
from accounts.models.session import UserSessionQuerySet
from accounts.selectors.sessions import list_live_sessions
from accounts.services.audit import record_event
from accounts.signals import session_opened
from common.groups import tell_sessions_ended

logger = logging.getLogger(__name__)

# A remembered browser stays signed in for a month; another one until it is closed or not used for half a day, and a day at most.
REMEMBERED_LIFETIME = timedelta(days=30)
SHORT_LIFETIME = timedelta(hours=24)
SHORT_IDLE_TIME = timedelta(hours=12)
# The administration asks for more: a login of today, and use within the last half hour.
ADMIN_LIFETIME, ADMIN_IDLE_TIME = timedelta(hours=12), timedelta(minutes=30)
# More open sessions than a person can have devices are forgotten ones: those not used for longest end.
MOST_SESSIONS = 20
# How exact `last_seen_at` is: one write a minute and session.
SEEN_EVERY = timedelta(seconds=60)


@transaction.atomic
def open_session(
    *,
    user: User,
    kind: str,
    lifetime: timedelta,
    idle_time: timedelta | None = None,
    ip: str | None = None,
    user_agent: str = "",
    device: str = "",
    session_key: str = "",
    refresh_id: str = "",
    is_counted: bool = True,
) -> UserSession:
    """Record a login. `session_key` binds it to a browser's Django session, `refresh_id` to a refresh token.

    It ends after `lifetime`, or sooner when it is not used for `idle_time`. `device` says what the user agent does not.
    One that counts may end the user's session that was not used for longest.
    """
    now = timezone.now()
    session = UserSession.objects.create(
        user=user,
        kind=kind,
        ip=ip,
        device=device[:LONGEST] or describe_device(user_agent),
        created_at=now,
        last_seen_at=now,
        expires_at=now + min(lifetime, idle_time or lifetime),
        latest_end_at=now + lifetime,
        idle_time=idle_time,
        session_key=session_key,
        refresh_id=refresh_id,
    )
    logger.info("session opened", extra={"user_id": str(user.pk), "session_id": str(session.pk), "kind": kind, "ip": ip})
    told = {"kind": kind, "device": session.device, "ip": ip, "expires_at": session.expires_at}
    record_event(action="session.opened", actor=user, target=session, detail=told)
    if is_counted:
        _end_surplus(session)
        transaction.on_commit(partial(session_opened.send_robust, UserSession, session=session))
    return session


def touch_session(*, session: UserSession) -> None:
    """Note that the session is in use, at most once a minute."""
    now = timezone.now()
    if now - session.last_seen_at < SEEN_EVERY:
        return
    session.last_seen_at = now
    changes: dict[str, Any] = {"last_seen_at": now}
    if session.idle_time and session.latest_end_at:
        session.expires_at = changes["expires_at"] = min(now + session.idle_time, session.latest_end_at)
    UserSession.objects.filter(pk=session.pk, last_seen_at__lte=now - SEEN_EVERY).update(**changes)


def is_too_old_for_admin(*, session: UserSession) -> bool:
    """Tell whether the administration must ask this session to sign in again."""
    now = timezone.now()
    return now - session.created_at > ADMIN_LIFETIME or now - session.last_seen_at > ADMIN_IDLE_TIME


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


def end_sessions(*, user: User, reason: str, keep: UserSession | None = None, keep_tokens: bool = False) -> int:
    """End the user's sessions of every kind, but for the one to keep and perhaps personal tokens; return how many were open."""
    sessions = UserSession.objects.filter(user=user)
    if keep_tokens:
        sessions = sessions.filter(personal_token=None)
    return _end(sessions.exclude(pk=keep.pk) if keep else sessions, reason=reason)


def end_every_session(*, reason: str, kind: str = "", user: User | None = None, unused_for: timedelta | None = None) -> int:
    """Sign everyone out, or end the sessions of one kind, user, or not used for so long; return how many were open."""
    return _end(list_live_sessions(kind=kind, user=user, unused_for=unused_for), reason=reason)


def _end_surplus(newest: UserSession) -> None:
    """End the user's sessions beyond the number that may be open. Personal tokens have a number of their own."""
    others = UserSession.objects.active().filter(user=newest.user, personal_token=None).exclude(pk=newest.pk)
    surplus = list(others.order_by("-last_seen_at", "-id").values_list("pk", flat=True)[MOST_SESSIONS - 1 :])
    if surplus:
        _end(UserSession.objects.filter(pk__in=surplus), reason="too many sessions")


@transaction.atomic
def _end(sessions: UserSessionQuerySet, *, reason: str) -> int:
    # In the order of their ids: two that end the same sessions wait for each other instead of locking each other out.
    rows = list(sessions.filter(ended_at=None).order_by("id").select_for_update(of=("self",)))
    now = timezone.now()
    UserSession.objects.filter(pk__in=[row.pk for row in rows]).update(ended_at=now, end_reason=reason[:40])
    if any(row.kind == UserSession.Kind.TOKEN for row in rows):
        PersonalToken.objects.filter(session__in=rows, revoked_at=None).update(revoked_at=now)
    store = import_module(settings.SESSION_ENGINE).SessionStore()
    if rows:
        transaction.on_commit(partial(tell_sessions_ended, [row.pk for row in rows]))
    for row in rows:
        if row.session_key:
            store.delete(row.session_key)
        record_event(action="session.ended", target=row, detail={"kind": row.kind, "reason": reason})
        logger.info("session ended", extra={"user_id": str(row.user_id), "session_id": str(row.pk), "kind": row.kind, "reason": reason})
    return sum(row.expires_at > now for row in rows)


def remove_old_sessions(*, older_than: timedelta) -> int:
    """Delete the rows of sessions that ended or ran out that long ago; return their number."""
    border = timezone.now() - older_than
    over = UserSession.objects.filter(Q(expires_at__lt=border) | Q(ended_at__lt=border))
    return over.delete()[1].get(UserSession._meta.label, 0)
