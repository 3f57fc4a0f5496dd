"""The audit trail in the administration: search it, filter it, follow one person, object or session through time."""

import json

from django.contrib import admin
from django.http import HttpRequest
from django.urls import reverse
from django.utils.html import format_html
from django.utils.http import urlencode
from django.utils.safestring import SafeString

from accounts.models import AuditEvent
from accounts.selectors.audit import tell_record
from common.admin import ReadOnlyAdmin, display

TIMELINE = '<a class="text-primary-600 dark:text-primary-500" href="{}?{}">{}</a>'


@admin.register(AuditEvent)
class AuditEventAdmin(ReadOnlyAdmin):
    list_display = ["occurred_at", "action", "show_actor", "source", "ip", "show_object"]
    list_filter = ["source", "action"]
    search_fields = ["actor_name", "object_name", "object_id", "action", "ip"]
    date_hierarchy = "occurred_at"
    ordering = ["-occurred_at", "-id"]
    fields = ["occurred_at", "action", "show_actor", "source", "ip", "show_session", "show_object", "object_type", "show_record"]
    readonly_fields = ["show_actor", "show_session", "show_object", "show_record"]

    def get_object(self, request: HttpRequest, object_id: str, from_field: str | None = None) -> AuditEvent | None:
        event: AuditEvent | None = super().get_object(request, object_id, from_field)
        if event is not None:
            # The page is drawn without the request; what its reader may see is decided here.
            event.shown = tell_record(event, request.user)  # type: ignore[attr-defined, arg-type]
        return event

    @display(description="Actor", ordering="actor_name")  # type: ignore[untyped-decorator]
    def show_actor(self, event: AuditEvent) -> SafeString | str:
        return _link(event.actor_name, actor_id=str(event.actor_id)) if event.actor_id else event.actor_name or "nobody"

    @display(description="Object", ordering="object_name")  # type: ignore[untyped-decorator]
    def show_object(self, event: AuditEvent) -> SafeString | str:
        return _link(event.object_name or event.object_id, object_id=event.object_id) if event.object_id else "-"

    @display(description="Session")  # type: ignore[untyped-decorator]
    def show_session(self, event: AuditEvent) -> SafeString | str:
        return _link(str(event.session_id), session_id=str(event.session_id)) if event.session_id else "-"

    @display(description="What it says")  # type: ignore[untyped-decorator]
    def show_record(self, event: AuditEvent) -> SafeString:
        text = json.dumps(getattr(event, "shown", {}), indent=2, ensure_ascii=False)
        return format_html('<pre class="whitespace-pre-wrap font-mono text-sm">{}</pre>', text)


def _link(label: str, **wanted: str) -> SafeString:
    """Everything of one person, object or session."""
    return format_html(TIMELINE, reverse("admin:accounts_auditevent_changelist"), urlencode(wanted), label)
