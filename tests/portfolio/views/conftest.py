"""A portfolio of alice, and browsers."""

import datetime as dt
import json
from collections.abc import Callable
from decimal import Decimal
from typing import Any

import pytest
from django.db import connection
from django.http import HttpResponse
from django.test import Client
from django.test.utils import CaptureQueriesContext

from accounts.models import User
from portfolio.models import Instrument, Portfolio, Transaction
from portfolio.services.transactions import TransactionDraft, record_transaction
from tests.factories_portfolio import InstrumentFactory, PortfolioFactory

HTMX = {"HX-Request": "true"}
Record = Callable[..., Transaction]


def browse(user: User | None) -> Client:
    """Return a browser in which the user is signed in, or nobody."""
    client = Client()
    if user is not None:
        client.force_login(user)
    return client


def read_events(response: HttpResponse) -> dict[str, Any]:
    """Return what HX-Trigger tells the page."""
    return json.loads(response.headers.get("HX-Trigger", "{}"))


def count_queries(client: Client, url: str) -> int:
    """Return how often a GET of the address asks the database."""
    with CaptureQueriesContext(connection) as queries:
        client.get(url)
    return len(queries)


@pytest.fixture
def acme(db: None) -> Instrument:
    return InstrumentFactory(symbol="ACME", name="Acme Corporation", currency="USD")


@pytest.fixture
def book(alice: User, acme: Instrument) -> Portfolio:
    return PortfolioFactory(owner=alice, name="Savings")


@pytest.fixture
def page(alice: User) -> Client:
    """Alice's browser."""
    return browse(alice)


@pytest.fixture
def record(book: Portfolio) -> Record:
    def act(kind: str = "buy", **values: Any) -> Transaction:
        facts: dict[str, Any] = {"kind": kind, "trade_date": dt.date(2024, 3, 4)}
        if kind in {"buy", "sell"}:
            facts |= {"symbol": "ACME", "quantity": Decimal(10), "price": Decimal(100)}
        return record_transaction(actor=book.owner, portfolio=book, draft=TransactionDraft(**(facts | values)))

    return act
