"""The dashboard and its parts."""

import datetime as dt
from decimal import Decimal
from uuid import uuid4

import pytest
from django.test import Client
from django.urls import reverse
from django.utils import timezone

from accounts.models import User
from portfolio.models import Instrument, Portfolio
from portfolio.services.instruments import update_instrument
from tests.factories import UserFactory
from tests.factories_portfolio import FxRateFactory, InstrumentFactory, PortfolioFactory, PriceFactory
from tests.portfolio.views.conftest import HTMX, Record, browse, count_queries

TODAY = timezone.now().date()
HOME = "/"


def parts(book: Portfolio) -> dict[str, str]:
    return {name: reverse(f"portfolio:{name}", args=[book.pk]) for name in ("period", "allocation")}


@pytest.fixture
def held(book: Portfolio, acme: Instrument, record: Record) -> Portfolio:
    """Ten ACME bought at 100 on 4 March 2024, worth 130 since yesterday and 150 today; 1 EUR = 1.25 USD all along."""
    FxRateFactory(date=dt.date(2024, 3, 1), base="EUR", quote="USD", rate=Decimal("1.25"))
    for day, close in ((dt.date(2024, 3, 4), 100), (TODAY - dt.timedelta(days=1), 130), (TODAY, 150)):
        PriceFactory(instrument=acme, date=day, close=Decimal(close))
    record()
    return book


def test_somebody_new_is_told_how_to_begin(page: Client) -> None:
    text = page.get(HOME).content.decode()
    assert "Create your first portfolio" in text
    assert reverse("portfolio:create") in text


def test_an_empty_portfolio_offers_an_import(page: Client, book: Portfolio) -> None:
    text = page.get(HOME).content.decode()
    assert "Savings is empty" in text
    assert reverse("portfolio:imports", args=[book.pk]) in text


def test_value_gain_and_day_are_shown(page: Client, held: Portfolio) -> None:
    answer = page.get(f"{HOME}?range=Max")
    text = answer.content.decode()
    # 10 x 150 / 1.25 = 1,200; paid 800; yesterday 1,040.
    assert answer.context["report"].end_value == Decimal(1200)
    assert "+€400.00" in text
    assert (answer.context["move"].date, answer.context["move"].gain) == (TODAY, Decimal(160))
    assert answer.context["move"].ratio == pytest.approx(150 / 130 - 1)
    assert "+€160.00" in text
    assert answer.context["chart"]["values"][-1] == 1200


def test_a_portfolio_without_any_price_shows_its_trades_and_no_day(page: Client, record: Record) -> None:
    record()
    answer = page.get(HOME)
    assert answer.context["move"] is None
    assert "Recent transactions" in answer.content.decode()


def test_simulated_prices_are_labelled(page: Client, record: Record, acme: Instrument) -> None:
    record()
    assert "Simulated market" not in page.get(HOME).content.decode()
    update_instrument(actor=UserFactory(is_staff=True), instrument=acme, price_source="simulated")
    assert "Simulated market" in page.get(HOME).content.decode()


def test_the_portfolio_looked_at_last_is_opened_again(page: Client, alice: User, book: Portfolio) -> None:
    other = PortfolioFactory(owner=alice, name="Trading")
    assert page.get(HOME).context["portfolio"] == book
    page.get(f"{HOME}?portfolio={other.pk}")
    assert page.get(HOME).context["portfolio"] == other
    page.get(reverse("portfolio:detail", args=[book.pk]))
    assert page.get(HOME).context["portfolio"] == book


def test_the_selection_cannot_reach_somebody_elses_portfolio(charlie: User, book: Portfolio) -> None:
    answer = browse(charlie).get(f"{HOME}?portfolio={book.pk}")
    assert answer.context.get("portfolio") is None
    assert "Savings" not in answer.content.decode()


@pytest.mark.parametrize("name", ["period", "allocation"])
def test_parts_are_for_the_owner(alice: User, bob: User, charlie: User, held: Portfolio, name: str) -> None:
    url = parts(held)[name]
    assert browse(alice).get(url, headers=HTMX).status_code == 200
    assert browse(bob).get(url, headers=HTMX).status_code == 404
    assert browse(charlie).get(url, headers=HTMX).status_code == 404
    assert browse(None).get(url, headers=HTMX).headers["HX-Redirect"].startswith("/login/")
    assert browse(alice).get(url.replace(str(held.pk), str(uuid4())), headers=HTMX).status_code == 404


def test_another_range_brings_only_the_period_and_moves_the_address(page: Client, held: Portfolio) -> None:
    answer = page.get(f"{parts(held)['period']}?range=1M", headers=HTMX)
    text = answer.content.decode()
    assert "<html" not in text
    assert 'id="period"' in text
    assert answer.headers["HX-Replace-Url"] == "/?range=1M"
    assert answer.context["report"].from_ < TODAY - dt.timedelta(days=27)


def test_the_address_of_a_period_leads_to_the_dashboard_without_htmx(page: Client, held: Portfolio) -> None:
    answer = page.get(f"{parts(held)['period']}?range=1M")
    assert (answer.status_code, answer.url) == (302, "/?range=1M")


def test_a_range_longer_than_the_history_starts_with_it(page: Client, held: Portfolio) -> None:
    report = page.get(f"{HOME}?from=1990-01-01").context["report"]
    assert report.from_ == dt.date(2024, 3, 3)


def test_a_period_before_the_history_is_answered(page: Client, held: Portfolio) -> None:
    assert page.get(f"{HOME}?from=1990-01-01&to=1995-01-01").status_code == 200


def test_the_allocation_is_grouped_as_asked(page: Client, held: Portfolio, acme: Instrument) -> None:
    Instrument.objects.filter(pk=acme.pk).update(sector="Anvils")
    answer = page.get(f"{parts(held)['allocation']}?by=sector", headers=HTMX)
    assert [part.label for part in answer.context["parts"]] == ["Anvils"]
    assert page.get(f"{parts(held)['allocation']}?by=nonsense", headers=HTMX).context["by"] == "instrument"


def test_many_parts_become_ten(page: Client, held: Portfolio, record: Record) -> None:
    for number in range(12):
        PriceFactory(instrument=InstrumentFactory(symbol=f"S{number}"), date=TODAY, close=Decimal(10 + number))
        record(symbol=f"S{number}", trade_date=TODAY)
    answer = page.get(parts(held)["allocation"], headers=HTMX)
    shown = answer.context["parts"]
    assert [part.colour for part in shown] == list(range(1, 11))
    assert shown[-1].label == "Other"
    assert sum((part.value for part in shown), Decimal(0)) == answer.context["allocation"].total


def test_summaries_show_every_portfolio_of_ones_own(page: Client, alice: User, bob: User, held: Portfolio) -> None:
    PortfolioFactory(owner=alice, name="Trading")
    PortfolioFactory(owner=bob, name="Secret")
    text = page.get(reverse("portfolio:summaries")).content.decode()
    assert "Savings" in text
    assert "Trading" in text
    assert "€1,200.00" in text
    assert "Secret" not in text


def test_more_transactions_ask_the_database_no_more_often(page: Client, held: Portfolio, record: Record) -> None:
    page.get(HOME)
    before = count_queries(page, HOME)
    for number in range(8):
        record(trade_date=dt.date(2024, 4, 1 + number), quantity=Decimal(1))
    page.get(HOME)
    assert count_queries(page, HOME) == before


def test_a_gap_in_the_rates_is_told_and_nothing_is_guessed(page: Client, record: Record, acme: Instrument) -> None:
    PriceFactory(instrument=acme, date=dt.date(2024, 3, 4))
    record()
    answer = page.get(HOME)
    assert answer.context["report"].end_value is None
    text = answer.content.decode()
    assert "problems" in text
    assert 'class="unknown"' in text
