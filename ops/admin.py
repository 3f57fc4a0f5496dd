"""The system's reports about itself in the administration."""

from typing import Any

from django.contrib import admin
from django.utils.html import format_html, format_html_join
from django.utils.safestring import SafeString

from common.admin import ReadOnlyAdmin, display
from ops.models import SecurityReport

FINDING = "<div><dt><b>{}</b> · {}</dt><dd>{}{} {}</dd></div>"
LABELS = {"Good": "success", "Doubtful": "warning", "Bad": "danger"}


@admin.register(SecurityReport)
class SecurityReportAdmin(ReadOnlyAdmin):
    list_display = ["created_at", "span", "show_status", "show_bad"]
    list_filter = ["status", "span"]
    date_hierarchy = "created_at"
    fields = ["created_at", "span", "show_status", "show_findings"]
    readonly_fields = ["show_status", "show_findings"]

    @display(description="Status", label=LABELS)  # type: ignore[untyped-decorator]
    def show_status(self, report: SecurityReport) -> str:
        return report.get_status_display()

    @display(description="Not good")  # type: ignore[untyped-decorator]
    def show_bad(self, report: SecurityReport) -> str:
        return ", ".join(finding["name"] for finding in report.findings if finding["status"] != "green") or "-"

    @display(description="Findings")  # type: ignore[untyped-decorator]
    def show_findings(self, report: SecurityReport) -> SafeString:
        return format_html('<dl class="space-y-3">{}</dl>', format_html_join("", FINDING, map(_list_cells, report.findings)))


def _list_cells(finding: dict[str, Any]) -> tuple[str | SafeString, ...]:
    items = format_html_join("", "<li>{}</li>", ((item,) for item in finding["items"]))
    listed = format_html('<ul class="list-disc pl-6">{}</ul>', items) if items else SafeString("")
    return SecurityReport.Status(finding["status"]).label, finding["name"], finding["message"], listed, finding["remedy"]
