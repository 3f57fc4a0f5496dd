"""Access and refresh tokens. Both name their session (`sid`); only a refresh token that the session knows is good, once."""

import logging
from dataclasses import dataclass
from datetime import timedelta
from typing import cast

from django.db import transaction
from django.utils import timezone
from rest_framework_simplejwt.exceptions import ExpiredTokenError, TokenError
from rest_framework_simplejwt.settings import api_settings
from rest_framework_simplejwt.tokens import AccessToken, RefreshToken, Token

from accounts.errors import TokenExpiredError, TokenInvalidError, TokenReusedError
from accounts.keyring import ALGORITHM, RingBackend
from accounts.models import User, UserSession
from accounts.selectors.sessions import get_live_session
from accounts.services.audit import record_event
from accounts.services.sessions import end_session, open_session

logger = logging.getLogger(__name__)

SESSION_CLAIM = "sid"
# However often it is refreshed, a token session ends after this and asks for the password again.
LONGEST_LIFE = timedelta(days=90)
ENDED = "This session has ended; sign in again."
BACKEND = RingBackend(ALGORITHM, issuer=api_settings.ISSUER)


class SessionAccessToken(AccessToken):
    _token_backend = BACKEND


class SessionRefreshToken(RefreshToken):
    _token_backend = BACKEND
    access_token_class = SessionAccessToken


@dataclass(frozen=True, slots=True)
class TokenPair:
    access: str
    refresh: str
    session: UserSession


def issue_tokens(*, user: User, ip: str | None = None, user_agent: str = "") -> TokenPair:
    """Open a token session and return its first pair."""
    refresh = SessionRefreshToken.for_user(user)
    session = open_session(
        user=user,
        kind=UserSession.Kind.TOKEN,
        lifetime=api_settings.REFRESH_TOKEN_LIFETIME,
        ip=ip,
        user_agent=user_agent,
        refresh_id=refresh["jti"],
    )
    return _pair(refresh, session)


def rotate_tokens(*, refresh: str) -> TokenPair:
    """Exchange a refresh token for a new pair. Raises TokenInvalidError, TokenExpiredError, TokenReusedError.

    Of any number of exchanges at once one wins: the row lock makes them queue, and the winner has changed the id that
    the others compare with. A token that is signed but no longer known was used before, so its session ends.
    """
    old = _read(SessionRefreshToken, refresh)
    with transaction.atomic():
        session = UserSession.objects.select_for_update(of=("self",)).select_related("user").filter(pk=_read_session_id(old)).first()
        if session is None or str(session.user_id) != old.get("sub"):
            raise TokenInvalidError(ENDED)
        if session.refresh_id == old["jti"]:
            return _rotate(session)
        # Ended inside the lock, refused outside of the transaction: raising here would undo the end.
        end_session(session=session, reason="refresh token reused")
        record_event(action="token.reused", target=session)
    logger.warning("refresh token reused", extra={"user_id": str(session.user_id), "session_id": str(session.pk)})
    raise TokenReusedError("This refresh token was used before; its session has been ended. Sign in again.")


def find_access_session(*, access: str) -> UserSession:
    """Return the open session that an access token belongs to. Raises TokenInvalidError, TokenExpiredError."""
    return _find_session(_read(SessionAccessToken, access))


def find_refresh_session(*, refresh: str) -> UserSession:
    """Return the open session that a refresh token belongs to, without using the token up."""
    return _find_session(_read(SessionRefreshToken, refresh))


def _find_session(token: Token) -> UserSession:
    session = get_live_session(session_id=_read_session_id(token))
    if session is None or str(session.user_id) != token.get("sub"):
        raise TokenInvalidError(ENDED)
    return session


def _rotate(session: UserSession) -> TokenPair:
    if not (session.is_active and session.user.is_active):
        raise TokenInvalidError(ENDED)
    refresh = SessionRefreshToken.for_user(session.user)
    now = timezone.now()
    session.refresh_id = refresh["jti"]
    session.last_seen_at = now
    session.expires_at = min(now + api_settings.REFRESH_TOKEN_LIFETIME, session.created_at + LONGEST_LIFE)
    session.save(update_fields=["refresh_id", "last_seen_at", "expires_at"])
    return _pair(refresh, session)


def _pair(refresh: RefreshToken, session: UserSession) -> TokenPair:
    refresh[SESSION_CLAIM] = str(session.pk)
    return TokenPair(access=str(refresh.access_token), refresh=str(refresh), session=session)


def _read_session_id(token: Token) -> str:
    session_id = token.get(SESSION_CLAIM)
    if not isinstance(session_id, str):
        raise TokenInvalidError("The token is not valid.")
    return session_id


def _read(kind: type[Token], text: str) -> Token:
    try:
        # Signature, algorithm, issuer, expiry and type are checked here. An encoded token is what the library means by "Token".
        return kind(cast("Token", text))
    except ExpiredTokenError as error:
        raise TokenExpiredError("The token has expired.") from error
    except TokenError as error:
        raise TokenInvalidError("The token is not valid.") from error
