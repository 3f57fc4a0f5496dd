"""Callers of the API."""

from collections.abc import Callable
from typing import Any

import pytest
from rest_framework.test import APIClient

from accounts.models import User
from portfolio.models import Instrument, Portfolio
from tests.factories_portfolio import InstrumentFactory, PortfolioFactory

V1 = "/api/v1"


@pytest.fixture
def call() -> Callable[[User], APIClient]:
    """Return a client that is signed in as the person."""

    def client_of(user: User, **options: Any) -> APIClient:
        client = APIClient(**options)
        client.force_authenticate(user)
        return client

    return client_of


@pytest.fixture
def api(alice: User, call: Callable[[User], APIClient]) -> APIClient:
    """Alice's client."""
    return call(alice)


@pytest.fixture
def acme(alice: User) -> Instrument:
    return InstrumentFactory(symbol="ACME")


@pytest.fixture
def book(alice: User, acme: Instrument) -> Portfolio:
    """Alice's portfolio."""
    return PortfolioFactory(owner=alice, name="Long term")


@pytest.fixture
def url(book: Portfolio) -> str:
    """The address of Alice's portfolio."""
    return f"{V1}/portfolios/{book.pk}"
