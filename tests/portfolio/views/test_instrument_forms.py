"""One's own instruments and their prices."""

import datetime as dt
from decimal import Decimal

import pytest
from django.test import Client
from django.urls import reverse

from accounts.models import User
from portfolio.models import Instrument, Price
from tests.factories_portfolio import InstrumentFactory, PriceFactory
from tests.portfolio.views.conftest import HTMX, Record, browse, read_events

NEW = "/instruments/new/"
VALUES = {"symbol": "HOUSE", "name": "The house", "kind": "other", "currency": "chf", "country": "ch", "sector": "Real estate"}


@pytest.fixture
def house(alice: User) -> Instrument:
    return InstrumentFactory(symbol="HOUSE", name="The house", currency="CHF", owner=alice)


def url_of(name: str, symbol: str) -> str:
    return reverse(f"portfolio:{name}", args=[symbol])


def test_an_instrument_of_one_s_own_is_added(alice: User, page: Client) -> None:
    answer = page.post(NEW, VALUES)
    made = Instrument.objects.get()
    assert answer["Location"] == url_of("instrument", "HOUSE")
    assert (made.owner, made.symbol, made.currency, made.country, made.kind) == (alice, "HOUSE", "CHF", "CH", "other")


def test_the_form_goes_on_to_where_it_was_called_from(page: Client) -> None:
    assert page.post(NEW, {**VALUES, "next": "/instruments/"})["Location"] == "/instruments/"
    assert page.post(NEW, {**VALUES, "symbol": "B", "next": "https://elsewhere.example/"})["Location"] == url_of("instrument", "B")


@pytest.mark.parametrize(
    ("values", "field"),
    [
        ({"symbol": ""}, "symbol"),
        ({"symbol": "=SUM(A1)"}, "symbol"),
        ({"symbol": "a/b"}, "symbol"),
        ({"currency": "QQQ"}, "currency"),
        ({"isin": "123"}, "isin"),
        ({"country": "C1"}, "country"),
        ({"exchange_mic": "X"}, "exchange_mic"),
        ({"kind": "gift"}, "kind"),
        ({"name": "n" * 201}, "name"),
    ],
)
def test_what_is_wrong_stands_beside_its_field(page: Client, values: dict[str, str], field: str) -> None:
    answer = page.post(NEW, {**VALUES, **values})
    assert answer.status_code == 422
    assert list(answer.context["form"].errors) == [field]
    assert not Instrument.objects.exists()


def test_a_symbol_of_one_s_own_is_unique(page: Client, house: Instrument) -> None:
    answer = page.post(NEW, VALUES)
    assert answer.context["form"].errors["symbol"] == ["HOUSE exists already."]


def test_a_shared_symbol_may_be_one_s_own_too(alice: User, page: Client, acme: Instrument) -> None:
    page.post(NEW, {**VALUES, "symbol": "ACME"})
    assert Instrument.objects.filter(symbol="ACME", owner=alice).exists()


def test_an_instrument_is_changed_but_keeps_its_symbol(page: Client, house: Instrument) -> None:
    url = url_of("instrument_update", "HOUSE")
    assert "symbol" not in page.get(url).context["form"].fields
    page.post(url, {**VALUES, "symbol": "OTHER", "name": "The old house"})
    house.refresh_from_db()
    assert (house.symbol, house.name) == ("HOUSE", "The old house")


def test_the_currency_is_fixed_by_prices(page: Client, house: Instrument) -> None:
    PriceFactory(instrument=house)
    answer = page.post(url_of("instrument_update", "HOUSE"), {**VALUES, "currency": "EUR"})
    assert answer.status_code == 422
    assert "currency" in answer.context["form"].errors


def test_an_unused_instrument_is_deleted(page: Client, house: Instrument) -> None:
    assert page.post(url_of("instrument_delete", "HOUSE"))["Location"] == reverse("portfolio:instruments")
    assert not Instrument.objects.filter(pk=house.pk).exists()


def test_an_instrument_with_transactions_stays(page: Client, house: Instrument, record: Record) -> None:
    record(symbol="HOUSE")
    answer = page.post(url_of("instrument_delete", "HOUSE"), follow=True)
    assert "HOUSE has transactions" in answer.content.decode()
    assert Instrument.objects.filter(pk=house.pk).exists()


def test_a_price_is_recorded_and_replaced(page: Client, house: Instrument) -> None:
    url = url_of("price_create", "HOUSE")
    page.post(url, {"date": "2024-03-04", "close": "500000"})
    answer = page.post(url, {"date": "2024-03-04", "close": "510 000,5"}, headers=HTMX)
    assert read_events(answer)["toast"]["message"] == "Price recorded."
    price = Price.objects.get()
    assert (price.instrument, price.date, price.close) == (house, dt.date(2024, 3, 4), Decimal("510000.5"))


@pytest.mark.parametrize(
    ("values", "field"),
    [
        ({"close": ""}, "close"),
        ({"close": "-1"}, "close"),
        ({"close": "NaN"}, "close"),
        ({"close": "1.12345678901"}, "close"),
        ({"date": "2190-01-01"}, "date"),
        ({"date": "yesterday"}, "date"),
    ],
)
def test_a_price_that_cannot_be_is_refused(page: Client, house: Instrument, values: dict[str, str], field: str) -> None:
    for headers in ({}, HTMX):
        answer = page.post(url_of("price_create", "HOUSE"), {"date": "2024-03-04", "close": "1", **values}, headers=headers)
        assert answer.status_code == 422
        assert list(answer.context["form"].errors) == [field]
    assert not Price.objects.exists()


@pytest.mark.parametrize("name", ["instrument_update", "price_create"])
def test_shared_instruments_are_kept_by_staff(staff: User, page: Client, acme: Instrument, name: str) -> None:
    assert page.get(url_of(name, "ACME")).status_code == 403
    assert page.post(url_of(name, "ACME"), {**VALUES, "date": "2024-03-04", "close": "1"}).status_code == 403
    assert browse(staff).get(url_of(name, "ACME")).status_code == 200
    assert not Price.objects.exists()


def test_a_stranger_finds_nothing(charlie: User, house: Instrument) -> None:
    stranger = browse(charlie)
    for name in ("instrument_update", "price_create"):
        assert stranger.get(url_of(name, "HOUSE")).status_code == 404
    assert stranger.post(url_of("instrument_delete", "HOUSE")).status_code == 404
    assert Instrument.objects.filter(pk=house.pk).exists()


def test_who_is_not_signed_in_is_led_to_the_sign_in(house: Instrument) -> None:
    nobody = browse(None)
    for url in (NEW, url_of("instrument_update", "HOUSE"), url_of("price_create", "HOUSE")):
        assert nobody.get(url)["Location"].startswith("/login/?next=")
        assert nobody.post(url, VALUES).status_code == 302
    assert Instrument.objects.count() == 1
