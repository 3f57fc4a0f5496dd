"""Alice lets bob in, charlie never."""

import datetime as dt
from decimal import Decimal
from typing import Any

import pytest
import time_machine
from django.utils import timezone

from accounts.models import User
from common.errors import ConflictError, InvalidInputError, NotAllowedError, NotFoundError
from portfolio.models import Instrument, Portfolio, Share, Transaction
from portfolio.selectors.access import get_editable_portfolio, get_managed_portfolio, get_portfolio, list_portfolios
from portfolio.services.portfolios import create_account, delete_portfolio, update_portfolio
from portfolio.services.sharing import change_grant, grant_access, note_look, revoke_access
from portfolio.services.transactions import TransactionDraft, record_transaction
from tests.factories import UserFactory
from tests.factories_portfolio import InstrumentFactory
from tests.portfolio.sharing.conftest import Grant, browse, call

DRAFT = TransactionDraft(kind="buy", trade_date=dt.date(2024, 3, 1), symbol="HOUSE", quantity=Decimal(1), price=Decimal(70))


def test_without_a_grant_nobody_sees_it(book: Portfolio, bob: User, charlie: User) -> None:
    for person in (bob, charlie):
        assert not list_portfolios(user=person).exists()
        with pytest.raises(NotFoundError):
            get_portfolio(user=person, portfolio_id=book.pk)


def test_a_reader_sees_it_and_changes_nothing(book: Portfolio, bob: User, charlie: User, grant: Grant) -> None:
    grant("reader")
    found = get_portfolio(user=bob, portfolio_id=book.pk)
    assert (found.is_own, found.is_editable, found.shows_amounts, found.owner_name) == (False, False, True, "Alice")
    with pytest.raises(NotAllowedError):
        get_editable_portfolio(user=bob, portfolio_id=book.pk)
    with pytest.raises(NotAllowedError):
        record_transaction(actor=bob, portfolio=found, draft=DRAFT)
    with pytest.raises(NotFoundError):
        record_transaction(actor=charlie, portfolio=found, draft=DRAFT)
    assert Transaction.objects.count() == 1


def test_an_editor_records_and_sets_nothing_up(book: Portfolio, bob: User, grant: Grant) -> None:
    share = grant("editor")
    found = get_editable_portfolio(user=bob, portfolio_id=book.pk)
    entry = record_transaction(actor=bob, portfolio=found, draft=DRAFT)
    assert entry.portfolio_id == book.pk
    with pytest.raises(NotAllowedError):
        get_managed_portfolio(user=bob, portfolio_id=book.pk)
    for act in (
        lambda: update_portfolio(actor=bob, portfolio=found, name="Mine"),
        lambda: delete_portfolio(actor=bob, portfolio=found),
        lambda: create_account(actor=bob, portfolio=found, name="Depot"),
        lambda: grant_access(actor=bob, portfolio=found, email="x@example.com", role="reader"),
        lambda: change_grant(actor=bob, share=share, role="reader"),
        lambda: revoke_access(actor=bob, share=share),
    ):
        with pytest.raises(NotAllowedError):
            act()


def test_an_editor_means_the_owners_instruments(book: Portfolio, bob: User, grant: Grant) -> None:
    grant("editor")
    own = InstrumentFactory(symbol="HOUSE", owner=bob)
    entry = record_transaction(actor=bob, portfolio=get_editable_portfolio(user=bob, portfolio_id=book.pk), draft=DRAFT)
    assert entry.instrument is not None
    assert (entry.instrument.owner_id, own.pk != entry.instrument_id) == (book.owner_id, True)


def test_what_an_editor_imports_makes_instruments_of_the_owner(book: Portfolio, bob: User, grant: Grant, url: str) -> None:
    grant("editor")
    lines = b"date,type,symbol,quantity,price,currency\n2024-03-04,buy,FRESH,1,10,EUR\n"
    answer = call(bob).post(f"{url}/imports?create_instruments=1", lines, content_type="text/csv")
    assert answer.status_code == 201, answer.content
    assert Instrument.objects.get(symbol="FRESH").owner_id == book.owner_id


def test_revoking_and_changing_hold_from_the_next_request(alice: User, bob: User, grant: Grant, url: str) -> None:
    share, client = grant("editor"), call(bob)
    assert client.patch(url, {"name": "Mine"}).status_code == 403
    assert client.get(f"{url}/transactions").status_code == 200
    change_grant(actor=alice, share=share, role="percentages")
    assert client.get(f"{url}/transactions").status_code == 403
    revoke_access(actor=alice, share=share)
    assert client.get(f"{url}/transactions").status_code == 404
    assert client.get("/api/v1/portfolios").json()["results"] == []


def test_an_expired_grant_is_none(alice: User, bob: User, book: Portfolio, grant: Grant) -> None:
    share = grant(expires_at=timezone.now() + dt.timedelta(hours=1))
    assert list_portfolios(user=bob).count() == 1
    with time_machine.travel(timezone.now() + dt.timedelta(hours=2), tick=False):
        assert not list_portfolios(user=bob).exists()
        assert Share.objects.get().state == "expired"
        renewed = grant("editor")
        assert (renewed.pk, list_portfolios(user=bob).count()) == (share.pk, 1)


def test_an_address_without_an_account_gets_the_same_answer(alice: User, book: Portfolio, bob: User) -> None:
    known = grant_access(actor=alice, portfolio=book, email="BOB@example.com ", role="reader")
    unknown = grant_access(actor=alice, portfolio=book, email="nobody@example.com", role="reader")
    assert [known.email, known.state, known.user] == ["bob@example.com", "pending", None]
    assert [unknown.state, unknown.user] == ["pending", None]


def test_a_pending_grant_becomes_live_with_the_account(alice: User, book: Portfolio) -> None:
    share = grant_access(actor=alice, portfolio=book, email="late@example.com", role="reader")
    late = UserFactory(email="late@example.com")
    assert call(late).get(f"/api/v1/portfolios/{book.pk}").status_code == 200
    share.refresh_from_db()
    assert (share.user, share.state, share.look_count) == (late, "active", 1)


def test_a_grant_nobody_looked_at_ends_after_thirty_days(alice: User, bob: User, book: Portfolio, grant: Grant) -> None:
    share = grant()
    Share.objects.update(created_at=timezone.now() - dt.timedelta(days=30))
    share.refresh_from_db()
    assert share.state == "expired"
    assert not list_portfolios(user=bob).exists()


def test_after_the_first_look_a_grant_follows_the_account(alice: User, bob: User, book: Portfolio, grant: Grant) -> None:
    grant()
    note_look(actor=bob, portfolio=get_portfolio(user=bob, portfolio_id=book.pk))
    User.objects.filter(pk=bob.pk).update(email="robert@example.com")
    bob.refresh_from_db()
    other = UserFactory(email="bob@example.com")
    assert list_portfolios(user=bob).count() == 1
    assert not list_portfolios(user=other).exists()


def test_pages_that_are_clicked_through_are_one_visit(bob: User, book: Portfolio, grant: Grant) -> None:
    share, page = grant(), browse(bob)
    for _ in range(3):
        assert page.get(f"/portfolios/{book.pk}/").status_code == 200
    share.refresh_from_db()
    assert share.look_count == 1


def test_ones_own_address_and_a_second_grant_are_refused(alice: User, book: Portfolio, grant: Grant) -> None:
    with pytest.raises(InvalidInputError):
        grant_access(actor=alice, portfolio=book, email="alice@example.com", role="reader")
    grant()
    with pytest.raises(ConflictError):
        grant("editor")


@pytest.mark.parametrize(
    ("wanted", "field"),
    [
        ({"email": "not an address"}, "email"),
        ({"email": ""}, "email"),
        ({"email": "a\x00b@example.com"}, "email"),
        ({"role": "owner"}, "role"),
        ({"expires_at": dt.datetime(2001, 1, 1, tzinfo=dt.UTC)}, "expires_at"),
    ],
)
def test_what_cannot_be_meant_is_refused_by_name(alice: User, book: Portfolio, wanted: dict[str, Any], field: str) -> None:
    with pytest.raises(InvalidInputError) as refused:
        grant_access(actor=alice, portfolio=book, **({"email": "dora@example.com", "role": "reader"} | wanted))
    assert refused.value.detail["field"] == field


def test_the_owners_figures_cost_no_query_more(alice: User, book: Portfolio, django_assert_num_queries) -> None:
    with django_assert_num_queries(1):
        get_portfolio(user=alice, portfolio_id=book.pk)
    with django_assert_num_queries(1):
        list(list_portfolios(user=alice))


def test_of_two_grants_an_editing_one_wins_and_else_the_narrower(alice: User, bob: User, book: Portfolio, grant: Grant) -> None:
    """By two addresses: bound to his account by the first, offered to his present one by the second."""
    grant("percentages")
    note_look(actor=bob, portfolio=get_portfolio(user=bob, portfolio_id=book.pk))
    User.objects.filter(pk=bob.pk).update(email="robert@example.com")
    bob.refresh_from_db()
    grant("reader", email="robert@example.com")
    assert not get_portfolio(user=bob, portfolio_id=book.pk).shows_amounts
    change_grant(actor=alice, share=Share.objects.get(email="robert@example.com"), role="editor")
    assert get_editable_portfolio(user=bob, portfolio_id=book.pk).shows_amounts


def test_a_change_by_somebody_whose_grant_is_gone_is_refused(alice: User, bob: User, book: Portfolio, grant: Grant) -> None:
    """He read the portfolio before, and writes after."""
    share = grant("editor")
    found = get_editable_portfolio(user=bob, portfolio_id=book.pk)
    revoke_access(actor=alice, share=share)
    with pytest.raises(NotFoundError):
        record_transaction(actor=bob, portfolio=found, draft=DRAFT)
