"""What staff write goes through the services: checked as everywhere, and figures learn of it."""

import datetime as dt
from decimal import Decimal

import pytest
from django.http import HttpResponse
from django.test import Client
from django.urls import reverse

from accounts.models import User
from portfolio.models import FxRate, Instrument, Portfolio, Price
from tests.factories_portfolio import FxRateFactory, InstrumentFactory, PortfolioFactory, PriceFactory, TransactionFactory

pytestmark = pytest.mark.django_db
DAY = dt.date(2024, 1, 2)
INSTRUMENT = {"symbol": "ACME", "name": "Acme", "kind": "stock", "currency": "EUR", "price_source": "manual"}


@pytest.fixture
def office(client: Client, staff: User) -> Client:
    client.force_login(staff)
    return client


def add(office: Client, name: str, data: dict[str, object]) -> HttpResponse:
    return office.post(reverse(f"admin:portfolio_{name}_add"), data)


def change(office: Client, row: Instrument | Price | FxRate, data: dict[str, object]) -> HttpResponse:
    return office.post(reverse(f"admin:portfolio_{row._meta.model_name}_change", args=[row.pk]), data)


def delete(office: Client, row: Price | FxRate) -> HttpResponse:
    return office.post(reverse(f"admin:portfolio_{row._meta.model_name}_delete", args=[row.pk]), {"post": "yes"})


def errors_of(page: HttpResponse) -> dict[str, list[str]]:
    assert page.status_code == 200
    return dict(page.context["adminform"].form.errors)


@pytest.fixture
def holder(alice: User) -> Portfolio:
    """A portfolio with an entry in an instrument."""
    return TransactionFactory(portfolio=PortfolioFactory(owner=alice)).portfolio


def instrument_of(portfolio: Portfolio) -> Instrument:
    return portfolio.transactions.get().instrument


def revision_of(portfolio: Portfolio) -> int:
    return Portfolio.objects.values_list("revision", flat=True).get(pk=portfolio.pk)


def test_a_new_instrument_is_shared(office: Client) -> None:
    assert add(office, "instrument", INSTRUMENT).status_code == 302
    assert Instrument.objects.get(symbol="ACME").owner is None


@pytest.mark.parametrize(
    ("field", "value"), [("symbol", "=1+1"), ("symbol", "TAKEN"), ("currency", "ABC"), ("isin", "XX"), ("country", "1"), ("kind", "car")]
)
def test_a_wrong_value_is_an_error_at_its_field(office: Client, field: str, value: str) -> None:
    InstrumentFactory(symbol="TAKEN")
    errors = errors_of(add(office, "instrument", {**INSTRUMENT, field: value}))
    assert field in errors or (value == "TAKEN" and errors)
    assert not Instrument.objects.filter(symbol="ACME").exists()


def test_changing_an_instrument_reaches_its_holders(office: Client, holder: Portfolio) -> None:
    instrument = instrument_of(holder)
    assert change(office, instrument, {**INSTRUMENT, "symbol": instrument.symbol, "sector": "Energy"}).status_code == 302
    instrument.refresh_from_db()
    assert instrument.sector == "Energy"
    assert revision_of(holder) == 2


def test_the_currency_of_a_used_instrument_is_fixed(office: Client, holder: Portfolio) -> None:
    instrument = instrument_of(holder)
    assert "currency" in errors_of(change(office, instrument, {**INSTRUMENT, "symbol": instrument.symbol, "currency": "USD"}))


def test_instruments_are_not_deleted_here(office: Client) -> None:
    address = reverse("admin:portfolio_instrument_delete", args=[InstrumentFactory().pk])
    assert office.post(address, {"post": "yes"}).status_code == 403


def test_a_close_is_recorded_changed_and_removed(office: Client, holder: Portfolio) -> None:
    instrument = instrument_of(holder)
    assert add(office, "price", {"instrument": instrument.pk, "date": "2024-01-02", "close": "12.5"}).status_code == 302
    price = Price.objects.get(instrument=instrument)
    assert (price.date, price.close, revision_of(holder)) == (DAY, Decimal("12.5"), 2)
    assert change(office, price, {"close": "13"}).status_code == 302
    price.refresh_from_db()
    assert (price.close, revision_of(holder)) == (Decimal(13), 3)
    assert delete(office, price).status_code == 302
    assert not Price.objects.exists()
    assert revision_of(holder) == 4


def test_a_close_that_the_service_refuses_stays_out(office: Client) -> None:
    instrument = InstrumentFactory()
    errors = errors_of(add(office, "price", {"instrument": instrument.pk, "date": "2999-01-02", "close": "12.5"}))
    assert "future" in str(errors)
    assert not Price.objects.exists()


def test_a_corrected_simulated_close_is_no_longer_called_simulated(office: Client) -> None:
    price = PriceFactory(source="simulated")
    change(office, price, {"close": "1"})
    price.refresh_from_db()
    assert price.source == "manual"


def test_a_rate_is_recorded_changed_and_removed(office: Client, holder: Portfolio) -> None:
    assert add(office, "fxrate", {"date": "2024-01-02", "base": "EUR", "quote": "USD", "rate": "1.1"}).status_code == 302
    rate = FxRate.objects.get()
    assert (rate.owner, rate.rate, revision_of(holder)) == (None, Decimal("1.1"), 2)
    assert change(office, rate, {"rate": "1.2"}).status_code == 302
    rate.refresh_from_db()
    assert (rate.rate, revision_of(holder)) == (Decimal("1.2"), 3)
    assert delete(office, rate).status_code == 302
    assert not FxRate.objects.exists()
    assert revision_of(holder) == 4


def test_a_rate_of_ones_own_stays_ones_own(office: Client, staff: User) -> None:
    rate = FxRateFactory(owner=staff)
    change(office, rate, {"rate": "1.5"})
    assert list(FxRate.objects.values_list("owner", "rate")) == [(staff.pk, Decimal("1.5"))]


def test_an_unknown_currency_is_refused(office: Client) -> None:
    assert errors_of(add(office, "fxrate", {"date": "2024-01-02", "base": "EUR", "quote": "ABC", "rate": "1.1"}))
    assert not FxRate.objects.exists()


@pytest.mark.parametrize("name", ["instrument", "price", "fxrate"])
def test_no_action_deletes_many_at_once(name: str, office: Client) -> None:
    PriceFactory()
    FxRateFactory()
    page = office.get(reverse(f"admin:portfolio_{name}_changelist"))
    assert "delete_selected" not in page.content.decode()
