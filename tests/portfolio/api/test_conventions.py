"""What holds for every address: JSON refusals, slashes, versions, keys, pages."""

import datetime as dt
import json
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
from django.core.management import call_command
from django.test import Client
from django.utils import timezone
from rest_framework.test import APIClient

from accounts.models import IdempotencyRecord, User
from accounts.services.idempotency import KEPT_FOR, remove_expired_records
from portfolio.models import Portfolio, Transaction
from tests.factories_portfolio import InstrumentFactory, PortfolioFactory, PriceFactory, TransactionFactory

V1 = "/api/v1"
BUY = {"kind": "buy", "symbol": "ACME", "trade_date": "2024-03-01", "quantity": "10", "price": "100.5"}


def test_an_unknown_address_is_answered_in_json(client: Client) -> None:
    for method in ("get", "post", "delete"):
        answer = getattr(client, method)("/api/v1/nothing")
        assert (answer.status_code, answer.json()["code"]) == (404, "not_found")


def test_a_wrong_method_is_answered_in_json(api: APIClient) -> None:
    answer = api.put(f"{V1}/portfolios", {})
    assert (answer.status_code, answer.json()["code"]) == (405, "method_not_allowed")


def test_a_wrong_content_type_is_answered_in_json(api: APIClient, url: str) -> None:
    answer = api.post(f"{url}/transactions", b"<a/>", content_type="application/xml")
    assert (answer.status_code, answer.json()["code"]) == (415, "unsupported_media_type")


def test_who_is_not_signed_in_gets_401(client: Client, url: str) -> None:
    answer = client.get(f"{url}/holdings")
    assert (answer.status_code, answer.json()["code"]) == (401, "not_authenticated")
    assert answer["WWW-Authenticate"].startswith("Bearer")


@pytest.mark.parametrize("path", ["/api/v1/portfolios/", "/api/health/live/", "/api/ums/auth/session/", "/api/schema/"])
def test_a_slash_at_the_end_changes_nothing(api: APIClient, path: str) -> None:
    assert api.get(path).status_code == 200


def test_a_post_with_a_slash_is_not_redirected(api: APIClient, url: str) -> None:
    assert api.post(f"{url}/transactions/", BUY).status_code == 201


def test_the_browsers_accept_header_does_not_matter(api: APIClient) -> None:
    answer = api.get(f"{V1}/portfolios", headers={"Accept": "text/html"})
    assert answer["Content-Type"] == "application/json"


@pytest.mark.parametrize(
    "body",
    [
        b'{"name": "A", "base_currency": "EUR", "owner": 1}',
        b'{"name": "A", "base_currency": "EUR", "revision": 7}',
        b'{"name": "A", "name": "B", "base_currency": "EUR"}',
        b'{"name": "A", "base_currency": "EUR"',
        b'{"name": "A\\ud800", "base_currency": "EUR"}',
        b'{"name": "A\\u0000", "base_currency": "EUR"}',
        b'{"name": 5, "base_currency": "EUR"}',
        b'{"name": "A", "base_currency": "EUR", "cash_tracking": "yes"}',
        b'{"name": "A", "base_currency": "EUR", "lot_method": "best"}',
        b'{"name": "A", "base_currency": "GBX"}',
        b'{"name": "A", "base_currency": NaN}',
        b'{"name": "A", "base_currency": 1e999999999}',
        b'{"name": "A", "base_currency": 0e-999999999}',
        b'{"name": "", "base_currency": "EUR"}',
        b"[]",
        b'"x"',
        b"\xff",
        b"",
        b"[" * 100_000,
    ],
)
def test_a_body_is_read_strictly(api: APIClient, body: bytes) -> None:
    answer = api.post(f"{V1}/portfolios", body, content_type="application/json")
    assert answer.status_code == 400
    assert set(answer.json()) == {"code", "message", "detail"}
    assert not Portfolio.objects.exists()


@pytest.mark.parametrize(
    ("query", "name"),
    [
        ("holdings?as_of=yesterday", "as_of"),
        ("holdings?as_of=2024-02-30", "as_of"),
        ("holdings?as_of=2024-01-01&as_of=2024-01-02", "as_of"),
        ("performance?from=2024-13-01", "from"),
        ("performance?from=2024-02-01&to=2024-01-01", "from"),
        ("allocation?by=mood", "by"),
        ("transactions?kind=gift", "kind"),
        ("transactions?page_size=0", "page_size"),
        ("transactions?page_size=9999999999999999999", "page_size"),
        ("transactions?cursor=abc", "cursor"),
        ("transactions?cursor=WzAsInh4eCIsMV0", "cursor"),
        ("accounts?cursor=WzAsIlx1MDAwMCJd", "cursor"),
        ("transactions?text=%00", "text"),
        ("export?format=xml", "format"),
    ],
)
def test_a_bad_parameter_is_named(api: APIClient, url: str, query: str, name: str) -> None:
    answer = api.get(f"{url}/{query}")
    assert (answer.status_code, answer.json()["detail"]["field"]) == (400, name)


def test_pages_reach_every_row_once_forwards_and_back(api: APIClient, book: Portfolio, acme: Any, url: str) -> None:
    for number in range(7):
        TransactionFactory(portfolio=book, instrument=acme, trade_date=dt.date(2024, 1, 1 + number // 3))
    expected = list(Transaction.objects.order_by("-trade_date", "-sequence").values_list("pk", flat=True))
    seen, pages, address = [], [], f"{url}/transactions?page_size=3"
    while address:
        answer = api.get(address).json()
        seen += [row["id"] for row in answer["results"]]
        pages.append(answer)
        address = answer["next"]
    assert seen == [str(pk) for pk in expected]
    assert pages[0]["previous"] is None
    back = api.get(pages[-1]["previous"]).json()
    assert [row["id"] for row in back["results"]] == [row["id"] for row in pages[1]["results"]]
    first = api.get(back["previous"]).json()
    assert first["results"] == pages[0]["results"]
    assert first["previous"] is None


def test_a_page_keeps_its_filters(api: APIClient, book: Portfolio, acme: Any, url: str) -> None:
    for kind in ("buy", "buy", "sell"):
        TransactionFactory(portfolio=book, instrument=acme, kind=kind)
    address = api.get(f"{url}/transactions?kind=buy&page_size=1").json()["next"]
    answer = api.get(address).json()
    assert ([row["kind"] for row in answer["results"]], answer["next"]) == (["buy"], None)


READS = [
    "",
    "/accounts",
    "/transactions",
    "/imports",
    "/holdings",
    "/performance",
    "/lots",
    "/allocation",
    "/export?format=csv",
    "/export?format=json",
]


@pytest.mark.parametrize("path", READS)
def test_a_read_that_is_still_right_is_304(api: APIClient, book: Portfolio, acme: Any, url: str, path: str) -> None:
    TransactionFactory(portfolio=book, instrument=acme)
    first = api.get(url + path)
    assert first.status_code == 200
    again = api.get(url + path, headers={"If-None-Match": first["ETag"]})
    assert (again.status_code, again.content, again["ETag"]) == (304, b"", first["ETag"])
    for other in ('"other"', "not a tag"):
        assert api.get(url + path, headers={"If-None-Match": other}).status_code == 200


@pytest.mark.parametrize("path", ["/transactions", "/holdings", "/performance", "/lots", "/allocation", "/export?format=csv"])
def test_a_new_fact_makes_a_read_new(api: APIClient, staff: User, call: Callable[[User], APIClient], url: str, path: str) -> None:
    api.post(f"{url}/transactions", BUY)
    before = api.get(url + path)["ETag"]
    assert api.post(f"{url}/transactions", BUY).status_code == 201
    after = api.get(url + path, headers={"If-None-Match": before})
    assert after.status_code == 200
    assert call(staff).post(f"{V1}/instruments/ACME/prices", [{"date": "2024-03-05", "close": "7"}]).status_code == 200
    assert api.get(url + path, headers={"If-None-Match": after["ETag"]}).status_code == 200


def test_a_change_needs_the_version_that_was_read(api: APIClient, url: str) -> None:
    created = api.post(f"{url}/transactions", BUY)
    address = created["Location"]
    seen = api.get(address)["ETag"]
    assert seen == created["ETag"]
    assert api.patch(address, {"note": "a"}, headers={"If-Match": seen}).status_code == 200
    late = api.patch(address, {"note": "b"}, headers={"If-Match": seen})
    assert (late.status_code, late.json()["code"]) == (412, "precondition_failed")
    assert api.delete(address, headers={"If-Match": seen}).status_code == 412
    assert api.patch(address, {"note": "c"}, headers={"If-Match": "*"}).status_code == 200
    assert api.patch(address, {"note": "d"}).status_code == 200
    assert api.patch(address, {"note": "e"}, headers={"If-Match": "garbage"}).status_code == 400


def test_portfolios_and_instruments_have_versions_too(api: APIClient, alice: User, url: str) -> None:
    InstrumentFactory(symbol="OWN", owner=alice)
    for address, change in ((url, {"name": "New"}), (f"{V1}/instruments/OWN", {"name": "New"})):
        seen = api.get(address)["ETag"]
        assert api.patch(address, change, headers={"If-Match": seen}).status_code == 200
        assert api.patch(address, {"name": "Newer"}, headers={"If-Match": seen}).status_code == 412
        assert api.delete(address, headers={"If-Match": seen}).status_code == 412


def post_with_key(api: APIClient, address: str, body: Any, key: str = "k-1") -> Any:
    return api.post(address, body, headers={"Idempotency-Key": key})


def test_a_request_repeated_with_its_key_changes_nothing_twice(api: APIClient, url: str) -> None:
    first = post_with_key(api, f"{url}/transactions", BUY)
    again = post_with_key(api, f"{url}/transactions", dict(reversed(BUY.items())))
    assert (first.status_code, again.status_code) == (201, 201)
    assert again.json() == first.json()
    assert (again["Location"], again["ETag"], again["Idempotency-Replayed"]) == (first["Location"], first["ETag"], "true")
    assert Transaction.objects.count() == 1


def test_a_key_is_for_one_request(api: APIClient, url: str) -> None:
    post_with_key(api, f"{url}/transactions", BUY)
    for address, body in (
        (f"{url}/transactions", {**BUY, "quantity": "11"}),
        (f"{url}/accounts", {"name": "Depot"}),
        (f"{url}/transactions?x=1", BUY),
    ):
        answer = post_with_key(api, address, body)
        assert (answer.status_code, answer.json()["code"]) == (422, "idempotency_mismatch")
    assert Transaction.objects.count() == 1


def test_a_refused_request_may_be_sent_again_with_its_key(api: APIClient, url: str) -> None:
    refused = post_with_key(api, f"{url}/transactions", {**BUY, "kind": "sell"})
    assert refused.status_code == 409
    assert not IdempotencyRecord.objects.exists()
    assert post_with_key(api, f"{url}/transactions", BUY).status_code == 201


def test_keys_of_two_people_are_two_keys(api: APIClient, bob: User, call: Callable[[User], APIClient]) -> None:
    body = {"name": "Same", "base_currency": "EUR"}
    assert post_with_key(api, f"{V1}/portfolios", body).status_code == 201
    assert post_with_key(call(bob), f"{V1}/portfolios", body)["Location"] != post_with_key(api, f"{V1}/portfolios", body)["Location"]


@pytest.mark.parametrize("key", ["", " ", "a b", "x" * 256, "\u00fc"])
def test_a_key_that_is_none_is_refused(api: APIClient, url: str, key: str) -> None:
    assert post_with_key(api, f"{url}/transactions", BUY, key=key).status_code == 400
    assert not Transaction.objects.exists()


def test_a_key_is_kept_for_a_day(api: APIClient, url: str) -> None:
    post_with_key(api, f"{url}/transactions", BUY)
    IdempotencyRecord.objects.update(created_at=timezone.now() - KEPT_FOR - dt.timedelta(seconds=1))
    assert post_with_key(api, f"{url}/transactions", BUY).status_code == 201
    assert Transaction.objects.count() == 2
    IdempotencyRecord.objects.update(created_at=timezone.now() - KEPT_FOR - dt.timedelta(seconds=1))
    assert (remove_expired_records(), IdempotencyRecord.objects.count()) == (1, 0)


WRITES = [
    (f"{V1}/portfolios", {"name": "P2", "base_currency": "EUR"}),
    (f"{V1}/instruments", {"symbol": "NEW", "currency": "EUR"}),
    (f"{V1}/fx-rates", [{"date": "2024-01-02", "base": "EUR", "quote": "USD", "rate": "1.1"}]),
    (f"{V1}/instruments/OWN/prices", [{"date": "2024-01-02", "close": "1"}]),
    (f"{V1}/prices", [{"symbol": "OWN", "date": "2024-01-03", "close": "1"}]),
    ("{url}/accounts", {"name": "Depot"}),
    ("{url}/transactions", BUY),
]


@pytest.mark.parametrize(("address", "body"), WRITES)
def test_every_post_that_writes_takes_a_key(api: APIClient, alice: User, url: str, address: str, body: Any) -> None:
    InstrumentFactory(symbol="OWN", owner=alice)
    first = post_with_key(api, address.format(url=url), body)
    again = post_with_key(api, address.format(url=url), body)
    assert first.status_code in {200, 201}
    assert (again.status_code, again.content, again["Idempotency-Replayed"]) == (first.status_code, first.content, "true")


def test_a_stranger_finds_nothing(api: APIClient, book: Portfolio, charlie: User, call: Callable[[User], APIClient], url: str) -> None:
    entry = api.post(f"{url}/transactions", BUY)["Location"]
    account = f"{url}/accounts/{api.get(f'{url}/accounts').json()['results'][0]['id']}"
    imported = f"{url}/imports/{book.pk}"
    stranger = call(charlie)
    requests = [("get", url + path, None) for path in READS]
    requests += [("get", address, None) for address in (entry, account, imported)]
    requests += [("delete", address, None) for address in (url, entry, account, imported)]
    requests += [
        ("patch", url, {"name": "x"}),
        ("put", url, {"name": "x", "base_currency": "EUR"}),
        ("patch", entry, {"note": "x"}),
        ("put", entry, BUY),
    ]
    requests += [("post", f"{url}/transactions", BUY), ("post", f"{url}/accounts", {"name": "x"}), ("patch", account, {"name": "x"})]
    for method, address, body in requests:
        answer = getattr(stranger, method)(address, body)
        assert (answer.status_code, answer.json()["code"]) == (404, "not_found"), (method, address)
    missing = stranger.get(f"{V1}/portfolios/{entry.rsplit('/', 1)[1]}")
    assert missing.content == stranger.get(url).content
    assert stranger.get(f"{V1}/portfolios").json()["results"] == []
    assert stranger.post(f"{url}/imports", b"date,type\n", content_type="text/csv").status_code == 404


def test_private_instruments_and_rates_are_seen_by_their_owner_only(
    api: APIClient, alice: User, charlie: User, call: Callable[[User], APIClient]
) -> None:
    PriceFactory(instrument=InstrumentFactory(symbol="OWN", owner=alice))
    api.post(f"{V1}/fx-rates", [{"date": "2024-01-02", "base": "EUR", "quote": "USD", "rate": "1.1"}])
    stranger = call(charlie)
    for path in ("", "/prices", "/quote"):
        assert stranger.get(f"{V1}/instruments/OWN{path}").status_code == 404
    assert stranger.post(f"{V1}/instruments/OWN/prices", [{"date": "2024-01-02", "close": "1"}]).status_code == 404
    assert stranger.delete(f"{V1}/instruments/OWN").status_code == 404
    assert stranger.get(f"{V1}/fx-rates").json()["results"] == []
    assert [row["symbol"] for row in stranger.get(f"{V1}/instruments").json()["results"]] == []


def test_the_api_describes_itself(client: Client) -> None:
    described = json.loads(client.get("/api/schema?format=json").content)
    assert described["openapi"].startswith("3.1")
    assert "/api/v1/portfolios/{portfolio_id}/holdings" in described["paths"]
    assert client.get("/api/schema").content.startswith(b"openapi: 3.1")
    assert client.get("/api/schema?format=xml").status_code == 400
    assert client.get("/api/docs").status_code == 200


def test_the_description_is_valid_and_names_every_operation(tmp_path: Path) -> None:
    """What `make docs` does."""
    call_command("spectacular", file=str(tmp_path / "openapi.yaml"), format="openapi-json", validate=True, fail_on_warn=True)
    described = json.loads((tmp_path / "openapi.yaml").read_text())
    operations = [operation for path in described["paths"].values() for operation in path.values()]
    assert [operation["operationId"] for operation in operations if not operation.get("summary") or not operation.get("tags")] == []
    assert {operation["tags"][0] for operation in operations if not operation["tags"][0][0].isupper()} == set()


def test_the_reference_page_has_no_inline_script_or_style(client: Client) -> None:
    page = client.get("/api/docs").content.decode()
    assert "<style" not in page
    assert " style=" not in page
    assert page.count("<script") == page.count("<script src=")


def test_another_owners_list_does_not_show_up_in_mine(api: APIClient, book: Portfolio) -> None:
    PortfolioFactory(name="Not mine")
    assert [row["name"] for row in api.get(f"{V1}/portfolios").json()["results"]] == ["Long term"]
