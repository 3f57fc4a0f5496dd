"""GET /api/health: what it says, to whom, and what it must not need."""

import asyncio
import json
import time
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from typing import Any

import pytest
from django.contrib.auth import HASH_SESSION_KEY, SESSION_KEY
from django.test import Client

from accounts.models import User
from ops.health import report
from ops.health.checks import CHECKS
from ops.health.liveness import note_life

pytestmark = pytest.mark.django_db
STRANGER = {"REMOTE_ADDR": "203.0.113.9"}


@pytest.fixture(autouse=True)
def _forget_reports() -> Iterator[None]:
    report._kept.clear()
    yield
    report._kept.clear()


@pytest.fixture
def signs_of_life() -> None:
    for name in ("worker", "beat", "queue"):
        note_life(name)


def ask(client: Client, query: str = "", **extra: Any) -> tuple[int, dict[str, Any]]:
    response = client.get(f"/api/health{query}", **extra)
    return response.status_code, json.loads(response.content)


@pytest.mark.usefixtures("signs_of_life")
def test_all_is_well(client: Client):
    status, answer = ask(client, **STRANGER)
    assert (status, answer) == (200, {"status": "ok", "checks": dict.fromkeys(CHECKS, "ok")})


def test_a_slash_at_the_end_changes_nothing(client: Client):
    assert client.get("/api/health/").status_code == 200
    assert client.get("/api/health/live/").content == b'{"status":"ok"}'


def test_without_signs_of_life_the_system_is_degraded(client: Client):
    status, answer = ask(client)
    assert status == 200
    assert answer["status"] == "degraded"
    assert answer["failing"] == ["worker", "beat"]


def test_a_worker_without_beat_is_told_apart(client: Client):
    note_life("worker")
    assert ask(client)[1]["failing"] == ["beat"]


def test_a_database_that_is_down_is_503(client: Client):
    from django.db import connections

    closed = connections["default"].settings_dict
    host = closed["HOST"]
    closed["HOST"] = "/nonexistent"
    try:
        status, answer = ask(client, "?only=database", **STRANGER)
    finally:
        closed["HOST"] = host
    assert (status, answer) == (503, {"status": "down", "checks": {"database": "down"}, "failing": ["database"]})


@pytest.mark.parametrize(("setting", "check"), [("CACHE_URL", "cache"), ("CHANNELS_URL", "channel_layer")])
def test_a_dead_cache_degrades(client: Client, settings, setting: str, check: str):
    setattr(settings, setting, "unix:///nonexistent.sock?db=0")
    status, answer = ask(client, f"?only={check}")
    assert (status, answer["status"], answer["checks"]) == (200, "degraded", {check: "down"})


def test_only_one_check_runs(client: Client):
    assert ask(client, "?only=disk", **STRANGER)[1]["checks"] == {"disk": "ok"}


def test_an_unknown_check_is_refused(client: Client):
    status, answer = ask(client, "?only=nonsense", **STRANGER)
    assert status == 400
    assert answer["code"] == "invalid_input"
    assert "nonsense" in answer["message"]


def test_this_machine_sees_details(client: Client):
    answer = ask(client, REMOTE_ADDR="127.0.0.1")[1]
    assert answer["version"]
    assert set(answer["details"]) == set(CHECKS)


@pytest.mark.parametrize("header", ["HTTP_X_FORWARDED_FOR", "HTTP_X_REAL_IP", "HTTP_FORWARDED"])
def test_a_forwarded_request_sees_none(client: Client, header: str):
    assert "details" not in ask(client, REMOTE_ADDR="127.0.0.1", **{header: "127.0.0.1"})[1]


def test_the_token_opens_the_details(client: Client, settings):
    settings.METRICS_TOKEN = "a-long-token-for-this-test"
    assert "details" in ask(client, HTTP_AUTHORIZATION=f"Bearer {settings.METRICS_TOKEN}", **STRANGER)[1]
    assert "details" not in ask(client, HTTP_AUTHORIZATION="Bearer wrong", **STRANGER)[1]
    settings.METRICS_TOKEN = ""
    assert "details" not in ask(client, HTTP_AUTHORIZATION="Bearer ", **STRANGER)[1]


def sign_in(client: Client, user: User) -> None:
    session = client.session
    session[SESSION_KEY], session[HASH_SESSION_KEY] = str(user.pk), user.get_session_auth_hash()
    session["_auth_user_backend"] = "django.contrib.auth.backends.ModelBackend"
    session.save()


def test_staff_see_details_and_others_do_not(client: Client, alice: User, bob: User, charlie: User, staff: User):
    seen = {}
    for user in (alice, bob, charlie, staff):
        sign_in(client, user)
        seen[user.name] = "details" in ask(client, **STRANGER)[1]
    assert seen == {"Alice": False, "Bob": False, "Charlie": False, "Staff": True}


def test_many_questions_are_one_run(client: Client):
    first = report.measure_health(["disk"])
    assert report.measure_health(["disk"]) is first
    report._kept.clear()
    assert report.measure_health(["disk"]) is not first


def test_writing_is_not_possible(client: Client):
    response = client.post("/api/health")
    assert response.status_code == 405
    assert response.headers["Allow"] == "GET, HEAD"


def test_a_check_that_hangs_does_not_hold_up_the_answer(client: Client, settings, tmp_path):
    import socket

    silent = socket.socket(socket.AF_UNIX)
    silent.bind(str(tmp_path / "silent"))
    silent.listen()
    settings.CACHE_URL = f"unix://{tmp_path / 'silent'}?db=0"
    begun = time.monotonic()
    assert ask(client, "?only=cache,disk")[1]["checks"] == {"cache": "down", "disk": "ok"}
    # Far from a timing: it would be for ever.
    assert time.monotonic() - begun < 30
    silent.close()


def test_live_touches_nothing(client: Client, django_assert_num_queries):
    with django_assert_num_queries(0):
        assert client.get("/api/health/live", HTTP_HOST="any.example").status_code == 200


def test_answers_do_not_depend_on_the_host_name(client: Client):
    assert client.get("/api/health", HTTP_HOST="10.0.0.7").status_code == 200


def test_it_can_be_asked_within_an_event_loop():
    async def ask() -> str:
        return report.measure_health(["disk"]).status

    # In a thread: the browser of other tests may have left its own loop running in this one.
    with ThreadPoolExecutor(1) as pool:
        assert pool.submit(lambda: asyncio.run(ask())).result() == "ok"
