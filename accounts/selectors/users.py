"""Reads about people."""

import datetime as dt
from uuid import UUID

from django.db.models import Count, Q, QuerySet
from django.utils import timezone

from accounts.models import User
from common.errors import NotFoundError
from common.formatting import find_zone


def get_user_by_email(*, email: str) -> User:
    """Return the user; upper and lower case do not matter. Raises NotFoundError."""
    try:
        return User.objects.get_by_natural_key(email)
    except User.DoesNotExist as error:
        raise NotFoundError(f"There is no user {email!r}.", email=email) from error


def list_users() -> QuerySet[User]:
    """Return every user with `live_sessions`, the number of sessions that are open now."""
    is_live = Q(sessions__ended_at=None, sessions__expires_at__gt=timezone.now())
    return User.objects.annotate(live_sessions=Count("sessions", filter=is_live)).order_by("email")


def get_user(*, user_id: UUID) -> User:
    """Return the user with `live_sessions`. Raises NotFoundError."""
    user = list_users().filter(pk=user_id).first()
    if user is None:
        raise NotFoundError("There is no such user.")
    return user


def get_today(*, user: User) -> dt.date:
    """Return the present day in the user's time zone."""
    return timezone.localdate(timezone=find_zone(user.time_zone))
