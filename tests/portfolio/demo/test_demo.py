"""The demo loads once, is whole, and looks like somebody's real ledger."""

import datetime as dt
import json
from collections.abc import Callable
from decimal import Decimal

import pytest
from django.core.management import CommandError, call_command
from django.db.models import Q

from accounts.models import User
from portfolio.models import FxRate, Instrument, Portfolio, Price, Transaction
from portfolio.providers.simulated import SimulatedMarket
from portfolio.selectors.figures import measure_holdings, measure_performance
from portfolio.services.demo import DEMO_EMAIL, DEMO_PASSWORD, load_demo
from portfolio.services.demo.book import Book
from portfolio.services.demo.long_term import write_long_term
from portfolio.services.demo.market import MarketWindow
from portfolio.services.demo.trading import write_trading

TODAY = dt.date(2026, 3, 31)
pytestmark = pytest.mark.django_db


@pytest.fixture(autouse=True)
def _demo_on(settings) -> None:
    settings.DEMO = True


@pytest.fixture(scope="module")
def rows() -> list[dict[str, str]]:
    book = Book(MarketWindow(SimulatedMarket(20260101), start=dt.date(2016, 3, 31), end=TODAY))
    write_long_term(book, seed=20260101)
    return book.rows


def test_two_portfolios_of_one_user_over_ten_years() -> None:
    report = load_demo(today=TODAY)
    user = User.objects.get(email=DEMO_EMAIL)
    assert user.check_password(DEMO_PASSWORD)
    portfolios = {portfolio.name: portfolio for portfolio in Portfolio.objects.filter(owner=user)}
    assert set(portfolios) == {"Long-term", "Trading"}
    assert all(portfolio.is_demo for portfolio in portfolios.values())
    assert (portfolios["Long-term"].base_currency, portfolios["Trading"].base_currency) == ("EUR", "USD")
    entries = Transaction.objects.filter(portfolio__owner=user)
    assert entries.count() == report.transactions
    days = entries.order_by("trade_date").values_list("trade_date", flat=True)
    assert days.first() < dt.date(2016, 4, 10)
    assert days.last() > TODAY - dt.timedelta(days=30)
    wanted = {"buy", "sell", "dividend", "interest", "fee", "deposit", "withdrawal", "transfer_in", "transfer_out", "split"}
    assert set(entries.order_by().values_list("kind", flat=True).distinct()) == wanted
    assert {"EUR", "USD", "GBP", "CHF", "GBX"} <= set(entries.order_by().values_list("currency", flat=True).distinct())
    assert portfolios["Trading"].accounts.count() == 2


def test_the_figures_are_complete_and_look_like_somebodys() -> None:
    load_demo(today=TODAY)
    for portfolio in Portfolio.objects.all():
        holdings = measure_holdings(portfolio=portfolio, as_of=TODAY)
        assert holdings.problems == ()
        gains = [row.unrealized_gain_base for row in holdings.holdings if row.quantity]
        assert len(gains) >= 5
        assert min(gains) < 0 < max(gains)
        performance = measure_performance(portfolio=portfolio, start=None, end=TODAY)
        assert 0.01 < performance.time_weighted_return_annualized < 0.2
        assert 0.01 < performance.money_weighted_return < 0.2
        assert len(performance.series) > 2000


def test_everything_simulated_says_so() -> None:
    load_demo(today=TODAY)
    assert not Instrument.objects.exclude(price_source="simulated").exists()
    assert not Price.objects.exclude(source="simulated").exists()
    assert not FxRate.objects.exclude(Q(source="simulated") & Q(owner__email=DEMO_EMAIL)).exists()
    assert not Instrument.objects.exclude(symbol__endswith=".SIM").exists()


def test_a_second_run_changes_nothing() -> None:
    load_demo(today=TODAY)
    before = list(Portfolio.objects.values_list("pk", "revision")), Transaction.objects.count(), Price.objects.count()
    report = load_demo(today=TODAY + dt.timedelta(days=30))
    assert not report.created
    assert before == (list(Portfolio.objects.values_list("pk", "revision")), Transaction.objects.count(), Price.objects.count())


def test_it_is_refused_where_the_demo_is_off(settings) -> None:
    settings.DEMO = False
    with pytest.raises(CommandError) as refusal:
        call_command("load_demo")
    assert refusal.value.returncode == 3
    assert not User.objects.exists()


def test_the_command_tells_programs_and_people(capsys: pytest.CaptureFixture[str]) -> None:
    call_command("load_demo", json=True)
    first = json.loads(capsys.readouterr().out)
    assert (first["created"], first["email"], first["portfolios"]) == (True, DEMO_EMAIL, 2)
    call_command("load_demo")
    said = capsys.readouterr().out
    assert "nothing was changed" in said
    assert DEMO_PASSWORD in said


def test_the_saver_never_overdraws_an_account(rows: list[dict[str, str]]) -> None:
    cash: dict[str, Decimal] = {}
    lowest = Decimal(0)
    for row in rows:
        currency, change = _cash_of(row)
        cash[currency] = cash.get(currency, Decimal(0)) + change
        lowest = min(lowest, *cash.values())
    assert lowest >= Decimal("-0.02")


def _cash_of(row: dict[str, str]) -> tuple[str, Decimal]:
    """Return what an entry does to the cash of its currency, by the conventions of the ledger."""

    def number(name: str) -> Decimal:
        return Decimal(row.get(name) or 0)

    gross = number("amount") or number("quantity") * number("price")
    charged = number("fee") + number("tax")
    sign = {"buy": -1, "withdrawal": -1, "fee": -1, "split": 0}.get(row["type"], 1)
    scale = 100 if row.get("currency") == "GBX" else 1
    return ("GBP" if scale == 100 else row.get("currency", "EUR")), (sign * gross - charged) / scale


def test_the_same_seed_writes_the_same_ledger(rows: list[dict[str, str]]) -> None:
    book = Book(MarketWindow(SimulatedMarket(20260101), start=dt.date(2016, 3, 31), end=TODAY))
    write_long_term(book, seed=20260101)
    assert book.rows == rows


@pytest.mark.parametrize("seed", [1, 2, 3])
@pytest.mark.parametrize("today", [dt.date(2024, 2, 29), dt.date(2026, 11, 23), dt.date(2035, 1, 1)])
@pytest.mark.parametrize("write", [write_long_term, write_trading])
def test_every_day_and_seed_gives_a_ledger(write: Callable[..., None], seed: int, today: dt.date) -> None:
    market = MarketWindow(SimulatedMarket(seed), start=dt.date(today.year - 10, today.month, 28), end=today)
    book = Book(market)
    write(book, seed=seed)
    assert len(book.rows) > 250
    assert min(book.units.values()) >= 0
