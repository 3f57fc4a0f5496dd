"""Making, using and revoking personal tokens. Each is one session row: ending that row revokes the token."""

import logging
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import timedelta

from django.db import transaction
from django.db.models import Exists
from django.utils import timezone

from accounts.errors import TokenExpiredError, TokenInvalidError, TokenNameTakenError, TooManyTokensError, UnknownScopeError
from accounts.models import AuditMode, PersonalToken, User, UserSession
from accounts.scopes import list_scopes
from accounts.services.audit import record_event
from accounts.services.sessions import SEEN_EVERY, end_session, open_session
from accounts.token_text import SHOWN, hash_token, is_well_formed, make_token
from common.errors import InvalidInputError, NotAllowedError
from common.text import check_text

logger = logging.getLogger(__name__)

SHORTEST_LIFE, LONGEST_LIFE = timedelta(days=1), timedelta(days=365)
MOST_TOKENS = 50


@dataclass(frozen=True, slots=True)
class NewToken:
    """The only moment at which the text of a token is known."""

    text: str
    token: PersonalToken


@transaction.atomic
def create_token(*, user: User, name: str, scopes: Sequence[str], lifetime: timedelta, ip: str | None = None) -> NewToken:
    """Make a token for one's own programs; its text is in the answer and nowhere else.

    Raises InvalidInputError, UnknownScopeError, TokenNameTakenError, TooManyTokensError.
    """
    name = check_text(name, field="name", longest=100, required=True)
    if not SHORTEST_LIFE <= lifetime <= LONGEST_LIFE:
        raise InvalidInputError(f"expires_at: a token lives for 1 to {LONGEST_LIFE.days} days.", field="expires_at")
    # As the row is now, under its lock: an account closed, or a role lost, in this moment counts.
    user = User.objects.select_for_update(no_key=True).get(pk=user.pk)
    if not user.is_active:
        raise NotAllowedError("The account is closed.")
    chosen = _check_scopes(user, scopes)
    _make_room(user, name)
    text = make_token()
    session = open_session(user=user, kind=UserSession.Kind.TOKEN, lifetime=lifetime, ip=ip, device=f"Access token “{name}”", is_counted=False)
    token = PersonalToken.objects.create(
        user=user,
        session=session,
        name=name,
        prefix=text[:SHOWN],
        token_hash=hash_token(text),
        scopes=chosen,
        created_at=session.created_at,
        expires_at=session.expires_at,
    )
    record_event(action="token.created", actor=user, target=token, detail={"scopes": chosen, "expires_at": token.expires_at, "prefix": token.prefix})
    logger.info("personal token created", extra={"user_id": str(user.pk), "token_id": str(token.pk), "scopes": chosen})
    return NewToken(text, token)


def find_personal_token(*, text: str) -> PersonalToken:
    """Return the token with its user and session, in one query. Raises TokenInvalidError, TokenExpiredError."""
    if not is_well_formed(text):
        raise TokenInvalidError("The token is not valid.")
    tokens = PersonalToken.objects.select_related("user", "session").annotate(is_watched=Exists(AuditMode.objects.filter(is_on=True)))
    token = tokens.filter(token_hash=hash_token(text)).first()
    if token is None or token.revoked_at or token.session.ended_at or not token.user.is_active:
        raise TokenInvalidError("The token is not valid, or it has been revoked.")
    if not (token.is_live and token.session.is_active):
        raise TokenExpiredError("The token has expired.")
    token.session.user = token.user
    token.session.is_watched = token.is_watched  # type: ignore[attr-defined]
    return token


def mark_token_used(*, token: PersonalToken, ip: str | None) -> None:
    """Note the use in the token and in its session, at most once a minute."""
    now = timezone.now()
    if token.last_used_at and now - token.last_used_at < SEEN_EVERY:
        return
    if token.last_used_at is None:
        record_event(action="token.first_used", actor=token.user, target=token)
        logger.info("personal token used for the first time", extra={"user_id": str(token.user_id), "token_id": str(token.pk), "ip": ip})
    PersonalToken.objects.filter(pk=token.pk).update(last_used_at=now, last_used_from=ip)
    UserSession.objects.filter(pk=token.session_id).update(last_seen_at=now, ip=ip)
    token.last_used_at, token.last_used_from = now, ip


@transaction.atomic
def revoke_token(*, token: PersonalToken, reason: str) -> bool:
    """Make the token useless, now and everywhere; return False if it was before."""
    is_revoked = end_session(session=token.session, reason=reason)
    if is_revoked:
        record_event(action="token.revoked", target=token, detail={"reason": reason})
    return is_revoked


def _check_scopes(user: User, scopes: Sequence[str]) -> list[str]:
    allowed = list_scopes(is_staff=user.is_staff)
    unknown = [scope for scope in scopes if scope not in allowed]
    if unknown:
        raise UnknownScopeError(f"scopes: {str(unknown[0])[:40]!r} is none of {', '.join(allowed)}.", field="scopes")
    if not scopes:
        raise InvalidInputError("scopes: choose at least one.", code="required", field="scopes")
    return [scope for scope in allowed if scope in scopes]


def _make_room(user: User, name: str) -> None:
    """Neither name nor number can be taken by another request meanwhile: the user's row is locked."""
    live = list(PersonalToken.objects.live().filter(user=user).values_list("name", flat=True))
    if name in live:
        raise TokenNameTakenError(f"name: there is a token {name!r} already; revoke it or choose another name.", field="name")
    if len(live) >= MOST_TOKENS:
        raise TooManyTokensError(f"There are {MOST_TOKENS} tokens already; revoke one that is not needed.")
    # One that has run out gives its name free.
    PersonalToken.objects.filter(user=user, name=name, revoked_at=None).update(revoked_at=timezone.now())
