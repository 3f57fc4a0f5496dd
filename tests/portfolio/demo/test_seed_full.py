"""Load-test data of any size: valid, reproducible, and only when it was asked for."""

import json

import pytest
from django.core.management import CommandError, call_command

from accounts.models import User
from portfolio.models import Portfolio, Price, Transaction
from portfolio.services.ledger import check_instruments

pytestmark = pytest.mark.django_db
SIZE = {"users": 2, "portfolios": 2, "transactions": 150, "large": [400], "yes": True}


def seed(**options: object) -> None:
    call_command("seed_full", **{**SIZE, **options})


def ledger() -> list[tuple[object, ...]]:
    rows = Transaction.objects.order_by("portfolio__owner__email", "portfolio__name", "sequence")
    return list(rows.values_list("portfolio__name", "kind", "instrument__symbol", "trade_date", "quantity", "price", "amount"))


def test_the_wanted_numbers_are_there(capsys: pytest.CaptureFixture[str]) -> None:
    seed(json=True)
    report = json.loads(capsys.readouterr().out)
    assert (User.objects.count(), Portfolio.objects.count(), Transaction.objects.count()) == (2, 5, 1000)
    assert (report["users"], report["portfolios"], report["transactions"]) == (2, 5, 1000)
    assert report["prices"] == Price.objects.count()
    assert Price.objects.values("instrument").distinct().count() == 20
    assert User.objects.get(email="load0001@example.com").check_password(report["password"])
    assert set(Transaction.objects.order_by().values_list("kind", flat=True)) == {"buy", "sell", "dividend"}


def test_every_history_passes_the_check_of_the_services() -> None:
    seed()
    for portfolio in Portfolio.objects.all():
        check_instruments(portfolio, Transaction.objects.filter(portfolio=portfolio).values_list("instrument", flat=True).distinct())
        assert portfolio.next_sequence == portfolio.transactions.count() + 1


def test_the_seed_decides_the_ledgers() -> None:
    seed()
    first = ledger()
    for again, same in ((1, True), (2, False)):
        Transaction.objects.all().delete()
        Portfolio.objects.all().delete()
        User.objects.all().delete()
        seed(seed=again)
        assert (ledger() == first) is same


def test_a_second_run_is_refused() -> None:
    seed()
    with pytest.raises(CommandError) as refusal:
        seed()
    assert refusal.value.returncode == 1
    assert Transaction.objects.count() == 1000


def test_a_trial_run_changes_nothing(capsys: pytest.CaptureFixture[str]) -> None:
    seed(dry_run=True)
    assert "Would create 2 test users and 1000 transactions" in capsys.readouterr().out
    assert not User.objects.exists()


def test_without_confirmation_nothing_happens(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("sys.stdin.isatty", lambda: False, raising=False)
    with pytest.raises(CommandError) as refusal:
        seed(yes=False)
    assert refusal.value.returncode == 4
    assert not User.objects.exists()


def test_without_simulated_prices_it_is_refused(settings) -> None:
    settings.MARKET_DATA = ["ecb"]
    with pytest.raises(CommandError) as refusal:
        seed()
    assert refusal.value.returncode == 3


@pytest.mark.parametrize("size", ["0", "-1", "many"])
def test_a_size_is_a_whole_number(size: str) -> None:
    with pytest.raises(CommandError) as refusal:
        call_command("seed_full", f"--users={size}", "--yes")
    assert refusal.value.returncode == 2
