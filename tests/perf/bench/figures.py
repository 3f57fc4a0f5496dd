"""Times of holdings and performance, cold, after one new entry, and warm, beside the floor. Runs inside the stack's environment.

Everything is asked over HTTP, one request after the other, as a page would; cold means that ledger, rates and prices count as changed
since, so that no worker has anything of the figures. All times are medians in ms.
"""

import http.client
import json
import time
from collections.abc import Callable
from pathlib import Path
from statistics import median
from typing import Any

from django.db.models import F
from django.utils import timezone

from portfolio.models import FxRate, Instrument, Portfolio, Transaction
from portfolio.providers.listing import LOAD_LISTINGS
from portfolio.services.seeding.ledger import write_entries
from portfolio.services.seeding.load import read_market

WARM_REQUESTS = 40


class Visitor:
    """One kept-alive connection that speaks for a signed-in person."""

    def __init__(self, port: int, cookie: str, csrf: str) -> None:
        self.connection = http.client.HTTPConnection("127.0.0.1", port, timeout=300)
        self.headers = {"Cookie": cookie, "X-CSRFToken": csrf, "Content-Type": "application/json"}

    def ask(self, address: str, body: bytes | None = None, content_type: str = "application/json") -> bytes:
        method = "POST" if body is not None else "GET"
        self.connection.request(method, address, body, {**self.headers, "Content-Type": content_type})
        answer = self.connection.getresponse()
        content = answer.read()
        if answer.status not in {200, 201}:
            raise SystemExit(f"{method} {address}: {answer.status} {content[:500]!r}")
        return content


def take(work: Callable[..., object], *arguments: object) -> float:
    """Return the milliseconds of one call."""
    began = time.perf_counter()
    work(*arguments)
    return (time.perf_counter() - began) * 1000


def measure(visitor: Visitor, reference: Visitor, portfolio_id: str, *, rounds: int) -> dict[str, float]:
    """Return the medians of floor, cold (holdings and performance, one after the other), performance_cold (alone) and changed.

    Changed is both again, after a back-dated entry.
    """
    paths = [f"/api/v1/portfolios/{portfolio_id}/{name}" for name in ("holdings", "performance")]
    times: dict[str, list[float]] = {"floor": [], "cold": [], "changed": [], "performance_cold": []}
    for _ in range(rounds):
        times["floor"].append(take(reference.ask, f"/floor/{portfolio_id}"))
        make_cold(portfolio_id)
        times["performance_cold"].append(take(visitor.ask, paths[1]))
        make_cold(portfolio_id)
        times["cold"].append(sum(take(visitor.ask, path) for path in paths))
        add_entry(visitor, portfolio_id)
        times["changed"].append(sum(take(visitor.ask, path) for path in paths))
    return {name: median(values) for name, values in times.items()}


def make_cold(portfolio_id: str) -> None:
    """Let everything that the portfolio's figures rest on count as changed."""
    held = Transaction.objects.filter(portfolio=portfolio_id).values("instrument")
    Instrument.objects.filter(pk__in=held).update(updated_at=timezone.now())
    FxRate.objects.filter(pk=FxRate.objects.values("pk")[:1]).update(source=F("source"))
    Portfolio.objects.filter(pk=portfolio_id).update(revision=F("revision") + 1)


def add_entry(visitor: Visitor, portfolio_id: str) -> None:
    """Record a purchase on the day of the ledger's middle."""
    rows = Transaction.objects.filter(portfolio=portfolio_id).order_by("trade_date")
    day = rows.values_list("trade_date", flat=True)[rows.count() // 2]
    entry = {"kind": "buy", "symbol": "LOAD03.SIM", "trade_date": day.isoformat(), "quantity": "1", "price": "50"}
    visitor.ask(f"/api/v1/portfolios/{portfolio_id}/transactions", json.dumps(entry).encode())


def measure_warm(visitor: Visitor, row: Visitor, portfolio_id: str, *, rounds: int) -> dict[str, float]:
    """Return the medians of row, holdings and performance, asked in turns."""
    addresses = {name: f"/api/v1/portfolios/{portfolio_id}/{name}" for name in ("holdings", "performance")}
    times: dict[str, list[float]] = {"row": [], **{name: [] for name in addresses}}
    for address in addresses.values():
        # Every worker computes once.
        for _ in range(10):
            visitor.ask(address)
    for _ in range(rounds):
        times["row"] += [take(row.ask, "/") for _ in range(WARM_REQUESTS)]
        for name, address in addresses.items():
            times[name] += [take(visitor.ask, address) for _ in range(WARM_REQUESTS)]
    return {name: median(values) for name, values in times.items()}


def measure_import(visitor: Visitor, lines: int, *, rounds: int) -> float:
    """Return the median milliseconds of importing a file of so many lines into an empty portfolio."""
    content = write_file(lines)
    times = []
    for number in range(rounds):
        body = json.dumps({"name": f"Import {lines} {number} {time.time_ns()}", "base_currency": "EUR"}).encode()
        portfolio_id = json.loads(visitor.ask("/api/v1/portfolios", body))["id"]
        address = f"/api/v1/portfolios/{portfolio_id}/imports"
        times.append(take(visitor.ask, address, content, "text/csv"))
    return median(times)


def write_file(lines: int) -> bytes:
    """Return a valid ledger of the load test's instruments in the import format."""
    rows = ["date,type,symbol,quantity,price,amount,fee,tax,currency"]
    for entry in write_entries(read_market(timezone.now().date()), count=lines, seed=7, stream=0):
        listing = LOAD_LISTINGS[entry.instrument]
        cells = [entry.quantity, entry.price, entry.amount, entry.fee, entry.tax]
        rows.append(
            ",".join([entry.day.isoformat(), entry.kind, listing.symbol, *("" if cell == "\\N" else cell for cell in cells), listing.currency])
        )
    return "\n".join(rows).encode()


def main(*arguments: str) -> dict[str, Any]:
    """Take the ports of the stack and of row, the file of visitors, the number of rounds and of lines to import."""
    port, row_port, visitors_path, rounds, import_lines = (int(text) if text.isdigit() else text for text in arguments)
    people = json.loads(Path(visitors_path).read_text())
    first = people["visitors"][0]
    visitor, row = (Visitor(number, first["cookie"], people["csrf"]) for number in (port, row_port))
    sizes = {"ordinary": first["portfolios"][0], **people["large"]}
    return {
        "sizes": {name: measure(visitor, row, portfolio_id, rounds=rounds) for name, portfolio_id in sizes.items()},
        "warm": measure_warm(visitor, row, first["portfolios"][0], rounds=rounds),
        "import_ms": measure_import(visitor, import_lines, rounds=3),
    }
