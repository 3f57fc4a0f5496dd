"""The list of transactions; deleting and restoring."""

import datetime as dt
from decimal import Decimal
from uuid import uuid4

import pytest
from django.test import Client
from django.urls import reverse

from accounts.models import User
from portfolio.models import Portfolio, Transaction
from portfolio.selectors.ledger_pages import PAGE_SIZE
from tests.factories_portfolio import PortfolioFactory, TransactionFactory
from tests.portfolio.views.conftest import HTMX, Record, browse, count_queries, read_events


@pytest.fixture
def url(book: Portfolio) -> str:
    return reverse("portfolio:transactions", args=[book.pk])


def address(entry: Transaction, act: str) -> str:
    return reverse(f"portfolio:transaction_{act}", args=[entry.portfolio_id, entry.pk])


def test_an_empty_ledger_says_how_to_begin(page: Client, url: str) -> None:
    text = page.get(url).content.decode()
    assert "No transactions yet" in text
    assert "Add a transaction" in text
    assert "Import a file" in text


def test_entries_stand_under_their_day_with_their_cash(page: Client, url: str, record: Record) -> None:
    record(fee=Decimal("4.95"), note="first purchase")
    record("dividend", symbol="ACME", amount=Decimal(20), tax=Decimal(5), trade_date=dt.date(2024, 6, 3))
    record("deposit", amount=Decimal(500), account="Bank", trade_date=dt.date(2024, 6, 3))
    text = page.get(url).content.decode()
    assert text.index("June 3, 2024") < text.index("March 4, 2024")
    assert text.count("ledger-day") == 2
    assert "\u2212$1,004.95" in text
    assert "+$15.00" in text
    assert "+€500.00" in text
    assert "first purchase" in text
    assert "Bank" in text


@pytest.mark.parametrize(
    ("query", "found"),
    [
        ("kind=dividend", {"dividend"}),
        ("symbol=ACME&kind=buy", {"buy"}),
        ("account=Bank", {"deposit"}),
        ("from=2024-06-01", {"dividend", "deposit"}),
        ("to=2024-05-31", {"buy"}),
        ("text=purchase", {"buy"}),
        ("text=corporation", {"buy", "dividend"}),
        ("text=zzz", set()),
        ("from=nonsense", {"buy", "dividend", "deposit"}),
        ("kind=nonsense", {"buy", "dividend", "deposit"}),
    ],
)
def test_filters_are_in_the_address(page: Client, url: str, record: Record, query: str, found: set[str]) -> None:
    record(note="first purchase")
    record("dividend", symbol="ACME", amount=Decimal(20), trade_date=dt.date(2024, 6, 3))
    record("deposit", amount=Decimal(500), account="Bank", trade_date=dt.date(2024, 6, 4))
    context = page.get(f"{url}?{query}").context
    shown = {row.entry.kind for day in context["ledger"].days for row in day.rows}
    assert shown == found
    assert context["total"] == len(found)


def test_a_filter_that_cannot_be_read_says_so(page: Client, url: str, record: Record) -> None:
    record()
    assert "Write a date like 2026-03-31." in page.get(f"{url}?from=nonsense").content.decode()
    assert "This is before the first day." in page.get(f"{url}?from=2024-02-01&to=2024-01-01").content.decode()


def test_nothing_found_offers_to_clear_the_filters(page: Client, url: str, record: Record) -> None:
    record()
    text = page.get(f"{url}?text=zzz").content.decode()
    assert "Nothing matches" in text
    assert "Clear the filters" in text


def test_htmx_gets_the_list_alone_and_a_clean_address(page: Client, url: str, record: Record) -> None:
    record()
    answer = page.get(f"{url}?text=acme&kind=&from=", headers={**HTMX, "HX-Target": "ledger"})
    assert b"<html" not in answer.content
    assert b'id="ledger-count"' in answer.content
    assert answer["HX-Replace-Url"] == f"{url}?text=acme"


def test_pages_follow_each_other_without_gap_or_repetition(page: Client, url: str, book: Portfolio) -> None:
    for number in range(PAGE_SIZE + 7):
        TransactionFactory(
            portfolio=book, kind="deposit", instrument=None, amount=Decimal(1), trade_date=dt.date(2024, 1, 1) + dt.timedelta(days=number // 20)
        )
    first = page.get(url).context["ledger"]
    answer = page.get(f"{url}?after={first.next_cursor}", headers=HTMX)
    second = answer.context["ledger"]
    numbers = [row.entry.sequence for ledger in (first, second) for day in ledger.days for row in day.rows]
    assert sorted(numbers, reverse=True) == list(range(PAGE_SIZE + 7, 0, -1))
    assert numbers == sorted(numbers, reverse=True)
    assert second.next_cursor == ""
    assert second.days[0].continued
    assert answer.content.count(b"ledger-day") == 0 + sum(not day.continued for day in second.days)


def test_a_cursor_that_cannot_be_read_brings_the_first_page(page: Client, url: str, record: Record) -> None:
    record()
    for cursor in ("x", "2024-01-01", "2024-01-01.y", "9" * 400):
        assert page.get(f"{url}?after={cursor}").context["ledger"].days != ()


def test_a_longer_list_takes_no_more_queries(page: Client, url: str, book: Portfolio) -> None:
    TransactionFactory(portfolio=book)
    page.get(url)
    few = count_queries(page, url)
    for number in range(30):
        TransactionFactory(portfolio=book, account__name=f"Account {number}")
    assert count_queries(page, url) == few


def test_deleting_offers_to_undo_it(page: Client, url: str, record: Record) -> None:
    entry = record()
    answer = page.post(address(entry, "delete"), headers=HTMX)
    assert answer.status_code == 204
    events = read_events(answer)
    assert events["toast"] == {"message": "Buy of ACME deleted.", "level": "success", "undo": address(entry, "restore")}
    assert events["ledgerChanged"] is True
    assert not Transaction.objects.filter(pk=entry.pk).exists()


def test_a_deleted_entry_comes_back_as_it_was(page: Client, url: str, record: Record) -> None:
    entry = record(fee=Decimal("1.5"), note="keep me", external_id="X-1")
    before = Transaction.objects.values().get(pk=entry.pk)
    page.post(address(entry, "delete"))
    answer = page.post(address(entry, "restore"), follow=True)
    assert "Buy of ACME restored." in answer.content.decode()
    after = Transaction.objects.values().get(pk=entry.pk)
    changing = {"created_at", "updated_at"}
    assert {name: value for name, value in after.items() if name not in changing} == {
        name: value for name, value in before.items() if name not in changing
    }


def test_without_script_the_message_carries_the_undo_button(page: Client, url: str, record: Record) -> None:
    entry = record()
    text = page.post(address(entry, "delete"), follow=True).content.decode()
    assert "Buy of ACME deleted." in text
    assert f'action="{address(entry, "restore")}"' in text


def test_undoing_twice_says_that_it_is_back_already(page: Client, record: Record) -> None:
    entry = record()
    page.post(address(entry, "delete"))
    page.post(address(entry, "restore"))
    answer = page.post(address(entry, "restore"), headers=HTMX)
    assert read_events(answer)["toast"]["level"] == "error"
    assert Transaction.objects.filter(pk=entry.pk).count() == 1


def test_only_the_session_that_deleted_can_undo(page: Client, alice: User, record: Record) -> None:
    entry = record()
    page.post(address(entry, "delete"))
    assert browse(alice).post(address(entry, "restore")).status_code == 404


def test_an_entry_that_others_depend_on_stays(page: Client, record: Record) -> None:
    bought = record()
    record("sell", trade_date=dt.date(2024, 4, 1))
    answer = page.post(address(bought, "delete"), headers=HTMX)
    toast = read_events(answer)["toast"]
    assert toast["level"] == "error"
    assert "only 0 ACME would be held" in toast["message"]
    assert "ledgerChanged" not in read_events(answer)
    assert Transaction.objects.filter(pk=bought.pk).exists()


def test_both_legs_of_a_transfer_go_and_come_back(page: Client, record: Record) -> None:
    record()
    moved = record("transfer_out", symbol="ACME", quantity=Decimal(4), account="Main", counter_account="Other", trade_date=dt.date(2024, 4, 1))
    page.post(address(moved, "delete"))
    assert Transaction.objects.count() == 1
    page.post(address(moved, "restore"))
    assert set(Transaction.objects.values_list("kind", flat=True)) == {"buy", "transfer_out", "transfer_in"}


@pytest.mark.parametrize("act", ["delete", "restore"])
def test_deleting_and_restoring_need_a_post(page: Client, record: Record, act: str) -> None:
    assert page.get(address(record(), act)).status_code == 405


def test_a_stranger_sees_nothing(charlie: User, url: str, record: Record) -> None:
    entry = record()
    stranger = browse(charlie)
    assert stranger.get(url).status_code == 404
    assert stranger.post(address(entry, "delete")).status_code == 404
    assert stranger.post(address(entry, "restore")).status_code == 404
    assert Transaction.objects.filter(pk=entry.pk).exists()


def test_another_portfolio_s_entry_is_not_found_under_one_s_own(charlie: User, record: Record) -> None:
    entry = record()
    own = PortfolioFactory(owner=charlie)
    answer = browse(charlie).post(reverse("portfolio:transaction_delete", args=[own.pk, entry.pk]))
    assert answer.status_code == 404
    assert Transaction.objects.filter(pk=entry.pk).exists()


def test_who_is_not_signed_in_is_led_to_the_sign_in(db: None, url: str, record: Record) -> None:
    entry = record()
    for answer in (browse(None).get(url), browse(None).post(address(entry, "delete"))):
        assert answer.status_code == 302
        assert answer["Location"].startswith("/login/?next=/portfolios/")
    assert Transaction.objects.filter(pk=entry.pk).exists()


def test_what_does_not_exist_is_not_found(page: Client, book: Portfolio) -> None:
    assert page.get(reverse("portfolio:transactions", args=[uuid4()])).status_code == 404
    assert page.post(reverse("portfolio:transaction_delete", args=[book.pk, uuid4()])).status_code == 404
