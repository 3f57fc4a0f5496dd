"""Every page of the administration opens for staff and for nobody else, with the same number of queries however long the list."""

import datetime as dt
from collections.abc import Iterator
from decimal import Decimal

import pytest
from django.apps import apps
from django.contrib import admin
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext
from django.urls import reverse

from accounts.models import User
from portfolio.models import AccessReason, BrokerageAccount, FxRate, ImportBatch, Instrument, Portfolio, Price, Share, Transaction
from tests.factories_portfolio import AccountFactory, FxRateFactory, InstrumentFactory, PortfolioFactory, PriceFactory, TransactionFactory

pytestmark = pytest.mark.django_db
MODELS = [Portfolio, BrokerageAccount, Transaction, ImportBatch, Share, AccessReason, Instrument, Price, FxRate]
NAMES = [model._meta.model_name for model in MODELS]
READ_ONLY = ["portfolio", "brokerageaccount", "transaction", "importbatch", "share"]
WRITTEN = ["instrument", "price", "fxrate"]


def fill(owner: User, number: int = 1) -> None:
    """Add one row of every model."""
    portfolio = PortfolioFactory(owner=owner)
    instrument = InstrumentFactory()
    batch = ImportBatch.objects.create(portfolio=portfolio, created_by=owner, format="csv", digest="0" * 64)
    TransactionFactory(portfolio=portfolio, account=AccountFactory(portfolio=portfolio), instrument=instrument, import_batch=batch)
    Share.objects.create(portfolio=portfolio, kind="person", role="reader", email="somebody@example.com")
    AccessReason.objects.create(user=owner, portfolio=portfolio, reason="Ticket 12")
    PriceFactory(instrument=instrument)
    FxRateFactory(date=dt.date(2024, 1, 1) + dt.timedelta(days=number))


def list_address(name: str) -> str:
    return reverse(f"admin:portfolio_{name}_changelist")


def page_addresses(name: str) -> Iterator[str]:
    yield list_address(name)
    row = apps.get_model("portfolio", name).objects.first()
    yield reverse(f"admin:portfolio_{name}_change", args=[row.pk])
    if name in WRITTEN:
        yield reverse(f"admin:portfolio_{name}_add")


@pytest.fixture
def office(client: Client, staff: User) -> Client:
    client.force_login(staff)
    return client


def test_these_are_all_the_models_that_a_person_may_look_for() -> None:
    registered = {model for model in apps.get_app_config("portfolio").get_models() if admin.site.is_registered(model)}
    assert registered == set(MODELS)


@pytest.mark.parametrize("name", NAMES)
def test_pages_open_for_staff(name: str, office: Client, alice: User) -> None:
    fill(alice)
    assert [office.get(address).status_code for address in page_addresses(name)] == [200] * (3 if name in WRITTEN else 2)
    assert office.get(list_address(name), {"q": "a"}).status_code == 200


@pytest.mark.parametrize("name", NAMES)
def test_pages_stay_closed_for_everybody_else(name: str, client: Client, alice: User) -> None:
    fill(alice)
    addresses = list(page_addresses(name))
    assert {client.get(address).status_code for address in addresses} == {302}
    client.force_login(alice)
    assert {client.get(address).status_code for address in addresses} <= {302, 403}


@pytest.mark.parametrize("name", READ_ONLY)
def test_what_people_record_is_not_written_here(name: str, office: Client, alice: User) -> None:
    fill(alice)
    row = apps.get_model("portfolio", name).objects.first()
    assert office.get(reverse(f"admin:portfolio_{name}_add")).status_code == 403
    assert office.post(reverse(f"admin:portfolio_{name}_change", args=[row.pk]), {}).status_code == 403
    assert office.post(reverse(f"admin:portfolio_{name}_delete", args=[row.pk]), {"post": "yes"}).status_code == 403


@pytest.mark.parametrize("name", NAMES)
def test_a_longer_list_takes_no_more_queries(name: str, office: Client, alice: User, bob: User) -> None:
    fill(alice)
    office.get(list_address(name))
    counts = []
    for number in range(2, 12, 4):
        for step in range(4):
            fill(bob if step % 2 else alice, number + step)
        with CaptureQueriesContext(
            connection,
        ) as queries:
            office.get(list_address(name))
        counts.append(len(queries))
    assert len(set(counts)) == 1
    assert counts[0] <= 12


@pytest.mark.parametrize("name", NAMES)
def test_a_long_table_is_not_counted_to_its_end(name: str, office: Client, alice: User) -> None:
    fill(alice)
    with CaptureQueriesContext(connection) as queries:
        office.get(list_address(name))
    table = apps.get_model("portfolio", name)._meta.db_table
    counting = [query["sql"] for query in queries if "COUNT(" in query["sql"] and table in query["sql"]]
    assert counting
    assert all("LIMIT 5000" in sql for sql in counting)


def test_numbers_have_no_zeros_behind_them(office: Client) -> None:
    price, rate = PriceFactory(close=Decimal("12.50")), FxRateFactory(rate=Decimal("1.0800"))
    for row, shown in ((price, "12.5"), (rate, "1.08")):
        name = row._meta.model_name
        assert f">{shown}<" in office.get(list_address(name)).content.decode()
        assert f'value="{shown}"' in office.get(reverse(f"admin:portfolio_{name}_change", args=[row.pk])).content.decode()


def test_all_is_offered_only_where_something_is_hidden(office: Client) -> None:
    PriceFactory()
    assert "Show all" not in office.get(list_address("price")).content.decode()
    assert "Show all" in office.get(list_address("price"), {"q": "A"}).content.decode()
    assert "Show all" in office.get(list_address("price"), {"source__exact": "manual"}).content.decode()


def test_amounts_of_other_people_are_hidden(office: Client, alice: User) -> None:
    row = TransactionFactory(
        portfolio__owner=alice, quantity=Decimal("1234.5"), price=Decimal("77.25"), fee=Decimal("9.87"), note="for the house", external_id="B-778"
    )
    with CaptureQueriesContext(connection) as queries:
        pages = [office.get(list_address("transaction")), office.get(reverse("admin:portfolio_transaction_change", args=[row.pk]))]
    for page in pages:
        text = page.content.decode()
        assert "not shown" in text
        assert not [secret for secret in ("1234.5", "77.25", "9.87", "for the house", "B-778") if secret in text]
    assert all('"portfolio_transaction"."quantity",' not in query["sql"] for query in queries)


def test_ones_own_amounts_are_shown(office: Client, staff: User) -> None:
    row = TransactionFactory(portfolio__owner=staff, quantity=Decimal("1234.5"), price=Decimal("77.25"), note="for the house")
    text = office.get(reverse("admin:portfolio_transaction_change", args=[row.pk])).content.decode()
    assert [secret for secret in ("1234.5", "77.25", "for the house") if secret in text] == ["1234.5", "77.25", "for the house"]
    assert "not shown" not in text


@pytest.mark.parametrize("name", WRITTEN)
def test_private_market_data_of_others_is_not_there(name: str, office: Client, alice: User) -> None:
    private = InstrumentFactory(owner=alice, symbol="SECRET")
    rows = {"instrument": private, "price": PriceFactory(instrument=private), "fxrate": FxRateFactory(owner=alice)}
    row = rows[name]
    assert office.get(reverse(f"admin:portfolio_{name}_change", args=[row.pk])).status_code == 302
    assert "SECRET" not in office.get(list_address(name)).content.decode()
