"""Forms of one's own instruments and their closes."""

from typing import Any

from django import forms

from portfolio.forms.base import ServiceForm
from portfolio.forms.fields import CurrencyField, DayField, NumberField
from portfolio.models import Instrument

PLAIN_INPUT = {"autocomplete": "off", "spellcheck": "false"}
CODE_INPUT = {**PLAIN_INPUT, "autocapitalize": "characters"}


class InstrumentForm(ServiceForm):
    """What describes an instrument. The symbol is given once: transactions and files refer to it."""

    symbol = forms.CharField(
        label="Symbol",
        max_length=40,
        help_text="Short and unique among your instruments, like VWCE or HOUSE.",
        widget=forms.TextInput(attrs=CODE_INPUT),
    )
    name = forms.CharField(label="Name", max_length=200, required=False, widget=forms.TextInput(attrs=PLAIN_INPUT))
    kind = forms.ChoiceField(label="Kind", choices=Instrument.Kind.choices)
    currency = CurrencyField(label="Currency of its prices", help_text="For London prices in pence: GBX.")
    isin = forms.CharField(label="ISIN", max_length=12, required=False, widget=forms.TextInput(attrs=CODE_INPUT))
    exchange_mic = forms.CharField(
        label="Exchange", max_length=4, required=False, help_text="Its four-letter MIC, like XETR.", widget=forms.TextInput(attrs=CODE_INPUT)
    )
    sector = forms.CharField(label="Sector", max_length=60, required=False, widget=forms.TextInput(attrs=PLAIN_INPUT))
    country = forms.CharField(
        label="Country", max_length=2, required=False, help_text="Two letters, like DE.", widget=forms.TextInput(attrs=CODE_INPUT)
    )

    def __init__(self, *args: Any, instrument: Instrument | None = None, **options: Any) -> None:
        """With an `instrument` the form changes it: its symbol stays."""
        if instrument is not None:
            options.setdefault("initial", {name: getattr(instrument, name) for name in self.base_fields})
        super().__init__(*args, **options)
        self.instrument = instrument
        if instrument is not None:
            del self.fields["symbol"]

    def clean_isin(self) -> str:
        return str(self.cleaned_data["isin"]).upper()

    def clean_exchange_mic(self) -> str:
        return str(self.cleaned_data["exchange_mic"]).upper()

    def clean_country(self) -> str:
        return str(self.cleaned_data["country"]).upper()


class PriceForm(ServiceForm):
    """One close of one day."""

    date = DayField(label="Date")
    close = NumberField(label="Close", decimals=10)
