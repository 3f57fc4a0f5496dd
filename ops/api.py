"""/api/health in the API's description. The middleware answers first, so that it works when nothing else does."""

from typing import Any

from django.http import HttpRequest, HttpResponse
from drf_spectacular.types import OpenApiTypes
from drf_spectacular.utils import OpenApiParameter, extend_schema
from rest_framework.permissions import AllowAny
from rest_framework.request import Request
from rest_framework.views import APIView

from ops.health.answers import answer_health, answer_live


class HealthView(APIView):
    authentication_classes: list[Any] = []
    permission_classes = [AllowAny]

    @extend_schema(
        operation_id="read_health",
        summary="Is the system well",
        description="200 when ok or degraded, 503 when down. Details only for staff, for this machine and with METRICS_TOKEN.",
        parameters=[OpenApiParameter("only", str, description="Comma list of checks to run.")],
        responses={200: OpenApiTypes.OBJECT, 400: OpenApiTypes.OBJECT, 503: OpenApiTypes.OBJECT},
        auth=[],
        tags=["Health"],
    )
    def get(self, request: Request) -> HttpResponse:
        return answer_health(_plain(request))


class LiveView(APIView):
    authentication_classes: list[Any] = []
    permission_classes = [AllowAny]

    @extend_schema(
        operation_id="read_liveness", summary="Does the web process answer", responses={200: OpenApiTypes.OBJECT}, auth=[], tags=["Health"]
    )
    def get(self, request: Request) -> HttpResponse:
        return answer_live(_plain(request))


def _plain(request: Request) -> HttpRequest:
    return request._request
