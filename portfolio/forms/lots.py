"""The field with which a sale names the lots it is taken from: one number for each lot offered."""

from collections.abc import Mapping
from decimal import Decimal
from typing import Any

from django import forms
from django.core.exceptions import ValidationError

from common.decimals import format_decimal
from portfolio.forms.fields import NumberField
from portfolio.importers.drafts import LotChoice

PREFIX = "lot-"


def collect_lots(data: Mapping[str, Any]) -> dict[str, str]:
    """Return what was typed for each lot, by the id of its acquisition."""
    return {name.removeprefix(PREFIX): str(data[name]) for name in data if name.startswith(PREFIX) and str(data[name]).strip()}


class LotsInput(forms.Widget):
    """Many inputs of one name's prefix; the page draws them, since it knows the lots."""

    def value_from_datadict(self, data: Mapping[str, Any], files: Any, name: str) -> dict[str, str]:
        return collect_lots(data)


class LotsField(forms.Field):
    """Cleans to a tuple of LotChoice, or None when no lot is named."""

    widget = LotsInput

    def clean(self, value: dict[str, Any] | None) -> tuple[LotChoice, ...] | None:
        number = NumberField(decimals=10, positive=True)
        try:
            choices = tuple(LotChoice(key, Decimal(number.clean(text))) for key, text in (value or {}).items())
        except ValidationError as error:
            raise ValidationError(f"Units of a lot: {error.messages[0]}", code="invalid") from error
        return choices or None


def write_lots(lots: list[dict[str, str]] | None) -> dict[str, str]:
    """Return the stored choice of an entry as the field's initial value."""
    return {str(lot["transaction"]): format_decimal(Decimal(lot["quantity"])) for lot in lots or ()}
