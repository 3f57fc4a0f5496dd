"""Opening, setting up and deleting a portfolio; its accounts."""

from decimal import Decimal
from uuid import uuid4

import pytest
from django.test import Client
from django.urls import reverse

from accounts.models import User
from portfolio.models import BrokerageAccount, Instrument, Portfolio, Transaction
from tests.factories_portfolio import AccountFactory, InstrumentFactory, PortfolioFactory
from tests.portfolio.views.conftest import HTMX, Record, browse, read_events

NEW = "/portfolios/new/"
VALUES = {"name": "Pension", "base_currency": "CHF", "lot_method": "average", "cash_tracking": "on", "benchmark": "ACME"}


def url_of(book: Portfolio, name: str, *more: object) -> str:
    return reverse(f"portfolio:{name}", args=[book.pk, *more])


def test_the_first_portfolio_begins_in_the_person_s_currency(alice: User, page: Client) -> None:
    alice.base_currency = "GBP"
    alice.save()
    answer = page.get(NEW)
    assert "Your first portfolio" in answer.content.decode()
    assert answer.context["form"]["base_currency"].value() == "GBP"


def test_every_lot_method_is_explained(page: Client) -> None:
    methods = page.get(NEW).context["form"].methods
    assert [method["value"] for method in methods] == Portfolio.LotMethod.values
    assert all(method["help"] for method in methods)


def test_a_portfolio_is_opened(alice: User, page: Client, acme: Instrument) -> None:
    answer = page.post(NEW, VALUES)
    book = Portfolio.objects.get()
    assert answer["Location"] == url_of(book, "transactions")
    assert (book.owner, book.name, book.base_currency, book.lot_method) == (alice, "Pension", "CHF", "average")
    assert (book.cash_tracking, book.allow_short, book.benchmark) == (True, False, acme)


@pytest.mark.parametrize(
    ("values", "field", "message"),
    [
        ({"name": ""}, "name", "This field is required."),
        ({"name": "x" * 101}, "name", "at most 100"),
        ({"name": "Savings"}, "name", "is taken already"),
        ({"base_currency": "GBX"}, "base_currency", "not one of the available choices"),
        ({"lot_method": "best"}, "lot_method", "not one of the available choices"),
        ({"benchmark": "NOPE"}, "benchmark", "No instrument of this symbol is known."),
    ],
)
def test_what_is_wrong_stands_beside_its_field(page: Client, book: Portfolio, values: dict[str, str], field: str, message: str) -> None:
    answer = page.post(NEW, {**VALUES, **values})
    assert answer.status_code == 422
    assert message in answer.context["form"].errors[field][0]
    assert message in answer.content.decode()
    assert Portfolio.objects.count() == 1


def test_another_s_private_instrument_is_no_benchmark(bob: User, page: Client) -> None:
    InstrumentFactory(symbol="SECRET", owner=bob)
    assert "benchmark" in page.post(NEW, {**VALUES, "benchmark": "SECRET"}).context["form"].errors


def test_settings_show_what_is_set_and_keep_what_is_changed(page: Client, book: Portfolio, acme: Instrument) -> None:
    url = url_of(book, "settings")
    form = page.get(url).context["form"]
    assert (form["name"].value(), form["lot_method"].value(), form["allow_short"].value()) == ("Savings", "fifo", False)
    answer = page.post(url, {**VALUES, "allow_short": "on"}, follow=True)
    assert "Settings saved." in answer.content.decode()
    book.refresh_from_db()
    assert (book.name, book.base_currency, book.lot_method, book.allow_short, book.benchmark) == ("Pension", "CHF", "average", True, acme)


def test_an_uncommon_currency_stays_when_other_settings_change(alice: User, page: Client) -> None:
    book = PortfolioFactory(owner=alice, base_currency="KWD")
    page.post(url_of(book, "settings"), {"name": "Kuwait", "base_currency": "KWD", "lot_method": "fifo"})
    book.refresh_from_db()
    assert (book.name, book.base_currency) == ("Kuwait", "KWD")


def test_settings_that_the_history_contradicts_are_refused(page: Client, book: Portfolio, record: Record) -> None:
    record(fx_rate=Decimal("0.9"))
    answer = page.post(url_of(book, "settings"), {**VALUES, "benchmark": ""})
    assert answer.status_code == 422
    assert "base_currency" in answer.context["form"].errors
    book.refresh_from_db()
    assert (book.name, book.base_currency) == ("Savings", "EUR")


def test_who_was_slower_overwrites_nothing(page: Client, book: Portfolio, acme: Instrument) -> None:
    url = url_of(book, "settings")
    version = book.version
    page.post(url, {**VALUES, "version": version})
    answer = page.post(url, {**VALUES, "name": "Other", "version": version})
    assert answer.status_code == 422
    assert "changed in the meantime" in answer.content.decode()


def test_a_portfolio_is_deleted_only_by_its_name(page: Client, book: Portfolio, record: Record) -> None:
    record()
    url = url_of(book, "delete")
    assert "1 transaction" in page.get(url).content.decode()
    for name in ("", "savings", "Savings2"):
        assert page.post(url, {"name": name}).status_code == 422
    assert Portfolio.objects.filter(pk=book.pk).exists()
    answer = page.post(url, {"name": "Savings"})
    assert answer["Location"] == reverse("portfolio:dashboard")
    assert not Portfolio.objects.exists()
    assert not Transaction.objects.exists()


def test_an_account_is_added_renamed_and_deleted(page: Client, book: Portfolio) -> None:
    page.post(url_of(book, "account_create"), {"name": "Broker"})
    account = BrokerageAccount.objects.get(portfolio=book)
    page.post(url_of(book, "account_update", account.pk), {"name": "Bank"})
    account.refresh_from_db()
    assert account.name == "Bank"
    answer = page.post(url_of(book, "account_delete", account.pk), headers=HTMX)
    assert read_events(answer)["toast"]["message"] == "Account Bank deleted."
    assert not BrokerageAccount.objects.exists()


@pytest.mark.parametrize("name", ["", "x" * 101, "Broker"])
def test_an_account_needs_a_name_of_its_own(page: Client, book: Portfolio, name: str) -> None:
    AccountFactory(portfolio=book, name="Broker")
    other = AccountFactory(portfolio=book, name="Other")
    for url in (url_of(book, "account_create"), url_of(book, "account_update", other.pk)):
        answer = page.post(url, {"name": name})
        assert answer.status_code == 422
        assert "field-error" in answer.content.decode()
    assert sorted(BrokerageAccount.objects.values_list("name", flat=True)) == ["Broker", "Other"]


def test_an_account_with_transactions_stays(page: Client, book: Portfolio, record: Record) -> None:
    entry = record()
    answer = page.post(url_of(book, "account_delete", entry.account_id), follow=True)
    assert "This account has transactions" in answer.content.decode()
    assert BrokerageAccount.objects.filter(pk=entry.account_id).exists()


def test_another_portfolio_s_account_is_not_found(alice: User, page: Client, book: Portfolio) -> None:
    elsewhere = AccountFactory(portfolio=PortfolioFactory(owner=alice))
    assert page.post(url_of(book, "account_update", elsewhere.pk), {"name": "Mine"}).status_code == 404
    assert page.post(url_of(book, "account_delete", uuid4())).status_code == 404


def test_a_stranger_finds_nothing(charlie: User, book: Portfolio) -> None:
    account = AccountFactory(portfolio=book)
    stranger = browse(charlie)
    for name in ("settings", "delete"):
        assert stranger.get(url_of(book, name)).status_code == 404
        assert stranger.post(url_of(book, name), {**VALUES, "name": "Savings"}).status_code == 404
    for url in (url_of(book, "account_create"), url_of(book, "account_update", account.pk), url_of(book, "account_delete", account.pk)):
        assert stranger.post(url, {"name": "Mine"}).status_code == 404
    book.refresh_from_db()
    account.refresh_from_db()
    assert (book.name, account.name) == ("Savings", "Main")


def test_who_is_not_signed_in_is_led_to_the_sign_in(book: Portfolio) -> None:
    nobody = browse(None)
    for url in (NEW, url_of(book, "settings"), url_of(book, "delete")):
        assert nobody.get(url)["Location"].startswith("/login/?next=")
        assert nobody.post(url, {"name": "Savings"}).status_code == 302
    assert Portfolio.objects.filter(pk=book.pk).exists()
