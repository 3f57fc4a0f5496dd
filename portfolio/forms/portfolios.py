"""Forms of a portfolio's settings, its accounts and its end."""

from collections.abc import Mapping
from typing import Any

from django import forms
from django.core.exceptions import ValidationError

from accounts.models import User
from common.currencies import list_common_choices
from common.errors import NotFoundError
from portfolio.forms.base import ServiceForm, set_choices
from portfolio.forms.fields import SymbolField
from portfolio.models import BrokerageAccount, Instrument, Portfolio
from portfolio.selectors.instruments import get_instrument

LOT_METHODS = {
    "fifo": "The units bought first are sold first. The usual rule.",
    "lifo": "The units bought last are sold first.",
    "hifo": "The units with the highest cost are sold first: the smallest gain now.",
    "average": "All units of an instrument share one moving average cost.",
    "specific": "Each sale names the lots it is taken from; without a choice the oldest.",
}


class PortfolioForm(ServiceForm):
    """Name and rules of a portfolio. The benchmark is typed as a symbol and cleaned to an Instrument or None."""

    name = forms.CharField(label="Name", max_length=100, widget=forms.TextInput(attrs={"autocomplete": "off"}))
    base_currency = forms.ChoiceField(label="Base currency", help_text="Every figure of the portfolio is shown in it.")
    lot_method = forms.ChoiceField(label="Cost of what is sold", choices=Portfolio.LotMethod.choices, widget=forms.RadioSelect)
    cash_tracking = forms.BooleanField(
        label="Keep cash accounts",
        required=False,
        help_text="Cash is part of the value; record deposits and withdrawals. Off: only what you hold counts, and each purchase is money paid in.",
    )
    allow_short = forms.BooleanField(
        label="Allow short sales", required=False, help_text="You may sell more than you hold. Off: such a sale is refused as a mistake."
    )
    benchmark = SymbolField(
        list_id="benchmarks", label="Benchmark", required=False, help_text="Returns are compared with this instrument, for example an index."
    )

    def __init__(self, *args: Any, user: User, **options: Any) -> None:
        super().__init__(*args, **options)
        self.user = user
        set_choices(self, "base_currency", self._list_currencies())

    def _list_currencies(self) -> list[tuple[str, str]]:
        """Return the common currencies, and the present one even if it is not common."""
        choices = list_common_choices()
        present = str(self.initial.get("base_currency") or "")
        return choices if not present or present in dict(choices) else [(present, present), *choices]

    def clean_benchmark(self) -> Instrument | None:
        symbol = self.cleaned_data["benchmark"].strip()
        if not symbol:
            return None
        try:
            return get_instrument(user=self.user, symbol=symbol)
        except NotFoundError as error:
            raise ValidationError("No instrument of this symbol is known.", code="unknown_symbol") from error

    @property
    def methods(self) -> list[dict[str, str | bool]]:
        """The lot methods with their explanations, for the radio cards."""
        chosen = str(self["lot_method"].value() or "fifo")
        return [
            {"value": value, "label": label, "help": LOT_METHODS[value], "checked": value == chosen} for value, label in Portfolio.LotMethod.choices
        ]


class AccountForm(ServiceForm):
    """The name of an account: of a new one, or of `account`."""

    name = forms.CharField(label="Name", max_length=100, widget=forms.TextInput(attrs={"autocomplete": "off"}))

    def __init__(self, data: Mapping[str, Any] | None = None, *, account: BrokerageAccount | None = None, **options: Any) -> None:
        super().__init__(data, initial={"name": account.name if account else ""}, auto_id=f"account-{account.pk if account else 'new'}-%s", **options)
        self.account = account


class DeletePortfolioForm(forms.Form):
    """Asks for the portfolio's name, so that nobody deletes years of records by a slip."""

    name = forms.CharField(label="Name of the portfolio", max_length=100, widget=forms.TextInput(attrs={"autocomplete": "off"}))

    def __init__(self, *args: Any, portfolio: Portfolio, **options: Any) -> None:
        super().__init__(*args, **options)
        self.portfolio = portfolio

    def clean_name(self) -> str:
        name = str(self.cleaned_data["name"])
        if name != self.portfolio.name:
            raise ValidationError("This is not the name of the portfolio.", code="other_name")
        return name
