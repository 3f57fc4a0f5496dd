"""To whom portfolios are open, to look at; and the reason that the staff must give before it sees another's amounts."""

from typing import Any

from django import forms
from django.contrib import admin
from django.http import HttpRequest

from common.admin import BaseAdmin, ReadOnlyAdmin, display
from portfolio.admin.base import CappedPaginator
from portfolio.models import AccessReason, Share
from portfolio.services.access_reasons import give_reason


@admin.register(Share)
class ShareAdmin(ReadOnlyAdmin):
    list_display = ["portfolio", "kind", "role", "email", "show_state", "expires_at", "look_count", "last_look_at"]
    list_filter = ["kind", "role"]
    list_select_related = ["portfolio"]
    search_fields = ["^email", "^portfolio__name", "^portfolio__owner__email"]
    search_help_text = "Beginning of an e-mail address or of the portfolio's name"
    ordering = ["-pk"]
    paginator = CappedPaginator
    fields = [
        "id", "portfolio", "kind", "role", "email", "label", "show_state", "expires_at", "look_count", "last_look_at", "created_by", "created_at",
    ]  # fmt: skip

    @display(description="State", label={"active": "success", "pending": "warning", "expired": "danger"})  # type: ignore[untyped-decorator]
    def show_state(self, share: Share) -> str:
        return share.state


class ReasonForm(forms.ModelForm):  # type: ignore[type-arg]  # takes no argument at run time
    class Meta:
        model = AccessReason
        fields = ["portfolio", "reason"]


@admin.register(AccessReason)
class AccessReasonAdmin(BaseAdmin):
    """Written and read, never changed: it is what the owner is told."""

    form = ReasonForm
    list_display = ["created_at", "user", "portfolio", "reason", "until"]
    list_select_related = ["user", "portfolio"]
    search_fields = ["^user__email", "^portfolio__name", "^portfolio__owner__email"]
    search_help_text = "Beginning of an e-mail address or of the portfolio's name"
    ordering = ["-pk"]
    paginator = CappedPaginator
    autocomplete_fields = ["portfolio"]

    def get_fields(self, request: HttpRequest, obj: AccessReason | None = None) -> list[str]:
        return ["user", "portfolio", "reason", "created_at", "until"] if obj else ["portfolio", "reason"]

    def has_change_permission(self, request: HttpRequest, obj: AccessReason | None = None) -> bool:
        return False

    def has_delete_permission(self, request: HttpRequest, obj: AccessReason | None = None) -> bool:
        return False

    def save_model(self, request: HttpRequest, obj: AccessReason, form: Any, change: bool) -> None:
        stored = give_reason(actor=request.user, portfolio=obj.portfolio, reason=obj.reason)  # type: ignore[arg-type]  # nobody else gets here
        obj.pk, obj.user, obj.until = stored.pk, stored.user, stored.until
