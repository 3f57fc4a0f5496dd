"""The base of every page of the administration, and the one import of its theme."""

from typing import Any

from django.http import HttpRequest
from unfold.admin import ModelAdmin, StackedInline, TabularInline
from unfold.decorators import action, display
from unfold.forms import AdminPasswordChangeForm, UserChangeForm, UserCreationForm
from unfold.views import ChangeList

__all__ = [
    "AdminPasswordChangeForm",
    "BaseAdmin",
    "ReadOnlyAdmin",
    "StackedInline",
    "TabularInline",
    "UserChangeForm",
    "UserCreationForm",
    "action",
    "display",
]


class ListPage(ChangeList):  # type: ignore[misc]  # the theme has no annotations
    """Offers to show all only where something is hidden."""

    def get_results(self, request: HttpRequest) -> None:
        super().get_results(request)
        if not self.query and not self.has_active_filters:
            self.full_result_count = self.result_count


class BaseAdmin(ModelAdmin):  # type: ignore[misc]  # the theme has no annotations
    """Columns that are foreign keys are joined by Django itself; name those that a column only passes through in `list_select_related`."""

    list_per_page = 50
    # Counting a whole table for the sake of one line above a filtered list costs more than the list.
    show_full_result_count = False
    list_filter_submit = True
    warn_unsaved_form = True

    def get_changelist(self, request: HttpRequest, **kwargs: Any) -> type[Any]:
        return ListPage


class ReadOnlyAdmin(BaseAdmin):
    """For rows that are written by the system alone: to look at, not to touch."""

    def has_add_permission(self, request: HttpRequest, *args: Any) -> bool:
        return False

    def has_change_permission(self, request: HttpRequest, *args: Any) -> bool:
        return False

    def has_delete_permission(self, request: HttpRequest, *args: Any) -> bool:
        return False
