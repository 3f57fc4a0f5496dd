"""The ledger over the API: entries, files, figures, export."""

import datetime as dt
import json
from collections.abc import Callable
from decimal import Decimal
from typing import Any

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from rest_framework.test import APIClient

from accounts.models import User
from portfolio.models import FxRate, ImportBatch, Instrument, Portfolio, Price, Transaction
from portfolio.services.portfolios import update_portfolio
from tests.factories_portfolio import FxRateFactory, InstrumentFactory, PortfolioFactory, PriceFactory

V1 = "/api/v1"
BUY = {"kind": "buy", "symbol": "ACME", "trade_date": "2024-03-01", "quantity": "10", "price": "100.5", "fee": "1.50"}
FIELDS = [
    "id",
    "kind",
    "symbol",
    "trade_date",
    "settlement_date",
    "quantity",
    "price",
    "amount",
    "fee",
    "tax",
    "currency",
    "fx_rate",
    "account",
    "counter_account",
    "lots",
    "note",
    "external_id",
    "import_id",
    "created_at",
    "updated_at",
]
FILE = b"date,type,symbol,quantity,price\n2024-03-01,buy,ACME,10,100\n2024-03-02,sell,ACME,4,110\n"


def test_an_entry_goes_in_and_comes_out_to_the_digit(api: APIClient, url: str) -> None:
    answer = api.post(f"{url}/transactions", {**BUY, "quantity": "0.1234567891", "price": "12345678901234567.0000000001", "note": "a\nb"})
    assert answer.status_code == 201
    shown = answer.json()
    assert list(shown) == FIELDS
    assert (shown["quantity"], shown["price"], shown["fee"], shown["tax"]) == ("0.1234567891", "12345678901234567.0000000001", "1.5", "0")
    assert (shown["currency"], shown["account"], shown["symbol"]) == ("EUR", "Main", "ACME")
    read = api.get(answer["Location"]).json()
    assert read == api.get(f"{url}/transactions").json()["results"][0]
    assert {name: read[name] for name in FIELDS if name not in {"created_at", "updated_at"}} == {
        name: shown[name] for name in FIELDS if name not in {"created_at", "updated_at"}
    }


@pytest.mark.parametrize(
    ("changes", "field"),
    [
        ({"quantity": "NaN"}, "quantity"),
        ({"quantity": "1e400"}, "quantity"),
        ({"quantity": "1" * 40}, "quantity"),
        ({"quantity": "1_000"}, "quantity"),
        ({"quantity": "\u0661"}, "quantity"),
        ({"quantity": "0.00000000001"}, "quantity"),
        ({"quantity": True}, "quantity"),
        ({"quantity": [1]}, "quantity"),
        ({"price": "-1"}, "price"),
        ({"fee": "Infinity"}, "fee"),
        ({"trade_date": "0000-01-01"}, "trade_date"),
        ({"trade_date": "0001-01-01"}, "trade_date"),
        ({"trade_date": "20240301"}, "trade_date"),
        ({"trade_date": "2024-W10-1"}, "trade_date"),
        ({"trade_date": "2199-01-01"}, "trade_date"),
        ({"trade_date": 20240301}, "trade_date"),
        ({"currency": "ZZZ"}, "currency"),
        ({"symbol": "NOPE"}, "symbol"),
        ({"kind": "gift"}, "kind"),
        ({"note": "\x00"}, "note"),
        ({"lots": [{"transaction": "x", "quantity": "1"}]}, "lots"),
        ({"lots": {}}, "lots"),
        ({"colour": "red"}, "colour"),
        ({"sequence": 1}, "sequence"),
    ],
)
def test_odd_values_are_refused_by_name(api: APIClient, url: str, changes: dict[str, Any], field: str) -> None:
    answer = api.post(f"{url}/transactions", json.dumps({**BUY, **changes}), content_type="application/json")
    assert answer.status_code == 400
    assert answer.json()["message"].startswith(field) or field == "kind"
    assert not Transaction.objects.exists()


def test_a_json_number_keeps_its_digits(api: APIClient, url: str) -> None:
    body = json.dumps(BUY).replace('"100.5"', "100.1234567891")
    assert api.post(f"{url}/transactions", body, content_type="application/json").json()["price"] == "100.1234567891"


def test_more_than_is_held_cannot_be_sold(api: APIClient, url: str) -> None:
    api.post(f"{url}/transactions", BUY)
    answer = api.post(f"{url}/transactions", {**BUY, "kind": "sell", "quantity": "11"})
    assert (answer.status_code, answer.json()["code"]) == (409, "oversold")
    assert answer.json()["detail"] == {"symbol": "ACME", "date": "2024-03-01", "held": "10", "asked": "11"}


def test_an_entry_is_changed_in_part_or_as_a_whole(api: APIClient, url: str) -> None:
    address = api.post(f"{url}/transactions", {**BUY, "note": "keep"})["Location"]
    changed = api.patch(address, {"quantity": "7"}).json()
    assert (changed["quantity"], changed["note"], changed["fee"]) == ("7", "keep", "1.5")
    replaced = api.put(address, {key: value for key, value in BUY.items() if key != "fee"}).json()
    assert (replaced["quantity"], replaced["note"], replaced["fee"]) == ("10", "", "0")
    assert api.delete(address).status_code == 204
    assert api.get(address).status_code == 404


def test_the_list_is_filtered(api: APIClient, url: str) -> None:
    InstrumentFactory(symbol="ZETA", name="Zeta Works")
    for body in (
        BUY,
        {**BUY, "symbol": "ZETA", "trade_date": "2024-05-01", "account": "Depot", "note": "savings plan"},
        {"kind": "deposit", "trade_date": "2024-04-01", "amount": "5"},
    ):
        assert api.post(f"{url}/transactions", body).status_code == 201

    def count(query: str) -> int:
        return len(api.get(f"{url}/transactions?{query}").json()["results"])

    assert [count(query) for query in ("", "kind=deposit", "symbol=ZETA", "from=2024-04-01", "to=2024-04-01", "account=Depot")] == [3, 1, 1, 2, 2, 1]
    assert [count(query) for query in ("text=works", "text=SAVINGS", "text=100%25", "from=2024-04-01&to=2024-04-01")] == [1, 1, 0, 1]


def test_instruments_are_listed_searched_and_kept(api: APIClient, acme: Instrument, staff: User, call: Callable[[User], APIClient]) -> None:
    created = api.post(f"{V1}/instruments", {"symbol": "OWN", "currency": "USD", "name": "My fund", "kind": "fund"})
    assert (created.status_code, created.json()["shared"], created["Location"]) == (201, False, "/api/v1/instruments/OWN")
    assert [row["symbol"] for row in api.get(f"{V1}/instruments").json()["results"]] == ["ACME", "OWN"]
    assert [row["symbol"] for row in api.get(f"{V1}/instruments?text=fund").json()["results"]] == ["OWN"]
    assert api.post(f"{V1}/instruments", {"symbol": "OWN", "currency": "USD"}).status_code == 409
    assert api.post(f"{V1}/instruments", {"symbol": "X", "currency": "USD", "shared": True}).status_code == 403
    assert api.patch(f"{V1}/instruments/ACME", {"name": "x"}).status_code == 403
    assert api.delete(f"{V1}/instruments/OWN").status_code == 204
    shared = call(staff).post(f"{V1}/instruments", {"symbol": "ALL", "currency": "USD"})
    assert shared.json()["shared"] is True
    assert call(staff).post(f"{V1}/instruments", {"symbol": "OWN", "currency": "USD", "shared": False}).json()["shared"] is False


def test_prices_are_written_as_a_list_or_as_csv(api: APIClient, alice: User) -> None:
    InstrumentFactory(symbol="OWN", owner=alice)
    address = f"{V1}/instruments/OWN/prices"
    assert api.post(address, [{"date": "2024-01-02", "close": "1.50"}, {"date": "2024-01-03", "close": 2}]).json()["written"] == 2
    assert api.post(address, b"date,close\n2024-01-04,3\n", content_type="text/csv").json()["written"] == 1
    assert [(row["date"], row["close"]) for row in api.get(address).json()["results"]] == [
        ("2024-01-02", "1.5"),
        ("2024-01-03", "2"),
        ("2024-01-04", "3"),
    ]
    assert [row["close"] for row in api.get(f"{address}?from=2024-01-03&to=2024-01-03").json()["results"]] == ["2"]
    quote = api.get(f"{V1}/instruments/OWN/quote?as_of=2024-01-05").json()
    assert (quote["price"], quote["date"], quote["change"], quote["change_ratio"]) == ("3", "2024-01-04", "1", 0.5)
    assert api.delete(f"{address}/2024-01-04").status_code == 204
    assert api.delete(f"{address}/2024-01-04").status_code == 404
    assert api.delete(f"{address}/tomorrow").status_code == 400


def test_one_bad_price_and_none_is_written(api: APIClient, alice: User) -> None:
    InstrumentFactory(symbol="OWN", owner=alice)
    address = f"{V1}/instruments/OWN/prices"
    answer = api.post(address, [{"date": "2024-01-02", "close": "1"}, {"date": "2024-01-03", "close": "NaN"}])
    assert answer.status_code == 400
    assert "[1]" in answer.json()["message"]
    file = api.post(address, b"date,close\n2024-01-02,1\n2024-01-03,x\n", content_type="text/csv")
    assert file.status_code == 400
    assert file.json()["detail"]["problems"][0] | {"message": ""} == {"line": 3, "field": "close", "code": "not_a_number", "message": ""}
    for body in ({}, [1], [{"date": "2024-01-02"}], [{"date": "2024-01-02", "close": "1", "x": 1}]):
        assert api.post(address, body).status_code == 400
    assert not Price.objects.exists()


def test_closes_of_many_symbols_go_in_at_once(api: APIClient, alice: User) -> None:
    InstrumentFactory(symbol="OWN", owner=alice)
    file = b"symbol,date,close,currency\nOWN,2024-01-02,1,EUR\nNEW,2024-01-02,2,USD\n"
    assert api.post(f"{V1}/prices", file, content_type="text/csv").status_code == 400
    done = api.post(f"{V1}/prices?create_instruments=1", file, content_type="text/csv").json()
    assert done == {"received": 2, "written": 2, "created_instruments": ["NEW"], "problems": []}
    assert api.post(f"{V1}/prices", [{"symbol": "NEW", "date": "2024-01-03", "close": "3"}]).json()["written"] == 1
    assert api.post(f"{V1}/prices", [{"symbol": "NOPE", "date": "2024-01-03", "close": "3"}]).json()["code"] == "unknown_symbol"


def test_rates_are_written_read_and_removed(api: APIClient, staff: User, call: Callable[[User], APIClient]) -> None:
    FxRateFactory(date=dt.date(2024, 1, 2))
    body = [{"date": "2024-01-03", "base": "EUR", "quote": "USD", "rate": "1.2"}]
    assert api.post(f"{V1}/fx-rates", body).json()["written"] == 1
    assert api.post(f"{V1}/fx-rates", b"date,base,quote,rate\n2024-01-03,EUR,GBP,0.85\n", content_type="text/csv").json()["written"] == 1
    shown = api.get(f"{V1}/fx-rates?base=EUR&quote=USD").json()["results"]
    assert [(row["date"], row["rate"], row["shared"]) for row in shown] == [("2024-01-03", "1.2", False), ("2024-01-02", "1.1", True)]
    assert api.delete(f"{V1}/fx-rates?date=2024-01-03&base=EUR&quote=USD").status_code == 204
    assert api.delete(f"{V1}/fx-rates?date=2024-01-02&base=EUR&quote=USD").status_code == 404
    assert api.delete(f"{V1}/fx-rates?base=EUR&quote=USD").status_code == 400
    assert api.post(f"{V1}/fx-rates?shared=1", body).status_code == 403
    assert call(staff).post(f"{V1}/fx-rates", body).status_code == 200
    assert FxRate.objects.filter(owner=None).count() == 2
    for row in ({**body[0], "rate": "0"}, {**body[0], "quote": "EUR"}, {**body[0], "base": "ZZZ"}):
        assert api.post(f"{V1}/fx-rates", [row]).status_code == 400


def test_a_portfolio_is_opened_changed_and_closed(api: APIClient, acme: Instrument) -> None:
    created = api.post(f"{V1}/portfolios", {"name": "P", "base_currency": "CHF", "benchmark": "ACME"})
    assert created.status_code == 201
    shown = created.json()
    assert (shown["lot_method"], shown["cash_tracking"], shown["allow_short"], shown["benchmark"]) == ("fifo", False, False, "ACME")
    address = created["Location"]
    assert api.patch(address, {"benchmark": None, "lot_method": "average"}).json()["benchmark"] is None
    assert api.put(address, {"name": "P", "base_currency": "CHF"}).json()["lot_method"] == "fifo"
    assert api.post(f"{V1}/portfolios", {"name": "P", "base_currency": "CHF"}).json()["code"] == "name_taken"
    assert api.post(f"{V1}/portfolios", {"name": "Q", "base_currency": "CHF", "benchmark": "NOPE"}).status_code == 404
    api.post(f"{address}/transactions", BUY)
    assert api.delete(address).status_code == 204
    assert not Transaction.objects.exists()


def test_the_base_currency_is_fixed_by_rates_recorded_in_it(api: APIClient, url: str) -> None:
    assert api.patch(url, {"base_currency": "CHF"}).status_code == 200
    api.post(f"{url}/transactions", {**BUY, "fx_rate": "0.95"})
    assert api.patch(url, {"base_currency": "USD"}).json()["code"] == "base_currency_fixed"


def test_accounts_are_kept(api: APIClient, url: str) -> None:
    created = api.post(f"{url}/accounts", {"name": " Depot "})
    assert (created.status_code, created.json()["name"]) == (201, "Depot")
    assert api.post(f"{url}/accounts", {"name": "Depot"}).status_code == 409
    assert api.patch(created["Location"], {"name": "Wallet"}).json()["name"] == "Wallet"
    api.post(f"{url}/transactions", {**BUY, "account": "Wallet"})
    assert api.delete(created["Location"]).json()["code"] == "account_in_use"
    other = api.post(f"{url}/accounts", {"name": "Empty"})
    assert api.delete(other["Location"]).status_code == 204
    assert [row["name"] for row in api.get(f"{url}/accounts").json()["results"]] == ["Wallet"]


def test_a_file_is_imported_once_and_can_be_undone(api: APIClient, url: str) -> None:
    done = api.post(f"{url}/imports", FILE, content_type="text/csv")
    assert (done.status_code, done.json()["created"], done.json()["problems"]) == (201, 2, [])
    again = api.post(f"{url}/imports", FILE, content_type="text/csv")
    assert (again.status_code, again.json()["created"], again.json()["duplicates"]) == (200, 0, 2)
    listed = api.get(f"{url}/imports").json()["results"]
    assert [(row["created"], row["duplicates"]) for row in listed] == [(0, 2), (2, 0)]
    assert api.get(done["Location"]).json()["created"] == 2
    assert api.delete(done["Location"]).status_code == 204
    assert api.delete(done["Location"]).json()["code"] == "already_undone"
    assert not Transaction.objects.exists()


def test_a_form_may_carry_the_file(api: APIClient, url: str) -> None:
    file = SimpleUploadedFile("trades.csv", FILE, content_type="text/csv")
    done = api.post(f"{url}/imports", {"file": file}, format="multipart", headers={"Idempotency-Key": "f1"})
    assert (done.status_code, done.json()["created"]) == (201, 2)
    assert ImportBatch.objects.get().file_name == "trades.csv"
    file.seek(0)
    again = api.post(f"{url}/imports", {"file": file}, format="multipart", headers={"Idempotency-Key": "f1"})
    assert again["Idempotency-Replayed"] == "true"
    assert api.post(f"{url}/imports", {"other": "x"}, format="multipart").status_code == 400


def test_a_dry_run_stores_nothing(api: APIClient, url: str) -> None:
    answer = api.post(f"{url}/imports?dry_run=1", FILE + b"2024-03-03,sell,ACME,x,1\n", content_type="text/csv")
    assert answer.status_code == 200
    shown = answer.json()
    assert (shown["created"], shown["duplicates"], len(shown["preview"])) == (2, 0, 2)
    assert [(row["line"], row["field"], row["code"]) for row in shown["problems"]] == [(4, "quantity", "not_a_number")]
    assert shown["preview"][1] | {"trade_date": "2024-03-02", "symbol": "ACME", "quantity": "4", "status": "new", "line": 3} == shown["preview"][1]
    assert not Transaction.objects.exists()


def test_a_bad_line_refuses_the_file_unless_partial(api: APIClient, url: str) -> None:
    bad = FILE + b"2024-03-03,sell,ACME,x,1\n2024-03-04,sell,ACME,99,1\n"
    refused = api.post(f"{url}/imports", bad, content_type="text/csv")
    assert (refused.status_code, refused.json()["code"], refused.json()["created"]) == (400, "invalid_file", 0)
    assert refused.json()["message"].startswith("Line 4: quantity")
    assert not Transaction.objects.exists()
    partial = api.post(f"{url}/imports?partial=1", bad, content_type="text/csv")
    assert (partial.status_code, partial.json()["created"], [row["line"] for row in partial.json()["problems"]]) == (201, 2, [4, 5])


def test_holdings_show_what_is_held(api: APIClient, acme: Instrument, url: str) -> None:
    api.post(f"{url}/transactions", BUY)
    PriceFactory(instrument=acme, date=dt.date(2024, 3, 5), close=Decimal(120))
    shown = api.get(f"{url}/holdings?as_of=2024-03-06").json()
    held = shown["holdings"][0]
    assert (shown["as_of"], shown["base_currency"], held["symbol"], held["quantity"]) == ("2024-03-06", "EUR", "ACME", "10")
    assert (held["cost_basis_base"], held["market_value_base"], held["unrealized_gain_base"], held["weight"]) == ("1006.5", "1200", "193.5", 1.0)
    assert (shown["totals"]["market_value"], shown["totals"]["total_gain"], shown["problems"]) == ("1200", "193.5", [])
    assert api.get(f"{url}/holdings?as_of=2024-02-01").json()["holdings"] == []


def test_performance_lots_and_allocation_are_answered(api: APIClient, acme: Instrument, url: str) -> None:
    api.post(f"{url}/transactions", BUY)
    PriceFactory(instrument=acme, date=dt.date(2024, 3, 5), close=Decimal(120))
    shown = api.get(f"{url}/performance?to=2024-03-06").json()
    assert (shown["from"], shown["to"], shown["end_value"], shown["net_external_flow"]) == ("2024-02-29", "2024-03-06", "1200", "1006.5")
    assert shown["gain"]["total"] == "193.5"
    assert (shown["series"][-1]["date"], shown["series"][-1]["value"]) == ("2024-03-06", "1200")
    assert [name for name in shown if name.endswith("return")] == [
        "time_weighted_return",
        "money_weighted_return",
        "modified_dietz_return",
        "simple_return",
    ]
    assert api.get(f"{url}/performance?to=2024-03-06&benchmark=ACME").json()["benchmark"]["symbol"] == "ACME"
    lots = api.get(f"{url}/lots?as_of=2024-03-06").json()
    assert [(row["symbol"], row["quantity"], row["acquired_on"]) for row in lots["open"]] == [("ACME", "10", "2024-03-01")]
    assert api.get(f"{url}/lots?symbol=NOPE").status_code == 404
    rows = api.get(f"{url}/allocation?by=currency&as_of=2024-03-06").json()["rows"]
    assert [(row["key"], row["weight"]) for row in rows] == [("EUR", 1.0)]


def test_a_new_price_of_a_benchmark_given_by_symbol_is_seen(api: APIClient, alice: User, acme: Instrument, url: str) -> None:
    api.post(f"{url}/transactions", BUY)
    InstrumentFactory(symbol="IDX", owner=alice)
    address = f"{url}/performance?to=2024-03-06&benchmark=IDX"
    api.post(f"{V1}/instruments/IDX/prices", [{"date": "2024-02-29", "close": "100"}, {"date": "2024-03-06", "close": "110"}])
    first = api.get(address)
    assert first.json()["benchmark"]["time_weighted_return"] == pytest.approx(0.1)
    api.post(f"{V1}/instruments/IDX/prices", [{"date": "2024-03-06", "close": "120"}])
    second = api.get(address, headers={"If-None-Match": first["ETag"]})
    assert second.json()["benchmark"]["time_weighted_return"] == pytest.approx(0.2)


@pytest.fixture
def rich_book(api: APIClient, book: Portfolio, acme: Instrument, url: str) -> Portfolio:
    """A ledger with everything an export must not lose."""
    update_portfolio(actor=book.owner, portfolio=book, lot_method="specific")
    PriceFactory(instrument=acme, date=dt.date(2024, 3, 5), close=Decimal(120))
    FxRateFactory(date=dt.date(2024, 1, 1))
    first = api.post(f"{url}/transactions", {**BUY, "note": "=HYPERLINK(1)", "external_id": "-1", "settlement_date": "2024-03-03"}).json()
    bodies: list[dict[str, Any]] = [
        {**BUY, "price": "99", "note": '\'quoted, "and"\nbroken', "account": "@depot"},
        {
            "kind": "sell",
            "symbol": "ACME",
            "trade_date": "2024-03-02",
            "quantity": "4",
            "price": "110",
            "lots": [{"transaction": first["id"], "quantity": "4"}],
        },
        {"kind": "transfer_out", "symbol": "ACME", "trade_date": "2024-03-04", "quantity": "2", "counter_account": "Wallet", "note": "moved"},
        {"kind": "dividend", "symbol": "ACME", "trade_date": "2024-03-05", "amount": "-3.25", "currency": "USD", "fx_rate": "0.9", "tax": "-0.5"},
        {"kind": "fee", "trade_date": "2024-03-05", "amount": "-7"},
        {"kind": "split", "symbol": "ACME", "trade_date": "2024-03-05", "quantity": "2"},
        {"kind": "deposit", "trade_date": "2024-03-05", "amount": "1000"},
    ]
    for body in bodies:
        answer = api.post(f"{url}/transactions", body)
        assert answer.status_code == 201, answer.json()
    return book


def ledger_of(portfolio: Portfolio) -> list[tuple[Any, ...]]:
    rows = Transaction.objects.filter(portfolio=portfolio).select_related("instrument", "account", "counter_account").order_by("sequence")
    places = {str(row.pk): index for index, row in enumerate(rows)}
    names = [
        "kind",
        "trade_date",
        "settlement_date",
        "quantity",
        "price",
        "amount",
        "fee",
        "tax",
        "currency",
        "fx_rate",
        "note",
        "external_id",
        "sequence",
    ]
    return [
        (
            *(getattr(row, name) for name in names),
            row.instrument and row.instrument.symbol,
            row.account.name,
            row.counter_account and row.counter_account.name,
            [(places[lot["transaction"]], lot["quantity"]) for lot in row.lots or ()],
        )
        for row in rows
    ]


@pytest.mark.parametrize("kind", ["csv", "json"])
def test_an_export_loses_nothing(api: APIClient, rich_book: Portfolio, url: str, kind: str) -> None:
    exported = api.get(f"{url}/export?format={kind}")
    assert exported["Content-Disposition"] == f'attachment; filename="long-term.{kind}"'
    other = PortfolioFactory(owner=rich_book.owner, lot_method="specific")
    types = {"csv": "text/csv", "json": "application/json"}
    done = api.post(f"{V1}/portfolios/{other.pk}/imports", exported.content, content_type=types[kind])
    assert done.status_code == 201, done.json()
    assert ledger_of(other) == ledger_of(rich_book)
    figures = [api.get(f"{V1}/portfolios/{portfolio.pk}/holdings?as_of=2024-03-06").json() for portfolio in (rich_book, other)]
    assert figures[0] == figures[1]
    again = api.post(f"{url}/imports", exported.content, content_type=types[kind]).json()
    assert (again["created"], again["problems"]) == (0, [])


def test_a_spreadsheet_finds_no_formula_in_an_export(api: APIClient, rich_book: Portfolio, url: str) -> None:
    text = api.get(f"{url}/export?format=csv").content.decode()
    assert ",'=HYPERLINK(1)," in text
    assert ",'@depot," in text
    assert ",'-1," in text
    assert ",-3.25," in text


def test_an_export_of_a_plain_ledger_has_the_columns_of_the_contract(api: APIClient, url: str) -> None:
    api.post(f"{url}/transactions", BUY)
    first = api.get(f"{url}/export?format=csv").content.decode().splitlines()[0]
    assert first == "date,type,symbol,quantity,price,amount,fee,tax,currency,fx_rate,account,note,external_id"


def test_an_export_brings_its_instruments_along(api: APIClient, alice: User, bob: User, call: Callable[[User], APIClient], url: str) -> None:
    InstrumentFactory(symbol="OWN", owner=alice, name="My fund", kind="fund", sector="Tech")
    api.post(f"{url}/transactions", {**BUY, "symbol": "OWN"})
    exported = api.get(f"{url}/export?format=json").content
    other = PortfolioFactory(owner=bob)
    done = call(bob).post(f"{V1}/portfolios/{other.pk}/imports?create_instruments=1", exported, content_type="application/json")
    assert done.json()["created"] == 1
    made = Instrument.objects.get(owner=bob)
    assert (made.symbol, made.name, made.kind, made.sector) == ("OWN", "My fund", "fund", "Tech")
