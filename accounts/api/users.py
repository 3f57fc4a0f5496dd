"""/api/ums/users: the people, for staff."""

from typing import Any
from uuid import UUID

from drf_spectacular.utils import extend_schema
from rest_framework.generics import ListAPIView
from rest_framework.permissions import IsAdminUser
from rest_framework.request import Request
from rest_framework.response import Response
from rest_framework.views import APIView

from accounts.api.serializers import ErrorSerializer, ManagedUserSerializer, UserChangeBody
from accounts.models import User
from accounts.selectors.users import get_user, list_users
from accounts.services.sessions import end_sessions
from accounts.services.users import activate_user, check_may_manage, deactivate_user
from common.api.pagination import CursorPages
from common.api.serializers import read_body

TAGS = ["Users"]
ERRORS = {400: ErrorSerializer, 403: ErrorSerializer, 404: ErrorSerializer}


class UserPages(CursorPages):
    ordering = ("email", "id")


class UserListView(ListAPIView[User]):
    permission_classes = (IsAdminUser,)
    pagination_class = UserPages
    serializer_class = ManagedUserSerializer
    scope_area = "ops"

    def get_queryset(self) -> Any:
        return list_users()

    @extend_schema(operation_id="users_list", tags=TAGS, responses={200: ManagedUserSerializer(many=True), 403: ErrorSerializer})
    def get(self, request: Request, *args: Any, **kwargs: Any) -> Response:
        """List all users by e-mail address (staff only)."""
        return super().get(request, *args, **kwargs)


class UserView(APIView):
    permission_classes = (IsAdminUser,)
    scope_area = "ops"

    @extend_schema(operation_id="users_read", tags=TAGS, responses={200: ManagedUserSerializer, **ERRORS})
    def get(self, request: Request, user_id: UUID) -> Response:
        """Read one user (staff only)."""
        return Response(ManagedUserSerializer(get_user(user_id=user_id)).data)

    @extend_schema(operation_id="users_update", tags=TAGS, request=UserChangeBody, responses={200: ManagedUserSerializer, **ERRORS})
    def patch(self, request: Request, user_id: UUID) -> Response:
        """Close an account, which ends its sessions and revokes its tokens, or open it again (staff; a superuser's: superusers)."""
        user = get_user(user_id=user_id)
        is_active = read_body(UserChangeBody, request.data)["is_active"]
        check_may_manage(actor=request.user, user=user)  # type: ignore[arg-type]  # the permission lets nobody else in
        if is_active:
            activate_user(user=user)
        else:
            deactivate_user(user=user)
        return Response(ManagedUserSerializer(get_user(user_id=user_id)).data)


class UserSessionsView(APIView):
    permission_classes = (IsAdminUser,)
    throttle_classes = ()
    scope_area = "ops"

    @extend_schema(operation_id="users_end_sessions", tags=TAGS, responses={204: None, **ERRORS})
    def delete(self, request: Request, user_id: UUID) -> Response:
        """End every session of a user, personal tokens included (staff; a superuser's: superusers)."""
        user = get_user(user_id=user_id)
        check_may_manage(actor=request.user, user=user)  # type: ignore[arg-type]
        end_sessions(user=user, reason="ended by an administrator")
        return Response(status=204)
