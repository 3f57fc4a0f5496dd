"""/api/ums/profile: who one is, also for a personal token."""

from drf_spectacular.utils import extend_schema
from rest_framework.request import Request
from rest_framework.response import Response
from rest_framework.views import APIView

from accounts.api.serializers import ProfileSerializer


class ProfileView(APIView):
    scope_area = "profile"

    @extend_schema(operation_id="profile_read", tags=["Profile"], responses=ProfileSerializer)
    def get(self, request: Request) -> Response:
        """Read one's own name, address and preferences."""
        return Response(ProfileSerializer(request.user).data)  # type: ignore[arg-type]  # the permission lets nobody else in
