"""Writes about people."""

import logging
import secrets
from collections.abc import Iterable
from typing import Any

from django.contrib.auth.password_validation import validate_password
from django.core.exceptions import ValidationError
from django.db import IntegrityError, transaction

from accounts.errors import EmailTakenError, WeakPasswordError
from accounts.models import User, UserSession
from accounts.services.audit import columns_of, record_event
from accounts.services.sessions import end_sessions
from common.errors import DomainError, InvalidInputError, NotAllowedError

logger = logging.getLogger(__name__)

FIRST_ADMIN_EMAIL = "admin@localhost"
PROFILE_FIELDS = frozenset({"name", "base_currency", "locale", "time_zone"})
ROLE_FIELDS = frozenset({"is_staff", "is_superuser"})
# Columns of a user that the audit trail need not repeat.
UNTOLD = frozenset({"password", "last_login", "created_at"})


def create_user(*, email: str, password: str, **fields: Any) -> User:
    """Create a person who can sign in. Fields: name, base_currency, locale, time_zone, is_staff, is_superuser.

    Raises EmailTakenError, WeakPasswordError, InvalidInputError.
    """
    _refuse_unknown(fields, PROFILE_FIELDS | ROLE_FIELDS)
    user = User(email=User.normalize_username(email), **fields)
    user.set_password(password)
    _check(user)
    check_password_strength(password=password, user=user)
    try:
        with transaction.atomic():
            user.save(force_insert=True)
            record_event(action="user.created", target=user, after=columns_of(user, but=UNTOLD))
    except IntegrityError as error:
        raise EmailTakenError(f"There is already a user {user.email}.", field="email") from error
    logger.info("user created", extra={"user_id": str(user.pk), "is_staff": user.is_staff})
    return user


@transaction.atomic
def update_profile(*, user: User, **changes: Any) -> User:
    """Change name, base_currency, locale or time_zone. Raises InvalidInputError."""
    _refuse_unknown(changes, PROFILE_FIELDS)
    before = columns_of(user, but=UNTOLD)
    for name, value in changes.items():
        setattr(user, name, value)
    _check(user)
    user.save(update_fields=list(changes))
    record_event(action="user.updated", target=user, before=before, after=columns_of(user, but=UNTOLD))
    return user


@transaction.atomic
def set_password(*, user: User, password: str, reason: str = "password changed", keep: UserSession | None = None) -> int:
    """Set the password and end every other session; return how many were ended. Raises WeakPasswordError.

    Personal tokens stay: they do not come from the password, and the pages say so.
    """
    check_password_strength(password=password, user=user)
    user.set_password(password)
    user.save(update_fields=["password"])
    record_event(action="user.password_set", target=user, detail={"reason": reason})
    logger.info("password set", extra={"user_id": str(user.pk), "reason": reason})
    return end_sessions(user=user, reason=reason, keep=keep, keep_tokens=True)


@transaction.atomic
def deactivate_user(*, user: User) -> int:
    """Close the account: nobody signs in to it, and its sessions end now. Returns how many were ended."""
    user.is_active = False
    user.save(update_fields=["is_active"])
    record_event(action="user.deactivated", target=user)
    logger.info("user deactivated", extra={"user_id": str(user.pk)})
    return end_sessions(user=user, reason="account deactivated")


@transaction.atomic
def activate_user(*, user: User) -> None:
    """Open a closed account again. Its sessions and tokens do not come back."""
    user.is_active = True
    user.save(update_fields=["is_active"])
    record_event(action="user.activated", target=user)
    logger.info("user activated", extra={"user_id": str(user.pk)})


def check_may_manage(*, actor: User, user: User) -> None:
    """Raise NotAllowedError unless the actor may close and open this account: never his own, and a superuser's only as one."""
    if actor == user:
        raise NotAllowedError("Your own account is not managed here; use the settings.")
    if user.is_superuser and not actor.is_superuser:
        raise NotAllowedError("Only a superuser may do this to a superuser.")
    if not actor.has_perm("accounts.change_user"):
        raise NotAllowedError("You may not change users.")


def ensure_first_admin() -> tuple[str, str] | None:
    """Create an administrator with a random password if there is none yet; return (e-mail, password) once, else None."""
    if User.objects.filter(is_staff=True).exists():
        return None
    password = secrets.token_urlsafe(15)
    try:
        user = create_user(email=FIRST_ADMIN_EMAIL, password=password, name="Administrator", is_staff=True, is_superuser=True)
    except EmailTakenError:
        # Another process was first, or an ordinary user has that address: nothing may be taken from him.
        return None
    return user.email, password


def check_password_strength(*, password: str, user: User) -> None:
    """Raise WeakPasswordError with every reason why the password will not do."""
    try:
        validate_password(password, user)
    except ValidationError as error:
        raise WeakPasswordError(" ".join(error.messages), field="password", reasons=error.messages) from error


def _check(user: User) -> None:
    try:
        user.full_clean()
    except ValidationError as error:
        raise _translate(user, error) from error


def _translate(user: User, error: ValidationError) -> DomainError:
    codes = {problem.code for problems in error.error_dict.values() for problem in problems}
    if codes & {"unique", "user_email_unique"} or "__all__" in error.message_dict:
        return EmailTakenError(f"There is already a user {user.email}.", field="email")
    field, messages = next(iter(error.message_dict.items()))
    return InvalidInputError(f"{field}: {messages[0]}", field=field, problems=error.message_dict)


def _refuse_unknown(names: Iterable[str], known: frozenset[str]) -> None:
    unknown = sorted(set(names) - known)
    if unknown:
        raise TypeError(f"not a field that may be set here: {', '.join(unknown)}")
