"""What people try who want in: another site's form, fields that are not theirs to set, texts that a browser or a spreadsheet would run."""

import csv
import io
from collections.abc import Iterator
from itertools import product

import pytest
from django.apps import apps
from django.conf import settings
from django.contrib import admin
from django.db import DatabaseError, models, transaction
from django.http import HttpResponse
from django.test import Client
from django.urls import reverse

from accounts.models import User, UserSession
from portfolio.models import Portfolio
from tests.factories import PASSWORD
from tests.parity.conftest import World
from tests.parity.routes import ROUTES
from tests.parity.test_routes import ask, make_address

pytestmark = pytest.mark.django_db

WRITING = [route for route, (_, writing) in ROUTES.items() if writing and writing != "missing"]
PAGES = [route for route, (reading, _) in ROUTES.items() if reading not in ("", "missing", "upload")]
# Whoever asks here has no session yet, or is told nothing but who is signed in.
NEEDS_NO_TOKEN = {"api/ums/auth/login", "api/ums/auth/refresh", "api/ums/auth/session", "api/schema", "api/docs"}
MARKUP, FORMULA = "<i id=x>\"'", "=1+1|@SUM(1)"
# Texts that a program gave a meaning, and the address that the test goes by.
NOT_FREE = {"password", "session_key", "symbol", "currency", "base_currency", "time_zone", "locale", "record", "credential"}


def test_the_form_of_another_site_does_nothing(world: World) -> None:
    browser = Client(enforce_csrf_checks=True)
    browser.force_login(world.people["owner"])
    for route in WRITING:
        for method in ("POST", "PUT", "PATCH", "DELETE"):
            answer = ask(browser, method, make_address(route, world.things))
            assert answer.status_code in {403, 405} or route in NEEDS_NO_TOKEN, (method, route)


@pytest.mark.parametrize("way", ["page", "api"])
def test_a_session_key_that_somebody_planted_is_worth_nothing(alice: User, way: str) -> None:
    browser = Client()
    browser.get("/login/")
    browser.session["planted"] = True
    browser.session.save()
    planted = browser.session.session_key
    body = {"email": alice.email, "password": PASSWORD}
    if way == "page":
        browser.post("/login/", body)
        assert browser.session.session_key != planted
    else:
        browser.post("/api/ums/auth/login", body, content_type="application/json")
    thief = Client()
    thief.cookies[settings.SESSION_COOKIE_NAME] = planted or ""
    assert thief.get("/api/ums/auth/session").json() == {"authenticated": False}
    assert UserSession.objects.filter(user=alice, session_key=planted).count() == 0


@pytest.mark.parametrize("person", ["owner", "stranger"])
def test_nobody_sets_what_is_not_his_to_set(world: World, person: str) -> None:
    owners = dict(Portfolio.objects.values_list("pk", "owner"))
    rights = list(User.objects.order_by("pk").values_list("pk", "is_staff", "is_superuser", "email"))
    foreign, owner, stranger = (str(row.pk) for row in (world.foreign, world.people["owner"], world.people["stranger"]))
    ids = {"id": foreign, "pk": foreign, "owner": stranger, "owner_id": stranger, "user": owner, "user_id": owner, "portfolio_id": foreign}
    rights_wanted = {"is_staff": True, "is_superuser": True, "groups": ["admin"], "email": "taken@example.com", "revision": 1}
    wanted = {**ids, **rights_wanted, "name": "New", "base_currency": "EUR"}
    for route, method in product([route for route in WRITING if route.startswith("api/")], ["post", "put", "patch"]):
        with transaction.atomic():
            answer = getattr(world.browse(person), method)(make_address(route, world.things), wanted, content_type="application/json")
            assert answer.status_code < 500, route
            kept = dict(Portfolio.objects.filter(pk__in=owners).values_list("pk", "owner"))
            assert kept.items() <= owners.items()
            assert list(User.objects.order_by("pk").values_list("pk", "is_staff", "is_superuser", "email")) == rights
            transaction.set_rollback(True)


@pytest.mark.parametrize("person", ["owner", "percentages", "staff"])
def test_no_text_of_a_person_becomes_part_of_a_page(world: World, person: str) -> None:
    plant(MARKUP)
    shown = [count_harmless(world.browse(person).get(make_address(route, world.things))) for route in PAGES]
    # As the text that it is: somewhere it must be shown, or nothing has been tried.
    assert sum(shown) > (10 if person == "owner" else 0)


def test_no_text_of_a_person_becomes_part_of_the_administration(world: World) -> None:
    plant(MARKUP)
    desk, shown = world.browse("staff"), 0
    for model in admin.site._registry:
        name = f"admin:{model._meta.app_label}_{model._meta.model_name}"
        shown += count_harmless(desk.get(reverse(f"{name}_changelist")))
        for row in model._default_manager.all()[:3]:
            shown += count_harmless(desk.get(reverse(f"{name}_change", args=[row.pk])))
    assert shown > 10


def test_no_text_of_a_person_runs_in_a_spreadsheet(world: World) -> None:
    assert plant(FORMULA) > 10
    client, sheets = world.browse("owner"), 0
    for route in PAGES:
        answer = client.get(make_address(route, world.things), {"format": "csv"} if route.endswith("export") else {})
        if answer.headers.get("Content-Type", "").startswith("text/csv"):
            sheets += 1
            cells = [cell for row in csv.reader(io.StringIO(answer.content.decode("utf-8-sig"))) for cell in row]
            assert [cell for cell in cells if cell.startswith(("=", "@", "\t"))] == [], route
    assert sheets > 1


def plant(text: str) -> int:
    """Write the text into every column that holds people's words, wherever the database lets it; return how many."""
    return sum(_write(model, field, text) for model, field in _find_texts())


def _find_texts() -> Iterator[tuple[type[models.Model], models.Field]]:
    for label in ("accounts", "portfolio"):
        for model in apps.get_app_config(label).get_models():
            if model._meta.managed:
                texts = [field for field in model._meta.concrete_fields if isinstance(field, models.CharField | models.TextField)]
                yield from ((model, field) for field in texts if not field.choices and field.name not in NOT_FREE)


def _write(model: type[models.Model], field: models.Field, text: str) -> int:
    longest = getattr(field, "max_length", None) or len(text)
    row = model._default_manager.first()
    if row is None or longest < len(text):
        return 0
    try:
        with transaction.atomic():
            return model._default_manager.filter(pk=row.pk).update(**{field.name: text})
    except DatabaseError:
        return 0


def count_harmless(answer: HttpResponse) -> int:
    """Return how often a page shows the planted text as a text, after seeing that it is not part of the page."""
    assert answer.status_code < 500
    if not answer.headers.get("Content-Type", "").startswith("text/html"):
        return 0
    page = answer.content.decode()
    assert "<i id=x" not in page
    return page.count("&lt;i id=x")
