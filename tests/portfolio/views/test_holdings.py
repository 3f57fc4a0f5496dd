"""The page of what is held."""

import datetime as dt
from decimal import Decimal
from uuid import uuid4

import pytest
from django.test import Client
from django.urls import reverse
from django.utils import timezone

from accounts.models import User
from portfolio.models import Instrument, Portfolio
from tests.factories_portfolio import InstrumentFactory, PriceFactory
from tests.portfolio.views.conftest import Record, browse, count_queries

TODAY = timezone.now().date()


@pytest.fixture
def url(book: Portfolio) -> str:
    return reverse("portfolio:detail", args=[book.pk])


@pytest.fixture
def held(book: Portfolio, record: Record) -> Instrument:
    """Ten HOME at 100 EUR, of which four were sold on 1 July 2024; the last close is of that day."""
    home = InstrumentFactory(symbol="HOME", name="Home Loans")
    for day, close in ((dt.date(2024, 3, 4), 100), (dt.date(2024, 7, 1), 120)):
        PriceFactory(instrument=home, date=day, close=Decimal(close))
    record(symbol="HOME")
    record("sell", symbol="HOME", quantity=Decimal(4), price=Decimal(120), trade_date=dt.date(2024, 7, 1))
    return home


def test_it_is_for_the_owner(alice: User, bob: User, charlie: User, url: str) -> None:
    assert browse(alice).get(url).status_code == 200
    assert browse(bob).get(url).status_code == 404
    assert browse(charlie).get(url).status_code == 404
    assert browse(None).get(url).status_code == 302
    assert browse(alice).get(reverse("portfolio:detail", args=[uuid4()])).status_code == 404


def test_a_holding_shows_quantity_price_value_and_gain(page: Client, url: str, held: Instrument) -> None:
    answer = page.get(url)
    text = answer.content.decode()
    (row,) = answer.context["rows"]
    assert (row.holding.quantity, row.holding.market_value_base, row.holding.unrealized_gain_base) == (6, 720, 120)
    assert row.unrealized_ratio == pytest.approx(0.2)
    for shown in ("HOME", "Home Loans", "€120.00", "€720.00", "+€120.00", "+20.00%", "+€200.00"):
        assert shown in text


def test_an_old_price_is_marked(page: Client, url: str, held: Instrument) -> None:
    assert "more than a week old" in page.get(url).content.decode()
    assert "more than a week old" not in page.get(f"{url}?as_of=2024-07-08").content.decode()


def test_another_day_shows_what_was_held_then(page: Client, url: str, held: Instrument) -> None:
    answer = page.get(f"{url}?as_of=2024-05-01")
    assert answer.context["rows"][0].holding.quantity == 10
    assert "As it was on" in answer.content.decode()
    assert page.get(f"{url}?as_of=2023-01-01").context["rows"] == []
    assert "As it was on" not in page.get(f"{url}?as_of=nonsense").content.decode()


def test_closed_positions_are_shown_on_demand(page: Client, url: str, held: Instrument, record: Record) -> None:
    record("sell", symbol="HOME", quantity=Decimal(6), price=Decimal(120), trade_date=dt.date(2024, 7, 2))
    assert page.get(url).context["rows"] == []
    (row,) = page.get(f"{url}?closed=1").context["rows"]
    assert row.is_closed
    assert row.holding.realized_gain_base == 200


def test_an_unknown_value_is_a_dash_with_its_reason(page: Client, url: str, record: Record) -> None:
    # ACME is in USD and no rate is known.
    record()
    text = page.get(url).content.decode()
    assert 'class="unknown"' in text
    assert "alert-warning" in text


def test_more_holdings_ask_the_database_no_more_often(page: Client, url: str, held: Instrument, record: Record) -> None:
    page.get(url)
    before = count_queries(page, url)
    for number in range(5):
        PriceFactory(instrument=InstrumentFactory(symbol=f"S{number}"), date=TODAY)
        record(symbol=f"S{number}")
    page.get(url)
    assert count_queries(page, url) == before


def test_symbols_and_names_are_never_markup(page: Client, url: str, record: Record) -> None:
    InstrumentFactory(symbol="EVIL", name="<script>alert(1)</script>")
    record(symbol="EVIL")
    text = page.get(url).content.decode()
    assert "<script>alert" not in text
    assert "&lt;script&gt;alert" in text
