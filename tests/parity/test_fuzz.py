"""Whatever a program may send: no answer is an error of ours, none breaks the published schema, none tells a stranger anything.

FUZZ_EXAMPLES=100 tries more of each operation than a common run does.
"""

import os
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

import pytest
import schemathesis
from django.core.signals import request_finished, request_started
from django.core.wsgi import get_wsgi_application
from django.db import close_old_connections, transaction
from django.test import Client
from drf_spectacular.generators import SchemaGenerator
from hypothesis import HealthCheck, settings
from schemathesis import GenerationMode
from schemathesis.config import SchemathesisConfig
from schemathesis.core.parameters import ParameterLocation
from schemathesis.specs.openapi.checks import negative_data_rejection

from tests.factories import PASSWORD
from tests.parity.conftest import World
from tests.parity.test_routes import OWNED

EXAMPLES = int(os.environ.get("FUZZ_EXAMPLES", "10"))
CONFIG = SchemathesisConfig.from_dict(
    {
        "phases": {"coverage": {"enabled": True}, "stateful": {"enabled": False}},
        # What fits the schema may still be refused: a symbol that is not there, a sale of more than is held.
        "checks": {
            "positive_data_acceptance": {"enabled": False},
            "negative_data_rejection": {"expected-statuses": [400, 401, 403, 404, 405, 406, 409, 412, 413, 415, 422, 429]},
        },
        "warnings": False,
    }
)
SCHEMA = schemathesis.openapi.from_dict(SchemaGenerator().get_schema(request=None, public=True), config=CONFIG)
SCHEMA.app = get_wsgi_application()
thorough = settings(max_examples=EXAMPLES, deadline=None, suppress_health_check=list(HealthCheck))
pytestmark = pytest.mark.django_db


@pytest.fixture(autouse=True)
def _never_too_many(settings: Any) -> None:
    settings.API_WRITES_PER_MINUTE = settings.API_FIGURES_PER_MINUTE = 10**9


def bearer(world: World, person: str) -> dict[str, str]:
    body = {"email": world.people[person].email, "password": PASSWORD}
    return {"Authorization": f"Bearer {Client().post('/api/ums/auth/login', body, content_type='application/json').json()['access']}"}


@pytest.fixture
def owner(world: World) -> dict[str, str]:
    return bearer(world, "owner")


@pytest.fixture
def stranger(world: World) -> dict[str, str]:
    return bearer(world, "stranger")


def aim(case: schemathesis.Case, world: World) -> None:
    """Let the address be about what is alice's, unless it is the address that is wrong on purpose."""
    part = case.meta.components.get(ParameterLocation.PATH) if case.meta else None
    if part is None or part.mode is GenerationMode.NEGATIVE:
        return
    for name in case.path_parameters or {}:
        case.path_parameters[name] = str(world.things.get(name, case.path_parameters[name]))


@contextmanager
def taken_back() -> Iterator[None]:
    """Undo what a request does. The server's own door hangs up after each; here all share the connection of the test."""
    for signal in (request_started, request_finished):
        signal.disconnect(close_old_connections)
    try:
        with transaction.atomic():
            yield
            transaction.set_rollback(True)
    finally:
        for signal in (request_started, request_finished):
            signal.connect(close_old_connections)


def ask(case: schemathesis.Case, headers: dict[str, str]) -> schemathesis.Response:
    # A body of text/csv is any text: none is of the wrong kind, and what it says is answered line by line.
    excluded = [negative_data_rejection] if case.media_type == "text/csv" else []
    return case.call_and_validate(headers=headers, excluded_checks=excluded)


@SCHEMA.parametrize()
@thorough
def test_no_answer_to_the_owner_breaks_the_schema(case: schemathesis.Case, world: World, owner: dict[str, str]) -> None:
    aim(case, world)
    with taken_back():
        ask(case, owner)


@SCHEMA.parametrize()
@thorough
def test_a_stranger_learns_nothing(case: schemathesis.Case, world: World, stranger: dict[str, str]) -> None:
    aim(case, world)
    with taken_back():
        answer = ask(case, stranger)
    # An address that names what is alice's leads nowhere, whatever else is in the request. OPTIONS tells everybody the same of the form.
    assert answer.status_code >= 400 or case.method == "OPTIONS" or not OWNED & set(case.path_parameters or {})
    told = answer.content.decode()
    assert [word for word in ("alice@example.com", "Watched", "MINE plc") if word in told] == []
