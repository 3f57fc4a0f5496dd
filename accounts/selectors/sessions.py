"""Reads about sessions."""

import datetime as dt
from uuid import UUID

from django.core.exceptions import ValidationError
from django.db.models import Exists
from django.utils import timezone

from accounts.models import AuditMode, User, UserSession
from accounts.models.session import UserSessionQuerySet
from common.errors import NotFoundError


def get_live_session(*, session_id: str | UUID) -> UserSession | None:
    """Return the session with its user if it is open and its user may sign in: one read by primary key, never cached.

    It is read for every request, so that an ended session is refused at once, by every process.
    """
    # Whether reads are to be noted comes with the same read.
    sessions = UserSession.objects.active().select_related("user").annotate(is_watched=Exists(AuditMode.objects.filter(is_on=True)))
    try:
        return sessions.get(pk=session_id, user__is_active=True)
    except (UserSession.DoesNotExist, ValidationError):
        return None


def is_session_live(session_id: object) -> bool:
    """Tell an open socket whether its session goes on."""
    return get_live_session(session_id=str(session_id)) is not None


def list_live_sessions(*, user: User | None = None, kind: str = "", unused_for: dt.timedelta | None = None) -> UserSessionQuerySet:
    """Return the open sessions, the last used first; of everyone when no user is given."""
    sessions = UserSession.objects.active().select_related("user").order_by("-last_seen_at", "-id")
    if user is not None:
        sessions = sessions.filter(user=user)
    if unused_for is not None:
        sessions = sessions.filter(last_seen_at__lt=timezone.now() - unused_for)
    return sessions.filter(kind=kind) if kind else sessions


def get_own_session(*, user: User, session_id: UUID) -> UserSession:
    """Return the user's open session of that id. Raises NotFoundError, also when it is another person's."""
    session = list_live_sessions(user=user).filter(pk=session_id).first()
    if session is None:
        raise NotFoundError("There is no such session.")
    return session
