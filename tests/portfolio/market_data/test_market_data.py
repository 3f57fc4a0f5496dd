"""Prices and rates are appended, never overwritten, and a second run finds nothing to do."""

from datetime import date
from decimal import Decimal
from pathlib import Path

import pytest
from django.core.management import call_command

from accounts.models import User
from portfolio.models import FxRate, Instrument, Portfolio, Price
from portfolio.providers.ecb import EcbFile
from portfolio.providers.listing import BENCHMARK, LISTINGS
from portfolio.services.market_data import list_simulated_instruments, update_fx_rates, update_prices
from portfolio.signals import fx_rates_changed, prices_changed
from portfolio.tasks import update_prices as update_prices_task

pytestmark = pytest.mark.django_db
FRIDAY, MONDAY = date(2024, 3, 8), date(2024, 3, 11)


@pytest.fixture
def world() -> Instrument:
    list_simulated_instruments()
    return Instrument.objects.get(symbol=BENCHMARK)


def revision_of(portfolio: Portfolio) -> int:
    return Portfolio.objects.values_list("revision", flat=True).get(pk=portfolio.pk)


def test_the_simulated_instruments_are_shared_labelled_and_made_once(world: Instrument) -> None:
    assert list_simulated_instruments() == 0
    assert Instrument.objects.filter(owner=None, price_source="simulated").count() == len(LISTINGS)
    assert world.is_simulated


def test_prices_come_up_to_the_day_and_are_labelled(world: Instrument) -> None:
    update = update_prices(until=FRIDAY)
    assert update.instruments == len(LISTINGS)
    prices = Price.objects.filter(instrument=world)
    assert prices.latest("date").date == FRIDAY
    assert set(prices.values_list("source", flat=True)) == {"simulated"}
    assert Price.objects.count() == update.prices


def test_a_second_run_adds_nothing_and_the_next_day_only_itself(world: Instrument) -> None:
    update_prices(until=FRIDAY)
    assert update_prices(until=FRIDAY).prices == 0
    update = update_prices(until=MONDAY)
    assert (update.instruments, update.prices) == (len(LISTINGS), len(LISTINGS))


def test_a_corrected_close_is_left_alone(world: Instrument) -> None:
    Price.objects.create(instrument=world, date=MONDAY, close=Decimal("1.23"))
    update_prices(until=date(2024, 3, 12))
    assert Price.objects.get(instrument=world, date=MONDAY).close == Decimal("1.23")


def test_only_shared_instruments_of_the_provider_are_served(world: Instrument, alice: User) -> None:
    own = Instrument.objects.create(owner=alice, symbol=BENCHMARK, currency="EUR", price_source="simulated")
    manual = Instrument.objects.create(symbol="ACME", currency="EUR")
    unlisted = Instrument.objects.create(symbol="UNLISTED.SIM", currency="EUR", price_source="simulated")
    update_prices(until=FRIDAY)
    assert not Price.objects.filter(instrument__in=[own, manual, unlisted]).exists()
    assert Price.objects.filter(instrument=world).exists()


def test_without_the_provider_nothing_is_fetched(world: Instrument, settings) -> None:
    settings.MARKET_DATA = ["ecb"]
    assert update_prices(until=FRIDAY).prices == 0


def test_new_prices_raise_the_revision_of_who_watches_them(world: Instrument, alice: User, django_capture_on_commit_callbacks) -> None:
    watching = Portfolio.objects.create(owner=alice, name="A", base_currency="EUR", benchmark=world)
    other = Portfolio.objects.create(owner=alice, name="B", base_currency="EUR")
    news: list[list[Instrument]] = []
    prices_changed.connect(lambda instruments, **_: news.append(instruments), weak=False, dispatch_uid="test")
    with django_capture_on_commit_callbacks(execute=True):
        update_prices(until=FRIDAY)
        update_prices(until=FRIDAY)
    prices_changed.disconnect(dispatch_uid="test")
    assert (revision_of(watching), revision_of(other)) == (2, 1)
    assert [len(instruments) for instruments in news] == [len(LISTINGS)]


def test_simulated_rates_belong_to_the_owners_of_demos(alice: User, bob: User) -> None:
    demo = Portfolio.objects.create(owner=alice, name="Demo", base_currency="EUR", is_demo=True)
    real = Portfolio.objects.create(owner=bob, name="Real", base_currency="EUR")
    added = update_fx_rates(until=FRIDAY)
    assert added == FxRate.objects.filter(owner=alice, source="simulated").count() == FxRate.objects.count() > 0
    assert update_fx_rates(until=FRIDAY) == 0
    assert update_fx_rates(until=MONDAY) == 3
    assert (revision_of(demo), revision_of(real)) == (3, 1)


def test_the_banks_file_becomes_shared_rates_once(alice: User, tmp_path: Path, django_capture_on_commit_callbacks) -> None:
    portfolio = Portfolio.objects.create(owner=alice, name="Real", base_currency="EUR")
    path = tmp_path / "eurofxref-hist.csv"
    path.write_text("Date,USD,QQQ\n2024-01-03,1.0919,7\n2024-01-02,1.0956,7\n")
    news: list[User | None] = []
    fx_rates_changed.connect(lambda owner, **_: news.append(owner), weak=False, dispatch_uid="test")
    with django_capture_on_commit_callbacks(execute=True):
        assert update_fx_rates(until=FRIDAY, provider=EcbFile(path)) == 2
        assert update_fx_rates(until=FRIDAY, provider=EcbFile(path)) == 0
    fx_rates_changed.disconnect(dispatch_uid="test")
    assert set(FxRate.objects.values_list("owner", "quote", "rate", "source")) == {
        (None, "USD", Decimal("1.0919"), "ecb"),
        (None, "USD", Decimal("1.0956"), "ecb"),
    }
    assert revision_of(portfolio) == 2
    assert news == [None]


def test_the_file_in_the_data_folder_is_read_when_the_bank_is_in_use(settings, tmp_path: Path) -> None:
    settings.MARKET_DATA, settings.VAR_DIR = ["ecb"], tmp_path
    assert update_fx_rates(until=FRIDAY) == 0
    (tmp_path / "market").mkdir()
    (tmp_path / "market" / "eurofxref-hist.csv").write_text("Date,USD\n2024-01-02,1.0956\n")
    assert update_fx_rates(until=FRIDAY) == 1


def test_the_task_brings_both_up_to_date_and_may_run_twice(world: Instrument, alice: User) -> None:
    Portfolio.objects.create(owner=alice, name="Demo", base_currency="EUR", is_demo=True)
    update_prices_task.apply(throw=True)
    counts = (Price.objects.count(), FxRate.objects.count())
    assert min(counts) > 0
    update_prices_task.apply(throw=True)
    assert (Price.objects.count(), FxRate.objects.count()) == counts


def test_the_commands_say_what_they_added(world: Instrument, tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    path = tmp_path / "rates.csv"
    path.write_text("Date,USD\n2024-01-02,1.0956\n")
    call_command("update_prices")
    call_command("update_fx_rates", file=path)
    lines = capsys.readouterr().out.splitlines()
    assert lines[0].endswith(f"new prices of {len(LISTINGS)} instruments.")
    assert lines[1] == "1 new exchange rates."
