"""A portfolio of alice with something in it, bob who may be let in, and charlie who may not."""

import datetime as dt
from collections.abc import Callable
from decimal import Decimal
from typing import Any

import pytest
from django.test import Client
from rest_framework.test import APIClient

from accounts.models import User
from portfolio.models import Portfolio, Price, Share
from portfolio.services.sharing import grant_access
from portfolio.services.transactions import TransactionDraft, record_transaction
from tests.factories_portfolio import InstrumentFactory, PortfolioFactory

V1 = "/api/v1"
# A sum that is found nowhere by chance.
QUANTITY, PRICE, CLOSE = Decimal("1234.5"), Decimal("67.89"), Decimal("98.76")
SECRETS = ("1234.5", "1,234.5", "67.89", "98.76", "83810", "83,810", "121919", "121,919", "38109", "38,109")

Grant = Callable[..., Share]


@pytest.fixture
def book(alice: User) -> Portfolio:
    """Alice's portfolio: 1,234.5 units bought at 67.89, worth 98.76 each."""
    book = PortfolioFactory(owner=alice, name="Nest egg")
    house = InstrumentFactory(symbol="HOUSE", name="House fund", owner=alice)
    first = dt.date(2024, 1, 2)
    Price.objects.bulk_create(Price(instrument=house, date=first + dt.timedelta(days=day), close=PRICE + day) for day in range(10))
    Price.objects.create(instrument=house, date=dt.date(2024, 2, 1), close=CLOSE)
    draft = TransactionDraft(kind="buy", trade_date=first, symbol="HOUSE", quantity=QUANTITY, price=PRICE)
    record_transaction(actor=alice, portfolio=book, draft=draft)
    return book


@pytest.fixture
def grant(alice: User, bob: User, book: Portfolio) -> Grant:
    """Let bob in."""

    def act(role: str = "reader", **values: Any) -> Share:
        return grant_access(actor=alice, portfolio=book, **({"email": bob.email} | values), role=role)

    return act


@pytest.fixture
def url(book: Portfolio) -> str:
    return f"{V1}/portfolios/{book.pk}"


def call(user: User | None) -> APIClient:
    client = APIClient()
    if user is not None:
        client.force_authenticate(user)
    return client


def browse(user: User | None) -> Client:
    client = Client()
    if user is not None:
        client.force_login(user)
    return client
