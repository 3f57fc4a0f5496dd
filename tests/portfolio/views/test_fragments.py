"""Parts of pages are drawn once, and anew as soon as anything that they show is different."""

import datetime as dt
import re
from decimal import Decimal

import pytest
from django.test import Client
from django.urls import reverse

from accounts.models import User
from portfolio.models import Portfolio
from portfolio.services.portfolios import update_portfolio
from portfolio.views.fragments import MOST_BYTES, fragments
from tests.factories_portfolio import FxRateFactory
from tests.portfolio.views.conftest import HTMX, Record, browse, count_queries

TOKEN = re.compile(r"\b[A-Za-z0-9]{64}\b")


def addresses(book: Portfolio) -> dict[str, str]:
    return {
        "dashboard": reverse("portfolio:dashboard"),
        "holdings": reverse("portfolio:detail", args=[book.pk]),
        "period": reverse("portfolio:period", args=[book.pk]),
        "allocation": reverse("portfolio:allocation", args=[book.pk]),
    }


@pytest.fixture(autouse=True)
def _rate(db: None) -> None:
    """The instrument's currency is not the portfolio's."""
    FxRateFactory(date=dt.date(2024, 3, 1), base="EUR", quote="USD", rate=Decimal("1.25"))


@pytest.fixture(params=["dashboard", "holdings", "period", "allocation"])
def url(request: pytest.FixtureRequest, book: Portfolio, record: Record) -> str:
    record()
    return addresses(book)[request.param]


def read(client: Client, url: str) -> str:
    answer = client.get(url, headers=HTMX)
    assert answer.status_code == 200
    return answer.content.decode()


def test_what_has_not_changed_is_not_drawn_again(page: Client, url: str) -> None:
    first = count_queries(page, url)
    assert count_queries(page, url) < first


def test_a_new_entry_shows_at_once(page: Client, url: str, record: Record) -> None:
    before = read(page, url)
    record(quantity=Decimal(777))
    assert read(page, url) != before


def test_everybody_reads_numbers_in_his_own_way(page: Client, alice: User, url: str) -> None:
    before = read(page, url)
    User.objects.filter(pk=alice.pk).update(locale="de")
    assert read(page, url) != before


def test_a_setting_of_the_portfolio_shows_at_once(page: Client, alice: User, book: Portfolio, record: Record) -> None:
    record()
    read(page, addresses(book)["dashboard"])
    update_portfolio(actor=alice, portfolio=book, name="Rainy days")
    assert "Dashboard of Rainy days" in read(page, addresses(book)["dashboard"])


def test_a_stranger_is_refused_what_the_owner_has_just_read(page: Client, charlie: User, book: Portfolio, record: Record) -> None:
    record()
    pages = addresses(book)
    shown = {name: read(page, address) for name, address in pages.items()}
    assert all("€800.00" in html for html in shown.values())
    stranger = browse(charlie)
    assert [stranger.get(pages[name], headers=HTMX).status_code for name in ("holdings", "period", "allocation")] == [404] * 3
    assert "ACME" not in read(stranger, pages["dashboard"])


def test_no_part_holds_a_token_of_the_one_it_was_drawn_for(alice: User, book: Portfolio, record: Record) -> None:
    record()
    for name in ("dashboard", "holdings"):
        first, second = (set(TOKEN.findall(browse(alice).get(addresses(book)[name]).content.decode())) for _ in range(2))
        assert first
        assert second
        assert not first & second


def test_the_memory_of_parts_is_bounded() -> None:
    for number in range(3):
        fragments.get_or_make(("large", number), lambda: bytes(MOST_BYTES // 2))
    assert fragments.get_or_make(("large", 2), lambda: b"anew") != b"anew"
    assert fragments.get_or_make(("large", 0), lambda: b"anew") == b"anew"
    fragments.clear()


def test_a_name_is_escaped_in_a_part(page: Client, alice: User, book: Portfolio, record: Record) -> None:
    record()
    update_portfolio(actor=alice, portfolio=book, name="<b>Bold</b>")
    for _ in range(2):
        assert "<b>Bold" not in read(page, addresses(book)["dashboard"])
