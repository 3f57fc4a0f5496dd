"""Numbers and days as people write them."""

import datetime as dt
from decimal import Decimal

import pytest
from hypothesis import given
from hypothesis import strategies as st

from common.formatting import (
    find_locale,
    find_zone,
    format_age,
    format_brief_day,
    format_moment,
    format_money,
    format_number,
    format_percent,
    format_price,
    format_quantity,
    round_money,
)

ENGLISH = find_locale("en")
GERMAN = find_locale("de")


@pytest.mark.parametrize(
    ("amount", "currency", "locale", "text"),
    [
        ("1234.5", "EUR", "en", "€1,234.50"),
        ("-1234.5", "EUR", "en", "−€1,234.50"),
        ("-1234.5", "EUR", "de", "−1.234,50\u00a0€"),
        ("1234.5", "EUR", "fr_CH", "1\u202f234,50\u00a0€"),
        ("1234.5", "JPY", "en", "¥1,234"),
        ("1.2345", "KWD", "en", "KWD\u00a01.234"),
        ("80", "GBX", "en", "GBX\u00a080.00"),
        ("-0.004", "EUR", "en", "€0.00"),
        ("123456789012345678.99", "EUR", "en", "€123,456,789,012,345,678.99"),
    ],
)
def test_money_has_its_currency_and_its_decimals(amount: str, currency: str, locale: str, text: str) -> None:
    assert format_money(Decimal(amount), currency, locale=find_locale(locale)) == text


@pytest.mark.parametrize(("amount", "text"), [("5", "+€5.00"), ("-5", "−€5.00"), ("0", "€0.00"), ("0.001", "€0.00")])
def test_signed_money_shows_plus_but_not_on_zero(amount: str, text: str) -> None:
    assert format_money(Decimal(amount), "EUR", locale=ENGLISH, is_signed=True) == text


@pytest.mark.parametrize(("exact", "rounded"), [("0.005", "0.00"), ("0.015", "0.02"), ("0.025", "0.02"), ("-0.015", "-0.02"), ("-0.001", "0.00")])
def test_rounding_is_half_even(exact: str, rounded: str) -> None:
    assert str(round_money(Decimal(exact), "EUR")) == rounded


@given(st.decimals(min_value=-(10**15), max_value=10**15, places=8))
def test_rounding_moves_by_half_a_cent_at_most_and_once(amount: Decimal) -> None:
    rounded = round_money(amount, "EUR")
    assert abs(rounded - amount) <= Decimal("0.005")
    assert round_money(rounded, "EUR") == rounded


@pytest.mark.parametrize(
    ("value", "text"), [("81.63", "€81.63"), ("83.0864", "€83.0864"), ("83.08641", "€83.0864"), ("0.00001234", "€0.00001234"), ("100", "€100.00")]
)
def test_prices_keep_the_decimals_they_have(value: str, text: str) -> None:
    assert format_price(Decimal(value), "EUR", locale=ENGLISH) == text


def test_quantities_are_never_rounded() -> None:
    assert format_quantity(Decimal("1.3088340000"), locale=ENGLISH) == "1.308834"
    assert format_quantity(Decimal("1000.0000000000"), locale=GERMAN) == "1.000"
    assert format_quantity(Decimal("0.0000000001"), locale=ENGLISH) == "0.0000000001"


def test_percents_and_numbers() -> None:
    assert format_percent(0.12345, locale=ENGLISH) == "12.34%"
    assert format_percent(-0.5, locale=GERMAN, decimals=1) == "−50,0\u00a0%"
    assert format_percent(0.00001, locale=ENGLISH, is_signed=True) == "0.00%"
    assert format_percent(0.02, locale=ENGLISH, is_signed=True) == "+2.00%"
    assert format_number(1234.567, locale=GERMAN) == "1.234,57"


def test_an_unknown_locale_or_zone_falls_back() -> None:
    assert find_locale("xx_YY_nonsense") == ENGLISH
    assert find_locale("de-CH").territory == "CH"
    assert find_zone("Not/AZone") == find_zone("UTC")


def test_brief_days_name_the_year_only_when_it_is_another() -> None:
    assert format_brief_day(dt.date(2026, 11, 23), this_year=2026, locale=ENGLISH) == "Nov 23"
    assert format_brief_day(dt.date(2025, 11, 23), this_year=2026, locale=ENGLISH) == "Nov 23, 2025"


def test_instants_are_told_in_the_zone_of_the_reader() -> None:
    instant = dt.datetime(2026, 1, 1, 23, 30, tzinfo=dt.UTC)
    assert format_moment(instant, locale=GERMAN, zone=find_zone("Europe/Berlin"), style="short") == "02.01.26, 00:30"
    assert format_age(instant, now=instant + dt.timedelta(minutes=3), locale=ENGLISH) == "3 minutes ago"
    assert format_age(instant, now=instant, locale=ENGLISH) == "1 second ago"
