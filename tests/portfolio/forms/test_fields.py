"""What people write into number, date and currency fields."""

from decimal import Decimal

import pytest
from django.core.exceptions import ValidationError

from portfolio.forms.fields import CurrencyField, DayField, NumberField, read_number


@pytest.mark.parametrize(
    ("text", "value"),
    [
        ("12.50", "12.5"),
        ("12,5", "12.5"),
        ("1,234.50", "1234.5"),
        ("1.234,50", "1234.5"),
        ("1 234,5", "1234.5"),
        ("1\u202f234.5", "1234.5"),
        ("1'234.5", "1234.5"),
        ("1,234,567", "1234567"),
        ("1.234.567", "1234567"),
        ("0,125", "0.125"),
        (".5", "0.5"),
        (",5", "0.5"),
        ("5.", "5"),
        ("-3.5", "-3.5"),
        ("\u22123.5", "-3.5"),
        ("+7", "7"),
        ("123456789012345678.1234567891", "123456789012345678.1234567891"),
    ],
)
def test_a_number_is_read_as_people_write_it(text: str, value: str) -> None:
    assert read_number(text) == Decimal(value)


@pytest.mark.parametrize(
    "text", ["", "abc", "1e5", "NaN", "Infinity", "1_000", "١٢", "１２", "1,23,456", "12.34.56", "1,2,3", "--1", "0x10", "1.2,3.4"]
)
def test_what_is_no_number_is_refused(text: str) -> None:
    with pytest.raises(ValueError, match=r".*"):
        read_number(text)


def test_a_number_with_two_meanings_names_both() -> None:
    with pytest.raises(ValidationError) as caught:
        NumberField().clean("1,250")
    assert caught.value.messages == ["This can be read in two ways; write 1250 or 1.250."]


@pytest.mark.parametrize(
    ("field", "text", "code"),
    [
        (NumberField(), "-1", "negative"),
        (NumberField(positive=True), "0", "zero"),
        (NumberField(decimals=2), "1.234", "decimals"),
        (NumberField(), "1" + "0" * 18, "digits"),
        (NumberField(), "9" * 40, "digits"),
        (NumberField(), "NaN", "invalid"),
        (NumberField(), "1e400", "invalid"),
        (NumberField(), "", "required"),
    ],
)
def test_a_number_out_of_range_is_refused(field: NumberField, text: str, code: str) -> None:
    with pytest.raises(ValidationError) as caught:
        field.clean(text)
    assert caught.value.code == code or [error.code for error in caught.value.error_list] == [code]


def test_trailing_zeros_are_no_decimals() -> None:
    assert NumberField(decimals=2).clean("1.2300") == Decimal("1.23")


def test_a_signed_field_takes_a_refund() -> None:
    assert NumberField(signed=True).clean("-4.95") == Decimal("-4.95")


def test_an_empty_optional_number_is_none() -> None:
    assert NumberField(required=False).clean("  ") is None


@pytest.mark.parametrize(
    "text", ["0000-01-01", "1899-12-31", "2200-01-01", "2026-02-30", "2026-1-5", "20260105", "31.12.2025", "２０２６-01-05", "x"]
)
def test_an_impossible_date_is_refused(text: str) -> None:
    with pytest.raises(ValidationError):
        DayField().clean(text)


def test_a_currency_is_written_large() -> None:
    assert CurrencyField().clean(" eur ") == "EUR"


@pytest.mark.parametrize(("code", "reason"), [("XXX", "unknown"), ("E1", "unknown"), ("GBX", "minor")])
def test_a_currency_that_does_not_fit_is_refused(code: str, reason: str) -> None:
    with pytest.raises(ValidationError) as caught:
        CurrencyField(allow_minor=False).clean(code)
    assert caught.value.code == reason


def test_pence_are_a_currency_of_prices() -> None:
    assert CurrencyField().clean("GBX") == "GBX"
