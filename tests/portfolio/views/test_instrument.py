"""The list of instruments and the page of one."""

import datetime as dt
from decimal import Decimal

import pytest
from django.test import Client
from django.urls import reverse
from django.utils import timezone

from accounts.models import User
from portfolio.models import Instrument, Portfolio
from tests.factories_portfolio import FxRateFactory, InstrumentFactory, PriceFactory
from tests.portfolio.views.conftest import HTMX, Record, browse, count_queries

TODAY = timezone.now().date()
LIST = "/instruments/"


def address(instrument: Instrument) -> str:
    return reverse("portfolio:instrument", args=[instrument.symbol])


def test_ones_own_instruments_are_nobody_elses(alice: User, bob: User, acme: Instrument) -> None:
    own = InstrumentFactory(owner=alice, symbol="HOUSE")
    assert "HOUSE" in browse(alice).get(LIST).content.decode()
    assert "HOUSE" not in browse(bob).get(LIST).content.decode()
    assert browse(alice).get(address(own)).status_code == 200
    assert browse(bob).get(address(own)).status_code == 404
    assert browse(bob).get(address(acme)).status_code == 200
    assert browse(None).get(LIST).status_code == 302
    assert browse(None).get(address(acme)).status_code == 302


@pytest.mark.parametrize(
    ("text", "found"), [("acm", ["ACME"]), ("corporation", ["ACME"]), ("us0378331005", ["APPLE"]), ("zzz", []), ("", ["ACME", "APPLE"])]
)
def test_instruments_are_found_by_symbol_name_and_isin(page: Client, acme: Instrument, text: str, found: list[str]) -> None:
    InstrumentFactory(symbol="APPLE", name="Fruit", isin="US0378331005")
    answer = page.get(LIST, {"q": text})
    assert [row.instrument.symbol for row in answer.context["rows"]] == found


def test_a_search_while_typing_brings_only_the_list(page: Client, acme: Instrument) -> None:
    text = page.get(LIST, {"q": "acme"}, headers=HTMX | {"HX-Target": "instruments"}).content.decode()
    assert "<html" not in text
    assert "ACME" in text


def test_a_long_list_has_pages(page: Client, acme: Instrument) -> None:
    InstrumentFactory.create_batch(60)
    first, second = (page.get(LIST, {"page": number}).context["rows"] for number in (1, 2))
    assert (len(first), len(second)) == (50, 11)


def test_the_list_asks_for_all_closes_at_once(page: Client, acme: Instrument) -> None:
    page.get(LIST)
    before = count_queries(page, LIST)
    for instrument in InstrumentFactory.create_batch(5):
        PriceFactory(instrument=instrument, date=TODAY)
    assert count_queries(page, LIST) == before


def test_price_change_and_prices_are_shown(page: Client, acme: Instrument) -> None:
    PriceFactory(instrument=acme, date=TODAY - dt.timedelta(days=1), close=Decimal(100))
    PriceFactory(instrument=acme, date=TODAY, close=Decimal("102.5"))
    text = page.get(address(acme)).content.decode()
    for shown in ("$102.50", "+$2.50", "+2.50%", "Latest prices"):
        assert shown in text


def test_position_lots_and_trades_are_those_of_the_selected_portfolio(page: Client, book: Portfolio, acme: Instrument, record: Record) -> None:
    FxRateFactory(date=dt.date(2024, 3, 1), rate=Decimal(1))
    PriceFactory(instrument=acme, date=dt.date(2024, 3, 4), close=Decimal(100))
    PriceFactory(instrument=acme, date=TODAY, close=Decimal(150))
    record()
    answer = page.get(f"{address(acme)}?range=Max")
    assert answer.context["holding"].quantity == 10
    (lot,) = answer.context["lots"].open
    assert lot.unrealized_gain_base == 500
    (trade,) = answer.context["chart"]["trades"]
    assert (trade["side"], trade["day"], trade["close"]) == ("buy", "2024-03-04", 100)
    assert "In Savings" in answer.content.decode()


def test_a_trade_before_the_range_is_not_drawn(page: Client, book: Portfolio, acme: Instrument, record: Record) -> None:
    PriceFactory(instrument=acme, date=TODAY - dt.timedelta(days=3))
    PriceFactory(instrument=acme, date=TODAY)
    record()
    assert page.get(f"{address(acme)}?range=1M").context["chart"]["trades"] == []


def test_another_range_brings_only_the_chart(page: Client, acme: Instrument) -> None:
    PriceFactory(instrument=acme, date=TODAY)
    answer = page.get(f"{address(acme)}?range=1M", headers=HTMX | {"HX-Target": "price-chart-card"})
    text = answer.content.decode()
    assert "<html" not in text
    assert 'id="price-chart-card"' in text


def test_without_a_price_or_a_portfolio_the_page_still_answers(charlie: User, acme: Instrument) -> None:
    text = browse(charlie).get(address(acme)).content.decode()
    assert "No price is known yet." in text
    assert "No prices are known for this range." in text


def test_only_who_may_change_an_instrument_is_offered_it(alice: User, staff: User, acme: Instrument) -> None:
    own = InstrumentFactory(owner=alice, symbol="HOUSE")
    edit = reverse("portfolio:instrument_update", args=["HOUSE"])
    assert edit in browse(alice).get(address(own)).content.decode()
    assert reverse("portfolio:instrument_update", args=["ACME"]) not in browse(alice).get(address(acme)).content.decode()


def test_simulated_prices_are_labelled(page: Client) -> None:
    text = page.get(address(InstrumentFactory(symbol="MADEUP", price_source="simulated"))).content.decode()
    assert "Simulated market" in text
