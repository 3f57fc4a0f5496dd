"""The filters of the transactions page, as they stand in its address."""

import datetime as dt
from typing import Any

from django import forms
from django.core.exceptions import ValidationError

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

    def __init__(self, *args: Any, accounts: list[str], **options: Any) -> None:
        super().__init__(*args, **options)
        self.fields["kind"].choices = [("", "All kinds"), *list_kind_choices()]
        self.fields["account"].choices = [("", "All accounts"), *((name, name) for name in accounts)]
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
