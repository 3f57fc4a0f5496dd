"""/api/ums/sessions: one's own sessions of every kind."""

from typing import Any
from uuid import UUID

from django.http import HttpRequest
from drf_spectacular.utils import extend_schema, extend_schema_view
from rest_framework.generics import GenericAPIView, ListAPIView
from rest_framework.request import Request
from rest_framework.response import Response

from accounts.api.serializers import ErrorSerializer, UserSessionSerializer
from accounts.models import UserSession
from accounts.models.session import UserSessionQuerySet
from accounts.selectors.sessions import get_own_session, list_live_sessions
from accounts.services.sessions import end_session

TAGS = ["Sessions"]


@extend_schema_view(get=extend_schema(operation_id="sessions_list", tags=TAGS))
class SessionListView(ListAPIView[UserSession]):
    """List one's own open sessions: browsers, tokens, terminals, assistants."""

    serializer_class = UserSessionSerializer
    queryset = UserSession.objects.none()

    def get_queryset(self) -> UserSessionQuerySet:
        return list_live_sessions(user=self.request.user)  # type: ignore[arg-type]  # the permission lets nobody else in

    def get_serializer_context(self) -> dict[str, Any]:
        return {**super().get_serializer_context(), "current_id": _current_id(self.request._request)}


class SessionView(GenericAPIView[UserSession]):
    # Somebody else may have used the limit up: ending that is always possible.
    throttle_classes = ()
    serializer_class = UserSessionSerializer
    queryset = UserSession.objects.none()

    @extend_schema(operation_id="sessions_end", tags=TAGS, responses={204: None, 404: ErrorSerializer})
    def delete(self, request: Request, session_id: UUID) -> Response:
        """End one of one's own sessions, everywhere and at once."""
        end_session(session=get_own_session(user=request.user, session_id=session_id), reason="ended by the user")  # type: ignore[arg-type]
        return Response(status=204)


def _current_id(request: HttpRequest) -> UUID | None:
    session = getattr(request, "user_session", None)
    return session.pk if session else None
