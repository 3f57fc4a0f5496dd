"""Form fields that read what people write, and refuse what could be meant in two ways."""

import datetime as dt
import re
from decimal import Decimal
from typing import Any

from django import forms
from django.core.exceptions import ValidationError
from django.urls import reverse_lazy

from common.currencies import MINOR_UNITS, check_currency
from common.decimals import format_decimal
from common.errors import DomainError

FIRST_DATE = dt.date(1900, 1, 1)
LAST_DATE = dt.date(2199, 12, 31)
LARGEST_WHOLE_DIGITS = 18
GROUPING_SPACES = str.maketrans("", "", " \u00a0\u202f\u2009'’")
DIGITS = re.compile(r"[+-]?[0-9]+", re.ASCII)
PLAIN = re.compile(r"[+-]?[0-9]*\.?[0-9]+|[+-]?[0-9]+\.", re.ASCII)
GROUPED = {",": re.compile(r"[+-]?[0-9]{1,3}(?:,[0-9]{3})+", re.ASCII), ".": re.compile(r"[+-]?[0-9]{1,3}(?:\.[0-9]{3})+", re.ASCII)}


class AmbiguousNumberError(ValueError):
    """One comma with three digits behind it: thousands to some readers, decimals to others."""


def read_number(text: str) -> Decimal:
    """Return the number that a person wrote: "1250", "1,250.50", "1.250,50", "1 250,5" and "12,5" are all understood.

    Raises AmbiguousNumberError for "1,250", ValueError for what is no number.
    """
    compact = text.strip().translate(GROUPING_SPACES).replace("\u2212", "-")
    plain = _drop_grouping(compact)
    if not PLAIN.fullmatch(plain):
        raise ValueError(text)
    return Decimal(plain)


def _drop_grouping(text: str) -> str:
    """Return the text with a point as its only separator."""
    commas, points = text.count(","), text.count(".")
    if commas and points:
        group, decimal = (",", ".") if text.rindex(".") > text.rindex(",") else (".", ",")
        whole, _, fraction = text.rpartition(decimal)
        return f"{_ungroup(whole, group)}.{fraction}"
    if commas == 1:
        return _read_single_comma(text)
    if commas > 1:
        return _ungroup(text, ",")
    return _ungroup(text, ".") if points > 1 else text


def _read_single_comma(text: str) -> str:
    whole, _, fraction = text.partition(",")
    if len(fraction) == 3 and whole.lstrip("+-") not in {"", "0"}:
        raise AmbiguousNumberError(text)
    return f"{whole or '0'}.{fraction}"


def _ungroup(text: str, separator: str) -> str:
    if DIGITS.fullmatch(text):
        return text
    if not GROUPED[separator].fullmatch(text):
        raise ValueError(text)
    return text.replace(separator, "")


class NumberField(forms.Field):
    """A decimal number, exact: never rounded, never a float. `decimals` is what the column keeps."""

    default_error_messages = {
        "invalid": "Write a number like 12.50.",
        "ambiguous": "This can be read in two ways; write %(whole)s or %(decimal)s.",
        "decimals": "At most %(decimals)s decimals can be kept.",
        "digits": "This number is too large.",
        "negative": "This cannot be negative.",
        "zero": "This must be more than zero.",
    }

    def __init__(self, *, decimals: int = 8, signed: bool = False, positive: bool = False, **options: Any) -> None:
        options.setdefault("widget", forms.TextInput(attrs={"inputmode": "decimal", "autocomplete": "off"}))
        super().__init__(**options)
        self.decimals = decimals
        self.signed = signed
        self.positive = positive

    def to_python(self, value: Any) -> Decimal | None:
        if value in self.empty_values or not str(value).strip():
            return None
        try:
            return read_number(str(value))
        except AmbiguousNumberError as error:
            readings = {"whole": str(value).replace(",", ""), "decimal": str(value).replace(",", ".")}
            raise ValidationError(self.error_messages["ambiguous"], code="ambiguous", params=readings) from error
        except ValueError as error:
            raise ValidationError(self.error_messages["invalid"], code="invalid") from error

    def validate(self, value: Decimal | None) -> None:
        super().validate(value)
        if value is None:
            return
        if abs(value) >= Decimal(10) ** LARGEST_WHOLE_DIGITS:
            raise ValidationError(self.error_messages["digits"], code="digits")
        if len(format_decimal(value).partition(".")[2]) > self.decimals:
            raise ValidationError(self.error_messages["decimals"], code="decimals", params={"decimals": self.decimals})
        self._check_sign(value)

    def _check_sign(self, value: Decimal) -> None:
        if value < 0 and not self.signed:
            raise ValidationError(self.error_messages["negative"], code="negative")
        if value == 0 and self.positive:
            raise ValidationError(self.error_messages["zero"], code="zero")

    def prepare_value(self, value: Any) -> Any:
        return format_decimal(value) if isinstance(value, Decimal) else value


class DayField(forms.DateField):
    """A day from the browser's date picker, or typed as 2026-03-31."""

    default_error_messages = {"invalid": "Write a date like 2026-03-31.", "range": "The date must lie between 1900 and 2199."}

    def __init__(self, **options: Any) -> None:
        widget = forms.DateInput(format="%Y-%m-%d", attrs={"type": "date", "min": FIRST_DATE.isoformat(), "max": LAST_DATE.isoformat()})
        super().__init__(**{"widget": widget, "input_formats": ["%Y-%m-%d"], **options})

    def to_python(self, value: Any) -> dt.date | None:
        text = str(value or "").strip()
        if text and not re.fullmatch(r"[0-9]{4}-[0-9]{2}-[0-9]{2}", text, re.ASCII):
            raise ValidationError(self.error_messages["invalid"], code="invalid")
        day = super().to_python(text)
        if day is not None and not FIRST_DATE <= day <= LAST_DATE:
            raise ValidationError(self.error_messages["range"], code="range")
        return day


class CurrencyField(forms.CharField):
    """A currency code; small letters are made capital. Without `allow_minor` the hundredths (GBX, ILA, ZAC) are refused."""

    default_error_messages = {
        "unknown": "This is no currency code that we know, like EUR or USD.",
        "minor": "Choose a currency in which money is kept, like EUR or USD.",
    }

    def __init__(self, *, allow_minor: bool = True, **options: Any) -> None:
        attributes = {"autocomplete": "off", "autocapitalize": "characters", "spellcheck": "false", "list": "currencies"}
        super().__init__(**{"max_length": 3, "widget": forms.TextInput(attrs=attributes), **options})
        self.allow_minor = allow_minor

    def clean(self, value: Any) -> str:
        code = super().clean(value).upper()
        if not code:
            return ""
        try:
            return check_currency(code, allow_minor=self.allow_minor)
        except DomainError as error:
            reason = "minor" if code in MINOR_UNITS else "unknown"
            raise ValidationError(self.error_messages[reason], code=reason) from error


class SymbolField(forms.CharField):
    """An instrument's symbol; the known ones are offered while it is typed, in the `<datalist>` of that id."""

    def __init__(self, *, list_id: str = "symbols", **options: Any) -> None:
        attributes = {"autocomplete": "off", "autocapitalize": "characters", "spellcheck": "false", "list": list_id}
        asking = {"hx-get": reverse_lazy("portfolio:instrument_options"), "hx-trigger": "input changed delay:150ms, focus once"}
        place = {"hx-target": f"#{list_id}", "hx-swap": "innerHTML", "hx-sync": "this:queue last"}
        super().__init__(**{"max_length": 40, "widget": forms.TextInput(attrs={**attributes, **asking, **place}), **options})
