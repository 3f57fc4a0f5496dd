"""Every address, with every method that it accepts, tried by everybody."""

import re
import uuid
from typing import Any

import pytest
from django.db import transaction
from django.http import HttpResponse
from django.test import Client
from django.urls import resolve

from portfolio.models import Portfolio
from tests.parity.conftest import World, list_routes
from tests.parity.routes import CLASSES, MISSING, OPEN, PEOPLE, REFUSED, ROUTES, SIGN_IN

ABSENT = {"symbol": "NONE", "passkey_id": 2**31 - 1}
NOT_ACCEPTED = "not accepted"
METHODS = ("GET", "POST", "PUT", "PATCH", "DELETE")
PART = re.compile(r"<(?:\w+:)?(\w+)>")
OURS = [route for route in list_routes() if not route.startswith("admin/")]
# Headers that differ from one answer to the next.
CHANGING = {"Content-Length", "Content-Security-Policy", "Expires"}
# What names an object that belongs to somebody; the others name words that all may know.
OWNED = {
    "portfolio_id",
    "account_id",
    "transaction_id",
    "import_id",
    "upload_id",
    "share_id",
    "session_id",
    "symbol",
    "token_id",
    "user_id",
    "passkey_id",
}


def make_address(route: str, things: dict[str, Any]) -> str:
    return "/" + PART.sub(lambda found: str(things[found[1]]), route).replace("^", "nowhere")


def ask(client: Client, method: str, address: str) -> HttpResponse:
    """Send an empty body, and take back whatever it did."""
    sent: dict[str, Any] = {} if method == "GET" else {"data": {} if method == "POST" and not address.startswith("/api/") else "{}"}
    if address.startswith("/api/") and method != "GET":
        sent["content_type"] = "application/json"
    with transaction.atomic():
        answer = getattr(client, method.lower())(address, **sent)
        transaction.set_rollback(True)
    return answer


def classify(answer: HttpResponse) -> str:
    if answer.status_code == 401 or (answer.status_code == 302 and answer["Location"].startswith("/login/")):
        return SIGN_IN
    assert answer.status_code < 500, answer.content
    return {403: REFUSED, 404: MISSING, 405: NOT_ACCEPTED}.get(answer.status_code, OPEN)


def test_every_route_has_a_class() -> None:
    assert sorted(set(OURS) - ROUTES.keys()) == [], "say in tests/parity/routes.py who may come here"
    assert sorted(ROUTES.keys() - set(OURS)) == [], "this address is no more"


@pytest.mark.django_db
@pytest.mark.parametrize("route", OURS)
def test_everybody_gets_what_the_class_says(world: World, route: str) -> None:
    address = make_address(route, world.things)
    found: dict[str, tuple[str, ...]] = {}
    for method in METHODS:
        # Each try is a browser of its own: signing out is tried too.
        first = classify(ask(world.browse(PEOPLE[0]), method, address))
        answers = (first, *(classify(ask(world.browse(person), method, address)) for person in PEOPLE[1:] if first != NOT_ACCEPTED))
        # Whoever may not come in at all is not told which methods there are.
        if NOT_ACCEPTED not in answers:
            found[method] = answers
    reading, writing = ROUTES[route]
    expected = {method: CLASSES[reading if method == "GET" else writing] for method in found if (reading if method == "GET" else writing)}
    assert found == expected
    assert bool(reading) == ("GET" in found)
    assert bool(writing) == any(method != "GET" for method in found)


@pytest.mark.django_db
@pytest.mark.parametrize("route", [route for route in OURS if OWNED & set(PART.findall(route))])
def test_a_foreign_id_looks_exactly_like_a_missing_one(world: World, route: str) -> None:
    names = [name for name in PART.findall(route) if name in OWNED]
    for method in METHODS:
        # All of alice's; and, below a portfolio, hers in one of the stranger's own.
        assert_same(world, method, route, world.things, names[0])
        if names[0] == "portfolio_id" and len(names) > 1:
            assert_same(world, method, route, {**world.things, "portfolio_id": world.foreign.pk}, names[1])


def assert_same(world: World, method: str, route: str, things: dict[str, Any], name: str) -> None:
    absent = {**things, name: ABSENT.get(name) or uuid.uuid4()}
    real, none = (ask(world.browse("stranger"), method, make_address(route, one)) for one in (things, absent))
    assert describe(real, str(things[name])) == describe(none, str(absent[name])), method


def describe(answer: HttpResponse, identifier: str) -> tuple[int, str, list[str]]:
    """Return all that a stranger can learn from an answer, without the id that he sent."""
    headers = [f"{name}: {value}" for name, value in sorted(answer.items()) if name not in CHANGING]
    return answer.status_code, answer.content.decode().replace(identifier, "ID"), headers


@pytest.mark.django_db
def test_each_try_leaves_everything_as_it_was(world: World) -> None:
    ask(world.browse("owner"), "DELETE", f"/api/v1/portfolios/{world.things['portfolio_id']}")
    assert Portfolio.objects.filter(pk=world.things["portfolio_id"]).exists()


def test_each_declared_address_leads_to_its_route() -> None:
    """A route that another one hides would be tried in vain."""
    parts = {name: uuid.uuid4() for name in OWNED} | {"passkey_id": 1, "symbol": "X", "date": "2024-01-02", "name": "x", "token": "y", "uidb64": "x"}
    for route in OURS:
        if "^" not in route:
            assert resolve(make_address(route, parts)).route == route
