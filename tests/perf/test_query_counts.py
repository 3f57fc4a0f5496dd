"""How many queries each endpoint makes: the same for little and for much data, and no more than it did.

The numbers are in query_counts.json; an N+1 shows as a difference there. After a change that is meant:
UPDATE_QUERY_COUNTS=1 make test, and look at what the file says now.
"""

import datetime as dt
import json
import os
from collections.abc import Callable
from decimal import Decimal
from pathlib import Path
from typing import Any

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext
from rest_framework.test import APIClient

from accounts.models import User
from portfolio.models import Portfolio, Price
from portfolio.selectors.cache import forget_everything
from tests.factories_portfolio import AccountFactory, InstrumentFactory, PortfolioFactory, TransactionFactory

BASELINE = Path(__file__).with_name("query_counts.json")
V1 = "/api/v1"
DAY = dt.date(2024, 1, 2)
CSV = "date,type,symbol,quantity,price\n"

READS = {
    "instruments": f"{V1}/instruments",
    "instrument": f"{V1}/instruments/A0",
    "prices": f"{V1}/instruments/A0/prices",
    "quote": f"{V1}/instruments/A0/quote",
    "fx-rates": f"{V1}/fx-rates",
    "portfolios": f"{V1}/portfolios",
    "portfolio": "{url}",
    "accounts": "{url}/accounts",
    "transactions": "{url}/transactions",
    "transaction": "{entry}",
    "imports": "{url}/imports",
    "holdings": "{url}/holdings?as_of=2024-03-01",
    "performance": "{url}/performance?to=2024-03-01",
    "lots": "{url}/lots?as_of=2024-03-01",
    "allocation": "{url}/allocation?as_of=2024-03-01",
    "export csv": "{url}/export?format=csv",
    "export json": "{url}/export?format=json",
}
WRITES: dict[str, tuple[str, str, Any]] = {
    "record": ("post", "{url}/transactions", {"kind": "buy", "symbol": "A0", "trade_date": "2024-02-01", "quantity": "1", "price": "1"}),
    "change": ("patch", "{entry}", {"note": "x"}),
    "delete": ("delete", "{entry}", None),
    "write prices": ("post", f"{V1}/instruments/OWN/prices", [{"date": "2024-02-01", "close": "7"}]),
    "write rates": ("post", f"{V1}/fx-rates", [{"date": "2024-02-01", "base": "EUR", "quote": "USD", "rate": "1.2"}]),
}


def fill(user: User, size: int) -> tuple[Portfolio, str]:
    """Make a portfolio of `size` instruments with four entries and ten closes each; return it and the address of an entry."""
    book = PortfolioFactory(owner=user)
    for number in range(1, size):
        PortfolioFactory(owner=user)
        AccountFactory(portfolio=book, name=f"Depot {number}")
    InstrumentFactory(symbol="OWN", owner=user)
    entry = None
    for number in range(size):
        instrument = InstrumentFactory(symbol=f"A{number}")
        Price.objects.bulk_create(Price(instrument=instrument, date=DAY + dt.timedelta(days=day), close=Decimal(100 + day)) for day in range(10))
        for day in range(4):
            entry = TransactionFactory(portfolio=book, instrument=instrument, trade_date=DAY + dt.timedelta(days=day))
    assert entry is not None
    return book, f"{V1}/portfolios/{book.pk}/transactions/{entry.pk}"


def count_queries(act: Callable[[], Any]) -> int:
    forget_everything()
    with CaptureQueriesContext(connection) as queries:
        answer = act()
    assert answer.status_code < 300, answer.content
    return len(queries)


def measure(user: User, size: int) -> dict[str, int]:
    api = APIClient()
    api.force_authenticate(user)
    book, entry = fill(user, size)
    places = {"url": f"{V1}/portfolios/{book.pk}", "entry": entry}
    counts = {f"GET {name}": count_queries(lambda address=address: api.get(address.format(**places))) for name, address in READS.items()}
    for name, (method, address, body) in WRITES.items():
        counts[name] = count_queries(lambda method=method, address=address, body=body: getattr(api, method)(address.format(**places), body))
    lines = CSV + "".join(f"2024-02-{1 + number % 28:02d},buy,A{number % size},1,{number + 1}\n" for number in range(10 * size))
    counts["import into one's ledger, per instrument"] = _count_import(api, places["url"], lines, size)
    counts["import as a dry run, per instrument"] = _count_import(api, places["url"], lines.replace(",1,", ",2,"), size, "?dry_run=1")
    return counts


def _count_import(api: APIClient, url: str, lines: str, size: int, query: str = "") -> int:
    """The check of the histories reads the ledger once for each instrument of the file; that part is taken out."""
    return count_queries(lambda: api.post(f"{url}/imports{query}", lines.encode(), content_type="text/csv")) - size


@pytest.mark.django_db
@pytest.mark.parametrize("size", [2, 12])
def test_no_endpoint_makes_more_queries_than_it_did(alice: User, size: int) -> None:
    counts = measure(alice, size)
    if os.environ.get("UPDATE_QUERY_COUNTS") and size == 2:
        BASELINE.write_text(json.dumps(counts, indent=2) + "\n")
    assert counts == json.loads(BASELINE.read_text())
