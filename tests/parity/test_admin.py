"""The administration: closed to all but the staff, whatever the page."""

import re
import uuid

import pytest
from django.contrib import admin
from django.urls import reverse

from tests.parity.conftest import World, list_routes

PART = re.compile(r"<(?:\w+:)?\w+>|\(\?P<\w+>[^)]*\)")
PAGES = [route for route in list_routes() if route.startswith("admin/")]


@pytest.mark.django_db
@pytest.mark.parametrize("method", ["get", "post"])
def test_nobody_without_the_role_is_let_in(world: World, method: str) -> None:
    for person in ("anonymous", "owner", "editor", "stranger"):
        client = world.browse(person)
        for route in PAGES:
            address = "/" + PART.sub(str(uuid.uuid4()), route).replace("^", "").replace("$", "")
            answer = getattr(client, method)(address)
            assert answer.status_code in {302, 403, 404}, (person, route)
            if method == "post" and route == "admin/logout/":
                client = world.browse(person)


@pytest.mark.django_db
@pytest.mark.parametrize("model", admin.site._registry, ids=lambda model: model._meta.label)
def test_the_staff_sees_every_list(world: World, model: type) -> None:
    address = reverse(f"admin:{model._meta.app_label}_{model._meta.model_name}_changelist")  # type: ignore[attr-defined]
    assert world.browse("staff").get(address).status_code == 200
