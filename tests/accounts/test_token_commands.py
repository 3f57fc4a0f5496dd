"""The commands about what runs out, and about terminal sessions."""

from datetime import timedelta
from pathlib import Path
from typing import Any

import pytest
from django.test import Client
from django.utils import timezone

from accounts.management.commands.check_token_expiry import _show
from accounts.models import User, UserSession
from accounts.selectors.expiry import measure_expiry
from accounts.services.keys import rotate_signing_key
from accounts.services.personal_tokens import create_token
from accounts.services.sessions import open_session
from common.api.throttles import COUNTERS, _count
from tests.accounts.sessions import LIFETIME, get_tokens, sign_in
from tests.accounts.test_commands import run, terminal  # noqa: F401  (fixtures)

pytestmark = pytest.mark.django_db


@pytest.fixture(autouse=True)
def _own_ring(settings, tmp_path: Path) -> None:
    settings.JWT_KEY_RING = tmp_path / "jwt_keys.json"


def make(user: User, days: int, name: str = "script") -> Any:
    return create_token(user=user, name=name, scopes=["profile:read"], lifetime=timedelta(days=days))


def test_nothing_that_runs_out_is_green(run, alice: User) -> None:  # noqa: F811
    make(alice, 30)
    get_tokens(alice)
    outcome = run("check_token_expiry", "--json")
    assert outcome.code == 0
    assert outcome.json["status"] == "green"
    assert outcome.json["families"] == {"open": 1, "ending": 0}
    assert [key["signs"] for key in outcome.json["keys"]] == [True]
    assert abs(outcome.json["clock_seconds"]) < 5


@pytest.mark.parametrize(("passed", "state"), [(25, "expiring"), (31, "expired")])
def test_token_that_runs_out_is_yellow(run, alice: User, time_machine, passed: int, state: str) -> None:  # noqa: F811
    made = make(alice, 30)
    time_machine.move_to(timezone.now() + timedelta(days=passed))
    with pytest.raises(SystemExit) as stop:
        run("check_token_expiry")
    assert stop.value.code == 10
    report = measure_expiry(soon=timedelta(days=7), old=timedelta(days=180))
    tokens = {"expired": report.expired, "expiring": report.expiring}
    assert tokens == {"expired": [], "expiring": []} | {state: [made.token]}


def test_clock_that_is_wrong_is_yellow(run, alice: User, time_machine) -> None:  # noqa: F811
    time_machine.move_to(timezone.now() + timedelta(minutes=2))
    with pytest.raises(SystemExit) as stop:
        run("check_token_expiry")
    assert stop.value.code == 10


def test_old_signing_key_is_named(run, time_machine) -> None:  # noqa: F811
    key = rotate_signing_key()
    time_machine.move_to(timezone.now() + timedelta(days=181))
    keys = measure_expiry(soon=timedelta(days=7), old=timedelta(days=180)).keys
    assert [(row.kid, row.signs, row.age_days, row.is_old) for row in keys] == [(key.kid, True, 181, True)]


def test_no_secret_is_reported(run, alice: User) -> None:  # noqa: F811
    made, key = make(alice, 3), rotate_signing_key()
    with pytest.raises(SystemExit):
        run("check_token_expiry", "--json")
    text = str(_show(measure_expiry(soon=timedelta(days=7), old=timedelta(days=180))))
    assert key.secret not in text
    assert made.token.token_hash not in text
    assert made.text not in text


def test_terminal_sessions_are_cleared_and_browsers_stay(run, alice: User, bob: User) -> None:  # noqa: F811
    browser = sign_in(alice)
    rows = [open_session(user=user, kind="terminal", lifetime=LIFETIME) for user in (alice, alice, bob)]
    UserSession.objects.filter(pk=rows[0].pk).update(last_seen_at=timezone.now() - timedelta(minutes=31))
    assert run("clear_terminal_sessions").code == 4
    assert run("clear_terminal_sessions", "--dry-run", "--json").json == {"ended": 0, "would_end": 3}
    assert run("clear_terminal_sessions", "--stale", "--yes", "--json").json == {"ended": 1}
    assert run("clear_terminal_sessions", "--user", "alice@example.com", "--yes", "--json").json == {"ended": 1}
    assert run("clear_terminal_sessions", "--yes").out == "Ended 1 terminal sessions.\n"
    assert run("clear_terminal_sessions", "--user", "nobody@example.com", "--yes").code == 1
    assert browser.get("/settings/").status_code == 200


def test_clearing_terminal_sessions_asks_a_person_first(terminal, alice: User) -> None:  # noqa: F811
    open_session(user=alice, kind="terminal", lifetime=LIFETIME)
    assert terminal("clear_terminal_sessions", typed="no\n").code == 4
    assert terminal("clear_terminal_sessions", typed="yes\n").code == 0
    assert not UserSession.objects.active().exists()


def test_cleared_cache_logs_nobody_out(run, alice: User) -> None:  # noqa: F811
    browser = sign_in(alice)
    assert browser.get("/settings/").status_code == 200
    _count([f"{COUNTERS}write:user:{alice.pk}:1"])
    assert run("clear_auth_cache").code == 4
    assert run("clear_auth_cache", "--dry-run", "--json").json["would_forget"] == {"sessions": 1, "counters": 1}
    outcome = run("clear_auth_cache", "--yes", "--json").json
    assert outcome == {"sessions": 1, "counters": 1}
    assert run("clear_auth_cache", "--yes", "--json").json == {"sessions": 0, "counters": 0}
    assert browser.get("/settings/").status_code == 200
    assert Client().get("/settings/").status_code == 302


def test_cache_that_is_away_is_said(run, settings) -> None:  # noqa: F811
    settings.CACHES = {"default": {**settings.CACHES["default"], "LOCATION": "unix:///nowhere/valkey.sock?db=0"}}
    assert run("clear_auth_cache", "--yes").code == 3


@pytest.mark.parametrize("arguments", [["--days", "-1"], ["--days", "99999999999"], ["--key-days", "-1"], ["--days", "x"]])
def test_senseless_number_of_days_is_wrong_usage(run, arguments: list[str]) -> None:  # noqa: F811
    assert run("check_token_expiry", *arguments).code in (1, 2)
