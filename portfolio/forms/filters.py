"""The filters of the transactions page, as they stand in its address."""

import datetime as dt
from collections.abc import Mapping
from typing import Any

from django import forms
from django.core.exceptions import ValidationError

from portfolio.forms.base import set_choices
from portfolio.forms.fields import DayField, SymbolField
from portfolio.services.kinds import list_kind_choices


class LedgerFilterForm(forms.Form):
    """A value that cannot be read filters nothing; its field says so."""

    text = forms.CharField(
        label="Search",
        required=False,
        max_length=100,
        widget=forms.TextInput(attrs={"type": "search", "placeholder": "Symbol, name, note", "autocomplete": "off"}),
    )
    kind = forms.ChoiceField(label="Kind", required=False)
    symbol = SymbolField(label="Instrument", required=False, list_id="filter-symbols")
    account = forms.ChoiceField(label="Account", required=False)

    def __init__(self, data: Mapping[str, Any] | None = None, *, accounts: list[str], **options: Any) -> None:
        # The form of one transaction has fields of the same names on the same page.
        super().__init__(data, auto_id="filter-%s", **options)
        set_choices(self, "kind", [("", "All kinds"), *list_kind_choices()])
        set_choices(self, "account", [("", "All accounts"), *((name, name) for name in accounts)])
        # Python's keyword is the address's parameter.
        self.fields["from"] = DayField(label="From", required=False)
        self.fields["to"] = DayField(label="To", required=False)

    def clean(self) -> dict[str, Any]:
        data = super().clean() or {}
        start: dt.date | None = data.get("from")
        end: dt.date | None = data.get("to")
        if start and end and start > end:
            self.add_error("to", ValidationError("This is before the first day.", code="order"))
        return data

    def conditions(self) -> dict[str, Any]:
        """Return the arguments of list_transactions; what could not be read is left out."""
        self.is_valid()
        data = self.cleaned_data
        names = {"text": "text", "kind": "kind", "symbol": "symbol", "account": "account", "from": "start", "to": "end"}
        return {argument: data[name] for name, argument in names.items() if data.get(name)}
