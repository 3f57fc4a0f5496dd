"""Portfolios and accounts: what is refused, and what goes with them."""

from typing import Any

import pytest

from accounts.models import User
from common.errors import ConflictError, InvalidInputError, NotFoundError, PreconditionError
from portfolio.models import BrokerageAccount, Instrument, Portfolio, Transaction
from portfolio.selectors.access import get_default_portfolio, get_editable_portfolio, get_portfolio, list_portfolios
from portfolio.services.portfolios import create_account, create_portfolio, delete_account, delete_portfolio, rename_account, update_portfolio
from tests.factories_portfolio import AccountFactory, InstrumentFactory, PortfolioFactory, TransactionFactory


@pytest.mark.parametrize(
    ("settings", "field"),
    [
        ({"name": " "}, "name"),
        ({"name": "x" * 101}, "name"),
        ({"name": "a\x00"}, "name"),
        ({"base_currency": "EURO"}, "base_currency"),
        ({"base_currency": "GBX"}, "base_currency"),
        ({"lot_method": "best"}, "lot_method"),
        ({"cash_tracking": "yes"}, "cash_tracking"),
        ({"allow_short": 1}, "allow_short"),
    ],
)
def test_settings_are_checked(alice: User, settings: dict[str, Any], field: str) -> None:
    with pytest.raises(InvalidInputError) as refusal:
        create_portfolio(actor=alice, **({"name": "P", "base_currency": "EUR"} | settings))
    assert refusal.value.detail["field"] == field
    assert not Portfolio.objects.exists()


def test_a_name_is_taken_once_by_each_owner(alice: User, bob: User) -> None:
    create_portfolio(actor=alice, name="P", base_currency="EUR")
    create_portfolio(actor=bob, name="P", base_currency="EUR")
    with pytest.raises(ConflictError) as refusal:
        create_portfolio(actor=alice, name=" P ", base_currency="EUR")
    assert refusal.value.code == "name_taken"


def test_a_benchmark_must_be_visible_to_the_owner(alice: User, bob: User) -> None:
    with pytest.raises(NotFoundError):
        create_portfolio(actor=alice, name="P", base_currency="EUR", benchmark=InstrumentFactory(owner=bob))


def test_a_change_of_nothing_changes_nothing(alice: User) -> None:
    book = PortfolioFactory(owner=alice)
    same = update_portfolio(actor=alice, portfolio=book, name=book.name, cash_tracking=False)
    assert (same.revision, same.version) == (book.revision, book.version)


def test_a_change_of_an_older_version_is_refused(alice: User) -> None:
    book = PortfolioFactory(owner=alice)
    seen = book.version
    update_portfolio(actor=alice, portfolio=book, expected_version=seen, cash_tracking=True)
    with pytest.raises(PreconditionError):
        update_portfolio(actor=alice, portfolio=book, expected_version=seen, cash_tracking=False)
    with pytest.raises(PreconditionError):
        delete_portfolio(actor=alice, portfolio=book, expected_version=seen)


def test_an_unknown_setting_is_refused(alice: User) -> None:
    with pytest.raises(InvalidInputError):
        update_portfolio(actor=alice, portfolio=PortfolioFactory(owner=alice), owner=alice)


def test_a_portfolio_goes_with_its_entries_and_leaves_the_instruments(alice: User) -> None:
    book = PortfolioFactory(owner=alice)
    TransactionFactory(portfolio=book, counter_account=AccountFactory(portfolio=book, name="Other"))
    delete_portfolio(actor=alice, portfolio=book)
    assert (Portfolio.objects.count(), Transaction.objects.count(), BrokerageAccount.objects.count()) == (0, 0, 0)
    assert Instrument.objects.count() == 1


def test_strangers_change_nothing(alice: User, charlie: User) -> None:
    book = PortfolioFactory(owner=alice)
    account = AccountFactory(portfolio=book)
    for act in (
        lambda: update_portfolio(actor=charlie, portfolio=book, name="x"),
        lambda: delete_portfolio(actor=charlie, portfolio=book),
        lambda: create_account(actor=charlie, portfolio=book, name="x"),
        lambda: rename_account(actor=charlie, account=account, name="x"),
        lambda: delete_account(actor=charlie, account=account),
        lambda: get_portfolio(user=charlie, portfolio_id=book.pk),
        lambda: get_editable_portfolio(user=charlie, portfolio_id=str(book.pk)),
        lambda: get_portfolio(user=alice, portfolio_id="nonsense"),
    ):
        with pytest.raises(NotFoundError):
            act()
    assert list(list_portfolios(user=charlie)) == []
    assert get_default_portfolio(user=charlie) is None
    assert get_default_portfolio(user=alice) == book


def test_an_account_in_use_stays_and_keeps_its_entries_under_a_new_name(alice: User) -> None:
    entry = TransactionFactory(portfolio=PortfolioFactory(owner=alice))
    with pytest.raises(ConflictError):
        delete_account(actor=alice, account=entry.account)
    rename_account(actor=alice, account=entry.account, name="Depot")
    entry.refresh_from_db()
    assert entry.account.name == "Depot"
    other = create_account(actor=alice, portfolio=entry.portfolio, name="Other")
    with pytest.raises(ConflictError):
        rename_account(actor=alice, account=other, name="Depot")
    delete_account(actor=alice, account=other)
    assert list(entry.portfolio.accounts.values_list("name", flat=True)) == ["Depot"]
