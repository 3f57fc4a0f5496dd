"""/api/ums/audit: the audit trail, for staff who may see it."""

import datetime as dt
from typing import Any

from django.db.models import QuerySet
from drf_spectacular.utils import OpenApiParameter, extend_schema, extend_schema_view
from rest_framework import serializers
from rest_framework.generics import ListAPIView
from rest_framework.permissions import BasePermission
from rest_framework.request import Request
from rest_framework.views import APIView

from accounts.models import AuditEvent
from accounts.selectors.audit import list_events, tell_record
from common.api.pagination import CursorPages
from common.api.query import read_period, read_text
from common.identifiers import read_uuid

TEXTS = {"action": "Its whole name, or the part before the point.", "object": "The id of an object.", "text": "Part of actor, object or action."}
PARAMETERS = [
    OpenApiParameter("from", dt.date, description="The first day (UTC)."),
    OpenApiParameter("to", dt.date, description="The last day (UTC)."),
    OpenApiParameter("actor", str, description="The id of who did it."),
    *(OpenApiParameter(name, str, description=text) for name, text in TEXTS.items()),
]


class MayReadTrail(BasePermission):
    message = "Only staff who may see the audit trail can read it."

    def has_permission(self, request: Request, view: APIView) -> bool:
        return bool(request.user.is_authenticated and request.user.is_staff and request.user.has_perm("accounts.view_auditevent"))


class AuditEventSerializer(serializers.ModelSerializer[AuditEvent]):
    record = serializers.SerializerMethodField(help_text="before, after, detail. Amounts of other people's ledgers are hidden.")

    class Meta:
        model = AuditEvent
        fields = [
            "id",
            "occurred_at",
            "action",
            "actor_id",
            "actor_name",
            "owner_id",
            "session_id",
            "ip",
            "source",
            "object_type",
            "object_id",
            "object_name",
            "record",
        ]
        read_only_fields = fields

    def get_record(self, event: AuditEvent) -> dict[str, Any]:
        return tell_record(event, self.context["request"].user)


class LatestFirst(CursorPages):
    ordering = ("-occurred_at", "-id")


@extend_schema_view(get=extend_schema(operation_id="audit_list", tags=["Audit trail"], parameters=PARAMETERS))
class AuditListView(ListAPIView[AuditEvent]):
    """List the events of the audit trail, the latest first."""

    serializer_class = AuditEventSerializer
    permission_classes = (MayReadTrail,)
    scope_area = "ops"
    pagination_class = LatestFirst
    queryset = AuditEvent.objects.none()

    def get_queryset(self) -> QuerySet[AuditEvent]:
        start, end = read_period(self.request)
        actor = read_text(self.request, "actor")
        texts = {name: read_text(self.request, name) for name in TEXTS}
        events = list_events(
            start=_midnight(start),
            end=_midnight(end, days=1),
            actor_id=read_uuid(actor) if actor else None,
            object_id=texts["object"],
            action=texts["action"],
            text=texts["text"],
        )
        return events.none() if actor and read_uuid(actor) is None else events


def _midnight(day: dt.date | None, *, days: int = 0) -> dt.datetime | None:
    return dt.datetime.combine(day, dt.time(), dt.UTC) + dt.timedelta(days=days) if day else None
