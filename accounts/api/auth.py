"""/api/ums/auth: signing in and out with tokens, and who one is."""

from typing import Any

from django.contrib.auth import logout
from django.contrib.auth.models import update_last_login
from django.utils.decorators import method_decorator
from django.views.decorators.cache import never_cache
from django.views.decorators.debug import sensitive_post_parameters, sensitive_variables
from drf_spectacular.utils import extend_schema
from rest_framework.exceptions import APIException
from rest_framework.permissions import AllowAny
from rest_framework.request import Request
from rest_framework.response import Response
from rest_framework.views import APIView

from accounts.api.authentication import ReadOnlySessionAuthentication, SessionTokenAuthentication
from accounts.api.serializers import (
    AuthStateSerializer,
    ErrorSerializer,
    LoginSerializer,
    LogoutSerializer,
    ProofSerializer,
    RefreshSerializer,
    TokensSerializer,
    UserSerializer,
    UserSessionSerializer,
)
from accounts.models import User, UserSession
from accounts.selectors.second_factor import has_second_factor
from accounts.services.lockout import Place
from accounts.services.sessions import end_session
from accounts.services.signin import check_sign_in, prove_again
from accounts.services.tokens import TokenPair, find_refresh_session, issue_tokens, rotate_tokens
from common.addresses import read_client_address
from common.errors import InvalidInputError, NotAuthenticatedError

TAGS = ["Sign-in"]
ANY_OR_NONE: Any = [{}, {"accessToken": []}, {"cookieAuth": []}]


@method_decorator([sensitive_post_parameters(), never_cache], name="dispatch")
class LoginView(APIView):
    authentication_classes = ()
    permission_classes = (AllowAny,)

    @extend_schema(
        operation_id="auth_login",
        tags=TAGS,
        auth=[],
        request=LoginSerializer,
        responses={200: TokensSerializer, 401: ErrorSerializer, 429: ErrorSerializer},
    )
    @method_decorator(sensitive_variables())
    def post(self, request: Request) -> Response:
        """Exchange e-mail address and password for an access token (15 minutes) and a refresh token (14 days, single use).

        While the second factor is on, a code of it has to come along: without one the answer to a right password is 401 `otp_required`.
        """
        body = LoginSerializer(data=request.data)
        body.is_valid(raise_exception=True)
        user = check_sign_in(**body.validated_data, place=Place(address=read_client_address(request.META)))
        pair = issue_tokens(user=user, ip=read_client_address(request.META), user_agent=request.headers.get("user-agent", ""))
        update_last_login(User, user)
        return Response(_show_pair(pair))


@method_decorator([sensitive_post_parameters(), never_cache], name="dispatch")
class ProofView(APIView):
    @extend_schema(operation_id="auth_proof", tags=TAGS, request=ProofSerializer, responses={204: None, 401: ErrorSerializer, 429: ErrorSerializer})
    @method_decorator(sensitive_variables())
    def post(self, request: Request) -> Response:
        """Prove again who it is, by a code while the second factor is on, else by the password. What answers `proof_required` wants it first."""
        body = ProofSerializer(data=request.data)
        body.is_valid(raise_exception=True)
        session: UserSession = request._request.user_session  # type: ignore[attr-defined]  # the permission lets nobody else in
        name = "otp" if has_second_factor(user=session.user) else "password"
        if name not in body.validated_data:
            raise InvalidInputError(f"{name}: is required.", code="required", field=name)
        prove_again(session=session, answer=body.validated_data[name], place=Place(address=read_client_address(request.META)))
        return Response(status=204)


@method_decorator(never_cache, name="dispatch")
class RefreshView(APIView):
    authentication_classes = ()
    permission_classes = (AllowAny,)

    @extend_schema(
        operation_id="auth_refresh", tags=TAGS, auth=[], request=RefreshSerializer, responses={200: TokensSerializer, 401: ErrorSerializer}
    )
    def post(self, request: Request) -> Response:
        """Exchange a refresh token for a new pair. It works once: a second use ends the whole session (`token_reused`)."""
        body = RefreshSerializer(data=request.data)
        body.is_valid(raise_exception=True)
        return Response(_show_pair(rotate_tokens(refresh=body.validated_data["refresh"])))


@method_decorator(never_cache, name="dispatch")
class LogoutView(APIView):
    permission_classes = (AllowAny,)
    # Whoever has asked too much may still leave.
    throttle_classes = ()

    @extend_schema(operation_id="auth_logout", tags=TAGS, request=LogoutSerializer, responses={204: None, 401: ErrorSerializer})
    def post(self, request: Request) -> Response:
        """End the session of the access token, of the browser's cookie, or of the refresh token in the body."""
        refresh = _read_refresh(request)
        session = getattr(request._request, "user_session", None) if request.user.is_authenticated else None
        if session is None:
            session = _find_session(refresh)
        if session.kind == UserSession.Kind.BROWSER:
            logout(request._request)
        end_session(session=session, reason="signed out")
        return Response(status=204)


def _read_refresh(request: Request) -> str | None:
    # A browser leaves with whatever its form sends; only JSON can hold a token.
    body = LogoutSerializer(data=request.data if request.content_type.startswith("application/json") else {})
    body.is_valid(raise_exception=True)
    refresh: str | None = body.validated_data.get("refresh")
    return refresh


def _find_session(refresh: str | None) -> UserSession:
    if refresh is None:
        raise NotAuthenticatedError("Nobody is signed in; send an access token or a refresh token.")
    return find_refresh_session(refresh=refresh)


@method_decorator(never_cache, name="dispatch")
class AuthStateView(APIView):
    """Answers 200 to everyone: a token that is expired, ended or no token at all is simply nobody."""

    authentication_classes = (SessionTokenAuthentication, ReadOnlySessionAuthentication)
    permission_classes = (AllowAny,)
    throttle_classes = ()

    def perform_authentication(self, request: Request) -> None:
        """Leave it to the answer below, which takes a refusal for an answer."""

    @extend_schema(operation_id="auth_session", tags=TAGS, auth=ANY_OR_NONE, request=None, responses=AuthStateSerializer)
    def get(self, request: Request) -> Response:
        """Tell who is signed in, and in which session."""
        return Response(_show_state(request))

    @extend_schema(operation_id="auth_session_post", tags=TAGS, auth=ANY_OR_NONE, request=None, responses=AuthStateSerializer)
    def post(self, request: Request) -> Response:
        """The same as GET."""
        return Response(_show_state(request))


def _show_state(request: Request) -> dict[str, Any]:
    try:
        user = request.user
    except APIException:
        return {"authenticated": False}
    session = getattr(request._request, "user_session", None)
    if not user.is_authenticated or session is None:
        return {"authenticated": False}
    return {"authenticated": True, **_show_session(session)}


def _show_pair(pair: TokenPair) -> dict[str, Any]:
    return {"access": pair.access, "refresh": pair.refresh, **_show_session(pair.session)}


def _show_session(session: UserSession) -> dict[str, Any]:
    shown = UserSessionSerializer(session, context={"current_id": session.pk})
    return {"user": UserSerializer(session.user).data, "session": shown.data}
