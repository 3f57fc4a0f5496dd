"""Admin pages that write through a service, and lists over tables that are too long to count."""

from decimal import Decimal
from typing import Any, ClassVar, Generic, TypeVar

from django import forms
from django.core.paginator import Paginator
from django.db import models, transaction
from django.db.models import QuerySet
from django.http import HttpRequest
from django.utils.functional import cached_property

from accounts.models import User
from common.admin import BaseAdmin
from common.decimals import format_decimal
from common.errors import DomainError

Row = TypeVar("Row", bound=models.Model)


class CappedPaginator(Paginator):  # type: ignore[type-arg]  # takes no argument at run time
    """Counts to LIMIT and no further: the list shows the newest rows, older ones are found by searching."""

    LIMIT = 5_000

    @cached_property
    def count(self) -> int:
        rows: QuerySet[Any] = self.object_list  # type: ignore[assignment]  # a list page always paginates a queryset
        return rows[: self.LIMIT].count()


class ServiceForm(forms.ModelForm, Generic[Row]):  # type: ignore[type-arg]  # takes no argument at run time
    """A form whose writing is one service call, made when everything else is valid: what the service refuses is a field's error.

    The page runs in one transaction, so a call whose page fails later leaves nothing behind.
    """

    actor: ClassVar[User]
    written: Row

    def write(self) -> Row:
        """Call the service with `cleaned_data` and return the stored row."""
        raise TypeError(f"{type(self).__name__} must say how it writes")

    def get_initial_for_field(self, field: forms.Field, field_name: str) -> Any:
        """Leave out the zeros that the column has behind every number."""
        value = super().get_initial_for_field(field, field_name)
        return Decimal(format_decimal(value)) if isinstance(value, Decimal) else value

    def _post_clean(self) -> None:
        super()._post_clean()  # type: ignore[misc]  # Django's hook for checks that need the instance; its stubs leave it out
        if self.errors:
            return
        try:
            with transaction.atomic():
                self.written = self.write()
        except DomainError as error:
            field = error.detail.get("field")
            self.add_error(field if field in self.fields else None, error.message)


class ServiceAdmin(BaseAdmin):
    """Hands the signed-in person to the form and leaves saving to it. Rows are deleted one at a time, by `remove`."""

    def get_form(self, request: HttpRequest, obj: Any = None, change: bool = False, **kwargs: Any) -> Any:
        form = super().get_form(request, obj, change=change, **kwargs)
        return type(form.__name__, (form,), {"actor": request.user})

    def save_form(self, request: HttpRequest, form: Any, change: bool) -> Any:
        form.save(commit=False)
        return form.written

    def save_model(self, request: HttpRequest, obj: Any, form: Any, change: bool) -> None:
        """The form has saved it."""

    def get_actions(self, request: HttpRequest) -> dict[str, Any]:
        actions: dict[str, Any] = super().get_actions(request)
        actions.pop("delete_selected", None)
        return actions
