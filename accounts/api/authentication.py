"""Who is calling the API: a bearer token or the browser's session, and in both cases a session that is still open."""

from typing import Any

from drf_spectacular.extensions import OpenApiAuthenticationExtension
from rest_framework.authentication import BaseAuthentication, SessionAuthentication, get_authorization_header
from rest_framework.exceptions import AuthenticationFailed
from rest_framework.request import Request

from accounts.audit.origin import name_actor
from accounts.errors import TokenExpiredError, TokenInvalidError
from accounts.models import User, UserSession
from accounts.services.sessions import touch_session
from accounts.services.tokens import find_access_session


class SessionTokenAuthentication(BaseAuthentication):
    """`Authorization: Bearer` with an access token. Its session is read for every request, with its user, in one query."""

    def authenticate(self, request: Request) -> tuple[User, UserSession] | None:
        token = read_bearer(request)
        if token is None:
            return None
        try:
            session = find_access_session(access=token)
        except (TokenInvalidError, TokenExpiredError) as error:
            raise AuthenticationFailed(error.message, code=error.code) from error
        name_actor(session.user, session.pk)
        touch_session(session=session)
        request._request.user_session = session  # type: ignore[attr-defined]
        return session.user, session

    def authenticate_header(self, request: Request) -> str:
        return 'Bearer realm="api"'


class ReadOnlySessionAuthentication(SessionAuthentication):
    """The browser's session without its CSRF token: only for an endpoint that changes nothing, whatever its method."""

    def enforce_csrf(self, request: Request) -> None:
        return


def read_bearer(request: Request) -> str | None:
    """Return the bearer token, or None if the request carries none. Raises AuthenticationFailed when it is garbled."""
    word, _, token = get_authorization_header(request).partition(b" ")
    if word.lower() != b"bearer":
        return None
    try:
        return token.strip().decode("ascii")
    except UnicodeError as error:
        raise AuthenticationFailed("The token is not valid.", code=TokenInvalidError.code) from error


class SessionTokenScheme(OpenApiAuthenticationExtension):  # type: ignore[no-untyped-call]  # the library registers subclasses untyped
    target_class = SessionTokenAuthentication
    name = "accessToken"

    def get_security_definition(self, auto_schema: Any) -> dict[str, str]:
        return {"type": "http", "scheme": "bearer", "bearerFormat": "JWT", "description": "The access token of POST /api/ums/auth/login."}
