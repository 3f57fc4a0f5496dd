"""Many at once, on the real database: each fact once, each share sold once.

The threads meet at a barrier, so that they really are at it together. Every round is a race of its own.
"""

from collections import Counter
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from decimal import Decimal
from threading import Barrier, Event
from typing import Any

import pytest
from django.db import connection, transaction
from rest_framework.test import APIClient

from accounts.models import User
from accounts.services.idempotency import claim_key
from portfolio.models import ImportBatch, Instrument, Portfolio, Transaction
from portfolio.services.prices import record_prices
from portfolio.services.transactions import TransactionDraft, record_transaction
from tests.factories import UserFactory
from tests.factories_portfolio import FIRST_DAY, InstrumentFactory, PortfolioFactory, TransactionFactory

pytestmark = pytest.mark.django_db(transaction=True)

V1 = "/api/v1"
BUY = {"kind": "buy", "symbol": "ACME", "trade_date": "2024-03-01", "quantity": "1", "price": "100"}


def race(count: int, act: Callable[[int], Any]) -> list[Any]:
    """Run the act in `count` threads that start together; return their results in order."""
    barrier = Barrier(count)

    def run(number: int) -> Any:
        try:
            barrier.wait(timeout=30)
            return act(number)
        finally:
            connection.close()

    with ThreadPoolExecutor(count) as pool:
        return list(pool.map(run, range(count)))


def client_of(user: User) -> APIClient:
    client = APIClient()
    client.force_authenticate(user)
    return client


@pytest.fixture
def book() -> Portfolio:
    InstrumentFactory(symbol="ACME")
    return PortfolioFactory(owner=UserFactory())


@pytest.fixture
def url(book: Portfolio) -> str:
    return f"{V1}/portfolios/{book.pk}"


@pytest.mark.parametrize("round_number", range(5))
def test_the_last_share_is_sold_once(book: Portfolio, url: str, round_number: int) -> None:
    client_of(book.owner).post(f"{url}/transactions", BUY)
    sale = {**BUY, "kind": "sell", "trade_date": "2024-03-02"}
    answers = race(12, lambda _: client_of(book.owner).post(f"{url}/transactions", sale))
    assert Counter(answer.status_code for answer in answers) == {201: 1, 409: 11}
    assert {answer.json()["code"] for answer in answers if answer.status_code == 409} == {"oversold"}
    assert Transaction.objects.filter(kind="sell").count() == 1


def test_one_key_makes_one_entry(book: Portfolio, url: str) -> None:
    headers = {"Idempotency-Key": "the-same"}
    answers = race(12, lambda _: client_of(book.owner).post(f"{url}/transactions", BUY, headers=headers))
    assert Transaction.objects.count() == 1
    made = {answer.json()["id"] for answer in answers if answer.status_code == 201}
    assert len(made) == 1
    assert {answer.json()["code"] for answer in answers if answer.status_code != 201} <= {"idempotency_in_flight"}


def test_a_key_that_is_still_worked_on_is_told_so(book: Portfolio, url: str) -> None:
    claimed, finished = Event(), Event()

    def hold() -> None:
        with transaction.atomic():
            claim_key(user=book.owner, key="busy", path=f"{url}/transactions", request_hash="x")
            claimed.set()
            finished.wait(timeout=30)
        connection.close()

    with ThreadPoolExecutor(1) as pool:
        held = pool.submit(hold)
        assert claimed.wait(timeout=30)
        busy = client_of(book.owner).post(f"{url}/transactions", BUY, headers={"Idempotency-Key": "busy"})
        finished.set()
        held.result()
    assert (busy.status_code, busy.json()["code"]) == (409, "idempotency_in_flight")
    assert client_of(book.owner).post(f"{url}/transactions", BUY, headers={"Idempotency-Key": "busy"}).status_code == 201


def test_one_version_is_changed_once(book: Portfolio, url: str) -> None:
    created = client_of(book.owner).post(f"{url}/transactions", BUY)
    headers = {"If-Match": created["ETag"]}
    answers = race(12, lambda number: client_of(book.owner).patch(created["Location"], {"note": f"edit {number}"}, headers=headers))
    assert Counter(answer.status_code for answer in answers) == {200: 1, 412: 11}
    winner = next(answer.json()["note"] for answer in answers if answer.status_code == 200)
    assert Transaction.objects.get().note == winner


def test_one_file_imported_by_many_is_there_once_with_its_twins(book: Portfolio, url: str) -> None:
    lines = [f"2024-03-{day:02d},buy,NEWCO,1,{day},EUR" for day in range(1, 29)]
    twins = ["2024-04-01,buy,NEWCO,5,7,EUR"] * 2
    content = "\n".join(["date,type,symbol,quantity,price,currency", *lines, *twins]).encode()
    answers = race(6, lambda _: client_of(book.owner).post(f"{url}/imports?create_instruments=1", content, content_type="text/csv"))
    assert Counter(answer.status_code for answer in answers) == {201: 1, 200: 5}
    assert sum(answer.json()["created"] for answer in answers) == 30
    assert Transaction.objects.count() == 30
    assert Transaction.objects.filter(quantity=5).count() == 2
    assert (Instrument.objects.filter(symbol="NEWCO").count(), ImportBatch.objects.count()) == (1, 6)


def test_sequence_numbers_and_revisions_are_never_given_twice(book: Portfolio) -> None:
    entry = TransactionDraft(kind="deposit", trade_date=FIRST_DAY, amount=Decimal(10))
    race(10, lambda _: record_transaction(actor=book.owner, portfolio=book, draft=entry))
    book.refresh_from_db()
    assert sorted(Transaction.objects.values_list("sequence", flat=True)) == list(range(1, 11))
    assert (book.next_sequence, book.revision) == (11, 11)


def test_writers_of_prices_and_of_entries_do_not_block_each_other_for_ever(book: Portfolio) -> None:
    one, two = InstrumentFactory(owner=book.owner), InstrumentFactory(owner=book.owner)
    other = PortfolioFactory(owner=book.owner)
    for portfolio in (book, other):
        for instrument in (one, two):
            TransactionFactory(portfolio=portfolio, instrument=instrument)

    def write(number: int) -> None:
        if number % 2:
            record_prices(actor=book.owner, instrument=(one, two)[number % 4 // 2], rows=[(FIRST_DAY, Decimal(number))])
        else:
            entry = TransactionDraft(
                kind="buy", trade_date=FIRST_DAY, symbol=(one, two)[number % 4 // 2].symbol, quantity=Decimal(1), price=Decimal(1)
            )
            record_transaction(actor=book.owner, portfolio=(book, other)[number % 3 % 2], draft=entry)

    race(12, write)
    assert Transaction.objects.count() == 4 + 6
    assert sum(Portfolio.objects.values_list("revision", flat=True)) == 2 + 6 + 6 * 2
