"""Whole published ledgers through the public API: create, record, read, compare.

The file stands beside the project (`../shared/cases/ledgers.json`, or below SHARED_DIR). Its figures were made by another program; where
that program measures something else than docs/methods says, the expectation is listed in CONVENTIONS with the reason and not compared.
"""

import datetime as dt
import json
import os
from collections.abc import Callable
from dataclasses import dataclass, field
from decimal import Decimal
from functools import cached_property
from pathlib import Path
from typing import Any

import pytest
from rest_framework.test import APIClient

from accounts.models import User

pytestmark = [pytest.mark.shared, pytest.mark.django_db]

ROOT = Path(__file__).resolve().parents[3]
SHARED = Path(os.environ.get("SHARED_DIR", ROOT.parent / "shared"))
FILE = SHARED / "cases" / "ledgers.json"
V1 = "/api/v1"
KINDS = {"BUY": "buy", "SELL": "sell"}
TWELVE_DIGITS = Decimal("1E-12")

TODAYS_RATE = "The past is converted at each day's own rate, not again at today's."
NO_LIABILITIES = "Liabilities are not kept."
# Expectation → why it is not compared; "*" stands for every case with a foreign currency, a case's id for that case.
CONVENTIONS: dict[tuple[str, str], str] = {
    ("*", "total_open_cost_at_todays_fx"): TODAYS_RATE,
    ("*", "open_cost_at_todays_fx"): TODAYS_RATE,
    ("*", "gross_gain_at_todays_fx"): TODAYS_RATE,
    ("*", "net_gain_at_todays_fx"): TODAYS_RATE,
    ("*", "net_gain_to_date"): TODAYS_RATE,
    ("*", "value_at_todays_fx"): TODAYS_RATE,
    **{(case, "total_liabilities"): NO_LIABILITIES for case in ("googl-buy-chf", "baln-buy", "btceur-buy-base-usd", "fee-standalone")},
}
# More digits than a quantity has: METHODS has the entry refused, so the ledger cannot exist here.
REFUSED = {"msft-fractional-close"}


def load_cases() -> list[dict[str, Any]]:
    return json.loads(FILE.read_text(encoding="utf-8"))["cases"] if FILE.exists() else []


@dataclass
class Book:
    """A portfolio with a case in it, read through the API only."""

    api: APIClient
    case: dict[str, Any]
    url: str = ""
    reports: dict[dt.date, dict[str, Any]] = field(default_factory=dict)

    @property
    def as_of(self) -> dt.date:
        return dt.date.fromisoformat(self.case["valuation_date"])

    @property
    def is_foreign(self) -> bool:
        return any(asset["currency"] != self.case["base_currency"] for asset in self.case["assets"].values())

    @cached_property
    def entries(self) -> list[dict[str, Any]]:
        return self.get("/transactions?page_size=500")["results"]

    def get(self, path: str) -> dict[str, Any]:
        answer = self.api.get(self.url + path)
        assert answer.status_code == 200, answer.content
        return answer.json()

    def holdings(self, day: dt.date | None = None) -> dict[str, Any]:
        day = day or self.as_of
        if day not in self.reports:
            self.reports[day] = self.get(f"/holdings?as_of={day}")
        return self.reports[day]

    def holding(self, symbol: str, day: dt.date | None = None) -> dict[str, Any]:
        report = self.holdings(day)
        return next(row for row in report["holdings"] + report["closed"] if row["symbol"] == symbol)

    def gain_since(self, start: dt.date) -> Decimal:
        return Decimal(self.get(f"/performance?from={start}&to={self.as_of}")["gain"]["total"])

    def cost_without_fees(self, day: dt.date | None = None) -> Decimal:
        """The other program leaves the fees of a purchase out of its cost; nothing is sold in part in these ledgers."""
        report = self.holdings(day)
        return sum((Decimal(row["cost_basis_base"]) - Decimal(row["fees_base"]) for row in report["holdings"]), Decimal(0))


def send(api: APIClient, address: str, body: Any) -> Any:
    answer = api.post(address, body)
    assert answer.status_code in {200, 201}, answer.content
    return answer.json()


def record_case(api: APIClient, case: dict[str, Any]) -> Book:
    cash = case.get("accounts", [])
    settings = {"name": case["id"], "base_currency": case["base_currency"], "lot_method": "average", "cash_tracking": bool(cash)}
    book = Book(api, case, f"{V1}/portfolios/{send(api, f'{V1}/portfolios', settings)['id']}")
    held = {symbol: asset for symbol, asset in case["assets"].items() if asset["price_source"] != "CASH"}
    for symbol, asset in held.items():
        send(api, f"{V1}/instruments", {"symbol": symbol, "currency": asset["currency"], "name": asset.get("name", "")})
        send(api, f"{V1}/instruments/{symbol}/prices", closes_of(case, symbol))
    rates = [
        {"date": day, "base": pair[:3], "quote": pair[3:], "rate": rate}
        for pair, days in case["exchange_rates"].items()
        for day, rate in days.items()
    ]
    send(api, f"{V1}/fx-rates", rates)
    for body in bodies_of(case):
        send(api, f"{book.url}/transactions", body)
    return book


def closes_of(case: dict[str, Any], symbol: str) -> list[dict[str, str]]:
    prices = dict(case["prices"].get(symbol, {}))
    always = prices.pop("every_day", None)
    if always is not None:
        prices = {activity["date"]: always for activity in case["activities"]} | {case["valuation_date"]: always}
    return [{"date": day, "close": close} for day, close in prices.items()]


def bodies_of(case: dict[str, Any]) -> list[dict[str, Any]]:
    bodies = [body_of(activity) for activity in case["activities"]]
    for split in case.get("splits", []):
        ratio = (Decimal(split["shares_after"]) / Decimal(split["shares_before"])).quantize(Decimal("1E-10"))
        bodies.append({"kind": "split", "symbol": split["asset"], "trade_date": split["date"], "quantity": str(ratio)})
    for account in case.get("accounts", []):
        for balance in account["balances"]:
            bodies.append({"kind": "deposit", "trade_date": balance["date"], "amount": balance["value"], "currency": account["currency"]})
            # A balance of that program is not touched by purchases: what they cost came in besides.
            bodies += [
                {"kind": "deposit", "trade_date": activity["date"], "amount": str(Decimal(activity["quantity"]) * Decimal(activity["unit_price"]))}
                for activity in case["activities"]
            ]
    # Corporate actions and purchases first: the order in which they are recorded must already be possible.
    return sorted(bodies, key=lambda body: (body["trade_date"], body["kind"] == "sell"))


def body_of(activity: dict[str, Any]) -> dict[str, Any]:
    common = {"trade_date": activity["date"], "currency": activity["currency"]}
    if activity["type"] == "FEE":
        return {**common, "kind": "fee", "amount": activity["fee"]}
    traded = {"symbol": activity["asset"], "quantity": activity["quantity"], "price": activity["unit_price"], "fee": activity["fee"]}
    return {**common, "kind": KINDS[activity["type"]], **traded}


def number(value: Any) -> Decimal:
    assert value is not None
    return Decimal(value)


def fees_in_asset_currency(book: Book, symbol: str) -> Decimal:
    return sum((Decimal(entry["fee"]) for entry in book.entries if entry["symbol"] == symbol), Decimal(0))


def cost_in_asset_currency(book: Book, symbol: str, day: dt.date | None = None) -> Decimal:
    cost = number(book.holding(symbol, day)["cost_basis"])
    return cost - fees_in_asset_currency(book, symbol) if cost else cost


def average_unit_cost(book: Book, symbol: str) -> Decimal:
    return cost_in_asset_currency(book, symbol) / number(book.holding(symbol)["quantity"])


def invested_between(book: Book, first: dt.date, last: dt.date) -> Decimal:
    return book.cost_without_fees(last) - book.cost_without_fees(first - dt.timedelta(days=1))


def range_start(book: Book, name: str) -> dt.date:
    """Return the day whose close a range starts from: what is booked on it belongs to the start."""
    today = book.as_of
    eve = dt.timedelta(days=1)
    starts = {
        "1d": today - eve,
        "wtd": today - dt.timedelta(days=today.weekday()) - eve,
        "mtd": today.replace(day=1) - eve,
        "ytd": today.replace(month=1, day=1) - eve,
        "1y": today - dt.timedelta(days=366),
        "5y": today - dt.timedelta(days=5 * 366),
        "max": dt.date(1990, 1, 1),
    }
    return starts[name]


PORTFOLIO: dict[str, Callable[[Book], Any]] = {
    "current_value_base_ccy": lambda book: book.holdings()["totals"]["total_value"],
    "error_count": lambda book: len(book.holdings()["problems"]),
    "has_errors": lambda book: bool(book.holdings()["problems"]),
    "position_count": lambda book: len(book.holdings()["holdings"]),
    "total_fees": lambda book: book.holdings()["totals"]["fees"],
    "total_interest": lambda book: book.holdings()["totals"]["income"],
    "total_cash": lambda book: book.holdings()["totals"]["cash"],
    "total_open_cost_at_trade_fx": lambda book: book.cost_without_fees(),
    "total_open_cost_at_todays_fx": lambda book: book.cost_without_fees(),
}
POSITION: dict[str, Callable[[Book, str], Any]] = {
    "activity_count": lambda book, symbol: sum(entry["symbol"] == symbol for entry in book.entries),
    "first_activity_date": lambda book, symbol: min(entry["trade_date"] for entry in book.entries if entry["symbol"] == symbol),
    "average_unit_cost": average_unit_cost,
    "open_cost_asset_ccy": cost_in_asset_currency,
    "dividends_asset_ccy": lambda book, symbol: sum(
        (Decimal(entry["amount"]) for entry in book.entries if entry["symbol"] == symbol and entry["kind"] == "dividend"), Decimal(0)
    ),
    "dividends_base_ccy": lambda book, symbol: book.holding(symbol)["income_base"],
    "fees_asset_ccy": fees_in_asset_currency,
    "fees_base_ccy": lambda book, symbol: book.holding(symbol)["fees_base"],
    "gross_gain_at_trade_fx": lambda book, symbol: number(book.holding(symbol)["total_gain_base"]) + number(book.holding(symbol)["fees_base"]),
    "gross_gain_at_todays_fx": lambda book, symbol: number(book.holding(symbol)["total_gain_base"]) + number(book.holding(symbol)["fees_base"]),
    "net_gain_at_todays_fx": lambda book, symbol: book.holding(symbol)["total_gain_base"],
    "open_cost_at_trade_fx": lambda book, symbol: book.cost_without_fees(),
    "open_cost_at_todays_fx": lambda book, symbol: book.cost_without_fees(),
    "market_price_asset_ccy": lambda book, symbol: book.holding(symbol)["price"],
    "market_price_base_ccy": lambda book, symbol: number(book.holding(symbol)["market_value_base"]) / number(book.holding(symbol)["quantity"]),
    "market_value_base_ccy": lambda book, symbol: book.holding(symbol)["market_value_base"],
    "quantity": lambda book, symbol: book.holding(symbol)["quantity"],
}
HISTORY: dict[str, Callable[[Book, dt.date], Any]] = {
    "net_gain_to_date": lambda book, day: book.holdings(day)["totals"]["total_gain"],
    "net_gain_to_date_at_trade_fx": lambda book, day: book.holdings(day)["totals"]["total_gain"],
    "net_invested_that_day": lambda book, day: invested_between(book, day, day),
    "net_worth": lambda book, day: book.holdings(day)["totals"]["total_value"],
    "cash": lambda book, day: book.holdings(day)["totals"]["cash"],
    "value": lambda book, day: book.holdings(day)["totals"]["market_value"],
    "value_at_todays_fx": lambda book, day: book.holdings(day)["totals"]["market_value"],
    "open_cost_at_trade_fx": lambda book, day: book.cost_without_fees(day),
    "open_cost_at_todays_fx": lambda book, day: book.cost_without_fees(day),
}


def end_of_period(first: dt.date, scope: str) -> dt.date:
    following = first.replace(year=first.year + 1) if scope == "year" else (first.replace(day=1) + dt.timedelta(days=32)).replace(day=1)
    return following - dt.timedelta(days=1)


def measure(book: Book, scope: str, argument: str, name: str) -> Any:
    if scope == "portfolio":
        return PORTFOLIO[name](book)
    if scope in {"position", "ledger"}:
        if name.startswith("net_gain_in_range:"):
            return book.gain_since(range_start(book, name.partition(":")[2]))
        return POSITION[name](book, argument)
    day = dt.date.fromisoformat(argument)
    if scope == "history":
        return HISTORY[name](book, day)
    if scope == "timeline":
        return sum((cost_in_asset_currency(book, row["symbol"], day) for row in book.holdings(day)["holdings"]), Decimal(0))
    return invested_between(book, day, end_of_period(day, scope))


def agrees(found: Any, expected: dict[str, Any]) -> bool:
    wanted = expected["value"]
    if isinstance(wanted, bool) or expected["unit"] in {"date", "boolean"}:
        return bool(found == wanted)
    tolerance = Decimal(expected.get("tolerance") or abs(Decimal(wanted)) * TWELVE_DIGITS)
    return abs(Decimal(found) - Decimal(wanted)) <= tolerance


def why_not_compared(book: Book, name: str) -> str | None:
    general = CONVENTIONS.get(("*", name)) if book.is_foreign else None
    return CONVENTIONS.get((book.case["id"], name)) or general


@pytest.mark.skipif(not FILE.exists(), reason=f"the published ledgers are not beside the project: {FILE.name}")
@pytest.mark.parametrize("case", [case for case in load_cases() if case["id"] not in REFUSED], ids=lambda case: case["id"])
def test_a_published_ledger_shows_its_figures(alice: User, case: dict[str, Any]) -> None:
    api = APIClient()
    api.force_authenticate(alice)
    book = record_case(api, case)
    misses, compared = [], 0
    for expected in case["expected"]:
        if why_not_compared(book, expected["name"]):
            continue
        scope, _, argument = expected["scope"].partition(":")
        found = measure(book, scope, argument, expected["name"])
        compared += 1
        if not agrees(found, expected):
            misses.append(f"{expected['scope']} {expected['name']}: {found} instead of {expected['value']} ({expected['basis']})")
    assert misses == []
    assert compared > 0


@pytest.mark.skipif(not FILE.exists(), reason=f"the published ledgers are not beside the project: {FILE.name}")
@pytest.mark.parametrize("case", [case for case in load_cases() if case["id"] in REFUSED], ids=lambda case: case["id"])
def test_a_ledger_with_more_digits_than_are_stored_is_refused(alice: User, case: dict[str, Any]) -> None:
    api = APIClient()
    api.force_authenticate(alice)
    with pytest.raises(AssertionError, match="quantity: More digits than can be stored"):
        record_case(api, case)
