"""Who is calling the API: a bearer token or the browser's session, and in both cases a session that is still open."""

from typing import Any

from drf_spectacular.extensions import OpenApiAuthenticationExtension
from rest_framework.authentication import BaseAuthentication, SessionAuthentication, get_authorization_header
from rest_framework.exceptions import AuthenticationFailed, PermissionDenied
from rest_framework.request import Request

from accounts.audit.origin import name_actor
from accounts.errors import TokenExpiredError, TokenInvalidError
from accounts.models import PersonalToken, User, UserSession
from accounts.scopes import AREAS, SCOPES, is_for_staff, name_scope
from accounts.services.personal_tokens import find_personal_token, mark_token_used
from accounts.services.sessions import touch_session
from accounts.services.tokens import find_access_session
from accounts.token_text import PREFIX
from common.addresses import read_client_address


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


class PersonalTokenAuthentication(BaseAuthentication):
    """`Authorization: Bearer` with a personal token, and the one place where its scopes are enforced.

    A view opens itself to such tokens by naming its area as `scope_area`; without one it refuses them all. Done here
    and not in a permission, because a view that names permissions of its own would lose this one.
    """

    def authenticate(self, request: Request) -> tuple[User, PersonalToken] | None:
        text = read_bearer(request)
        if text is None or not text.startswith(PREFIX):
            return None
        try:
            token = find_personal_token(text=text)
        except (TokenInvalidError, TokenExpiredError) as error:
            raise AuthenticationFailed(error.message, code=error.code) from error
        name_actor(token.user, token.session_id)
        request._request.user_session = token.session  # type: ignore[attr-defined]
        mark_token_used(token=token, ip=read_client_address(request.META))
        enforce_scope(request, token)
        return token.user, token

    def authenticate_header(self, request: Request) -> str:
        return 'Bearer realm="api"'


def enforce_scope(request: Request, token: PersonalToken) -> None:
    """Return if the token may be used for this request. Raises PermissionDenied."""
    area = getattr(request.parser_context["view"], "scope_area", None)
    if area not in AREAS:
        raise PermissionDenied("This address cannot be used with a personal token.", code="token_not_allowed")
    scope = name_scope(area, request.method or "")
    # Asked at each use: the owner may have lost the role since the token was made.
    if scope not in token.scopes or (is_for_staff(scope) and not token.user.is_staff):
        raise PermissionDenied(f"This token lacks the scope {scope}.", code="scope_missing")


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


class PersonalTokenScheme(OpenApiAuthenticationExtension):  # type: ignore[no-untyped-call]
    target_class = PersonalTokenAuthentication
    name = "personalToken"

    def get_security_requirement(self, auto_schema: Any) -> Any:
        """Name the scope of the operation; nothing where no personal token is taken."""
        area = getattr(auto_schema.view, "scope_area", None)
        scope = name_scope(area, auto_schema.method) if area else ""
        return {self.name: [scope]} if scope in SCOPES else []

    def get_security_definition(self, auto_schema: Any) -> dict[str, str]:
        scopes = "; ".join(f"`{scope}`: {meaning}" for scope, meaning in SCOPES.items())
        return {"type": "http", "scheme": "bearer", "bearerFormat": f"{PREFIX}…", "description": f"A personal access token. Scopes: {scopes}."}
