"""The form of one ledger entry: its fields follow the kind, its result is a draft for the services."""

from collections.abc import Callable, Mapping
from dataclasses import replace
from decimal import Context, Decimal
from fractions import Fraction
from typing import Any, ClassVar

from django import forms
from django.core.exceptions import ValidationError

from portfolio.engine.ledger import read_ratio
from portfolio.forms.base import ServiceForm
from portfolio.forms.fields import CurrencyField, DayField, NumberField, SymbolField
from portfolio.forms.kinds import ASKED_AS, TRANSFER_KINDS, KindLayout
from portfolio.forms.lots import LotsField, collect_lots, write_lots
from portfolio.importers.drafts import TransactionDraft
from portfolio.models import Portfolio, Transaction
from portfolio.services.transactions import draft_of

QUANTITY_DECIMALS = 10
AMOUNT_DECIMALS = 8
RATE_DECIMALS = 12
RATIO = Context(prec=50)
NUMBERS = ("quantity", "price", "amount", "fee", "tax", "fx_rate")
SIZES = frozenset({"quantity", "price", "amount"})
# An empty text is stored as such; any other empty field stands for "not given".
EMPTY_TEXTS = {"note": "", "external_id": ""}

FIELDS: Mapping[str, Callable[[], forms.Field]] = {
    "trade_date": lambda: DayField(label="Date"),
    "settlement_date": lambda: DayField(label="Settlement date"),
    "symbol": lambda: SymbolField(label="Instrument", help_text="Type a symbol or a part of the name."),
    "quantity": lambda: NumberField(label="Units", decimals=QUANTITY_DECIMALS),
    "price": lambda: NumberField(label="Price per unit", decimals=QUANTITY_DECIMALS),
    "amount": lambda: NumberField(label="Amount", decimals=AMOUNT_DECIMALS),
    "fee": lambda: NumberField(label="Fee", decimals=AMOUNT_DECIMALS),
    "tax": lambda: NumberField(label="Tax", decimals=AMOUNT_DECIMALS),
    "currency": lambda: CurrencyField(label="Currency"),
    "fx_rate": lambda: NumberField(label="Exchange rate", decimals=RATE_DECIMALS),
    "account": lambda: forms.CharField(label="Account", max_length=100, widget=_account_input()),
    "counter_account": lambda: forms.CharField(label="To account", max_length=100, widget=_account_input()),
    "note": lambda: forms.CharField(label="Note", max_length=500),
    "external_id": lambda: forms.CharField(label="Broker's number", max_length=100),
    "split_new": lambda: NumberField(label="New units", decimals=QUANTITY_DECIMALS),
    "split_old": lambda: NumberField(label="for old units", decimals=QUANTITY_DECIMALS),
}


def _account_input() -> forms.TextInput:
    return forms.TextInput(attrs={"autocomplete": "off", "list": "accounts"})


class TransactionForm(ServiceForm):
    """One entry of the kind that `layout` describes, for `portfolio`.

    `clean` answers shape and range of each field; what depends on the ledger is the services' to answer.
    """

    service_names: ClassVar[Mapping[str, str]] = {"date": "trade_date", "instrument": "symbol"}

    def __init__(self, *args: Any, layout: KindLayout, portfolio: Portfolio, entry: Transaction | None = None, **options: Any) -> None:
        """With an `entry` the form changes it; else it makes a new one."""
        super().__init__(*args, **options)
        self.layout = layout
        self.portfolio = portfolio
        self.entry = entry
        is_single = entry is not None and entry.kind in TRANSFER_KINDS and entry.counter_account_id is None
        self.names = tuple(name for name in layout.names if not (is_single and name == "counter_account"))
        for name in self.names:
            self.fields[name] = self._build(name)
        if portfolio.lot_method == Portfolio.LotMethod.SPECIFIC and "lots" in layout.rules.fields:
            self.fields["lots"] = LotsField(label="Lots", required=False)
        self.fields["create_instrument"] = forms.BooleanField(required=False)

    def _build(self, name: str) -> forms.Field:
        field = FIELDS[name]()
        field.required = self.layout.requires(name)
        field.label = self.layout.labels.get(name, field.label)
        field.help_text = self.layout.helps.get(name, field.help_text)
        if name == "fx_rate":
            field.help_text = f"{self.portfolio.base_currency} for 1 unit of the currency, if your broker told it."
        if isinstance(field, NumberField):
            field.signed = self.layout.may_be_negative(name)
            field.positive = self.layout.must_be_positive(name)
        return field

    @property
    def main_fields(self) -> list[forms.BoundField]:
        return [self[name] for name in self.names if name not in self.layout.extras]

    @property
    def extra_fields(self) -> list[forms.BoundField]:
        return [self[name] for name in self.names if name in self.layout.extras]

    @property
    def chooses_lots(self) -> bool:
        """Whether the entry names the lots that it is taken from."""
        return "lots" in self.fields

    @property
    def chosen_lots(self) -> dict[str, str]:
        """What is filled in for each lot, by the id of its acquisition."""
        return self["lots"].value() or {}

    @property
    def offers_creation(self) -> bool:
        """Whether the symbol is unknown, so that the form asks if it is a new instrument."""
        return self.has_error("symbol", "unknown_symbol") or self.creates_instrument

    @property
    def creates_instrument(self) -> bool:
        return self.entry is None and bool(getattr(self, "cleaned_data", {}).get("create_instrument"))

    @property
    def has_filled_extras(self) -> bool:
        """Whether "More details" hides something that the reader must see: a value or an error."""
        return any(field.value() not in (None, "") or field.errors for field in self.extra_fields)

    def clean(self) -> dict[str, Any]:
        data = super().clean() or {}
        if self.layout.kind == "split":
            data["quantity"] = self._read_ratio(data)
        if self.layout.rules.priced and not self.errors and data.get("price") is None and data.get("amount") is None:
            self.add_error("price", ValidationError("Fill in the price per unit, or the amount under “More details”.", code="required"))
        return data

    def _read_ratio(self, data: Mapping[str, Any]) -> Decimal | None:
        """Return new units per old unit with ten decimals; a ratio that cannot be read back from them is refused rather than rounded."""
        new, old = data.get("split_new"), data.get("split_old")
        if not new or not old:
            return None
        told = RATIO.divide(new, old).quantize(Decimal(1).scaleb(-QUANTITY_DECIMALS))
        if told and read_ratio(told) == Fraction(new) / Fraction(old):
            return told
        self.add_error("split_new", ValidationError("This ratio cannot be kept exactly.", code="inexact"))
        return None

    def draft(self) -> TransactionDraft:
        """Return the entry as the services take it; only after `is_valid`. What the form does not show stays as it is on `entry`."""
        data = self.cleaned_data
        names = [name for name in self.names if name not in ASKED_AS]
        values: dict[str, Any] = {name: data[name] if data[name] != "" else EMPTY_TEXTS.get(name) for name in names}
        values |= {name: data[name] or Decimal(0) for name in ("fee", "tax") if name in values}
        if self.layout.kind == "split":
            values["quantity"] = data["quantity"]
        if self.chooses_lots:
            values["lots"] = data["lots"]
        values["kind"] = self.layout.kind
        if self.entry is not None and self.entry.kind == self.layout.kind:
            return replace(draft_of(self.entry), **values)
        return TransactionDraft(**values)


def read_values(transaction: Transaction) -> dict[str, Any]:
    """Return the form's initial values for an entry that exists."""
    values: dict[str, Any] = {
        name: getattr(transaction, name) for name in (*NUMBERS, "trade_date", "settlement_date", "currency", "note", "external_id")
    }
    values["symbol"] = transaction.instrument.symbol if transaction.instrument else ""
    values["account"] = transaction.account.name
    values["counter_account"] = transaction.counter_account.name if transaction.counter_account else ""
    values |= {name: values[name] or None for name in ("fee", "tax")}
    if transaction.kind == Transaction.Kind.SPLIT:
        ratio = read_ratio(transaction.quantity or Decimal(1))
        values |= {"split_new": Decimal(ratio.numerator), "split_old": Decimal(ratio.denominator)}
    return values | {"lots": write_lots(transaction.lots)}


def keep_values(data: Mapping[str, Any], layout: KindLayout) -> dict[str, Any]:
    """Return what was typed so far as initial values, so that changing the kind loses nothing.

    Units and prices do not hide among the details of a kind that seldom has them: there they would contradict the amount.
    """
    hidden = SIZES.intersection(layout.extras)
    kept = {name: data[name] for name in layout.names if data.get(name) and name not in hidden}
    lots = collect_lots(data)
    return kept | {"lots": lots} if lots else kept
