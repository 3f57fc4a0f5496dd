"""The commands about people and sessions."""

import getpass
import io
import json
import subprocess
import sys
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pytest
from django.core.management import CommandError, call_command

from accounts.models import User, UserSession
from accounts.services.sessions import end_session, open_session
from tests.accounts.sessions import LIFETIME, session_of, sign_in
from tests.factories import PASSWORD

pytestmark = pytest.mark.django_db
NEW = "a-new-and-longer-secret-5"


@dataclass
class Outcome:
    code: int
    out: str
    error: str

    @property
    def json(self) -> dict[str, Any]:
        return json.loads(self.out)


@pytest.fixture
def run(monkeypatch: pytest.MonkeyPatch):
    """Run a command as a script does: standard input is a pipe, not a terminal."""

    def run(name: str, *arguments: str, stdin: str = "") -> Outcome:
        monkeypatch.setattr(sys, "stdin", io.StringIO(stdin))
        out = io.StringIO()
        try:
            call_command(name, *arguments, stdout=out, stderr=io.StringIO())
        except CommandError as error:
            return Outcome(error.returncode, out.getvalue(), str(error))
        return Outcome(0, out.getvalue(), "")

    return run


class Terminal(io.StringIO):
    def isatty(self) -> bool:
        return True


@pytest.fixture
def terminal(monkeypatch: pytest.MonkeyPatch):
    """Run a command as a person does, who types the answers."""

    def run(name: str, *arguments: str, typed: str = "", passwords: tuple[str, ...] = ()) -> Outcome:
        monkeypatch.setattr(sys, "stdin", Terminal(typed))
        answers = iter(passwords)
        monkeypatch.setattr(getpass, "getpass", lambda prompt: next(answers))
        out, error = io.StringIO(), io.StringIO()
        try:
            call_command(name, *arguments, stdout=out, stderr=error)
        except CommandError as refusal:
            return Outcome(refusal.returncode, out.getvalue(), str(refusal))
        return Outcome(0, out.getvalue(), error.getvalue())

    return run


@pytest.mark.parametrize(("name", "is_admin"), [("create_admin", True), ("create_local_user", False)])
def test_user_is_created_by_a_script(run, name: str, is_admin: bool) -> None:
    outcome = run(name, "--email", "Ops@Example.com", "--name", "Ops", "--password-stdin", "--json", stdin=f"{PASSWORD}\nmore\n")
    user = User.objects.get()
    assert outcome.code == 0
    assert outcome.json == {"id": str(user.pk), "email": "ops@example.com"}
    assert (user.name, user.is_staff, user.is_superuser) == ("Ops", is_admin, is_admin)
    assert user.check_password(PASSWORD)


def test_user_is_created_on_a_terminal(terminal) -> None:
    outcome = terminal("create_local_user", typed="dora@example.com\n", passwords=(PASSWORD, PASSWORD))
    assert (outcome.code, outcome.out) == (0, "Created dora@example.com.\n")
    assert User.objects.get().check_password(PASSWORD)


def test_two_different_entries_create_nobody(terminal) -> None:
    outcome = terminal("create_admin", "--email", "dora@example.com", passwords=(PASSWORD, PASSWORD + "x"))
    assert (outcome.code, User.objects.count()) == (1, 0)


@pytest.mark.parametrize("name", ["create_admin", "create_local_user"])
def test_existing_address_is_left_as_it_is(run, alice: User, name: str) -> None:
    before = User.objects.values().get()
    outcome = run(name, "--email", "ALICE@example.com", "--name", "Mallory", "--password-stdin", "--json", stdin=NEW)
    assert outcome.code == 1
    assert outcome.json["code"] == "email_taken"
    assert "\n" not in outcome.error
    assert User.objects.values().get() == before


@pytest.mark.parametrize(("email", "password", "code"), [("dora@example.com", "short", "weak_password"), ("dora", PASSWORD, "invalid_input")])
def test_weak_password_or_bad_address_creates_nobody(run, email: str, password: str, code: str) -> None:
    outcome = run("create_admin", "--email", email, "--password-stdin", "--json", stdin=password)
    assert (outcome.code, outcome.json["code"]) == (1, code)
    assert not User.objects.exists()


@pytest.mark.parametrize("arguments", [[], ["--email", "dora@example.com"]])
def test_without_terminal_and_password_it_is_wrong_usage(run, arguments: list[str]) -> None:
    assert run("create_admin", *arguments).code == 2
    assert not User.objects.exists()


def test_quiet_prints_nothing(run) -> None:
    outcome = run("create_admin", "--email", "dora@example.com", "--password-stdin", "--quiet", stdin=PASSWORD)
    assert (outcome.code, outcome.out) == (0, "")


def test_new_password_ends_every_session(run, alice: User, bob: User) -> None:
    browser, other = sign_in(alice), sign_in(bob)
    outcome = run("reset_user_password", "ALICE@example.com", "--password-stdin", "--json", stdin=NEW)
    assert outcome.json == {"id": str(alice.pk), "email": "alice@example.com", "sessions_ended": 1}
    assert browser.get("/settings/").status_code == 302
    assert other.get("/settings/").status_code == 200
    assert session_of(sign_in(alice, password=NEW)).is_active


@pytest.mark.parametrize(("email", "password", "code"), [("nobody@example.com", NEW, "not_found"), ("alice@example.com", "short", "weak_password")])
def test_refused_new_password_changes_nothing(run, alice: User, email: str, password: str, code: str) -> None:
    browser = sign_in(alice)
    outcome = run("reset_user_password", email, "--password-stdin", "--json", stdin=password)
    assert (outcome.code, outcome.json["code"]) == (1, code)
    assert browser.get("/settings/").status_code == 200
    assert User.objects.get().check_password(PASSWORD)


def test_dry_run_of_a_new_password_changes_nothing(run, alice: User) -> None:
    outcome = run("reset_user_password", alice.email, "--password-stdin", "--dry-run", stdin=NEW)
    assert (outcome.code, outcome.out) == (0, "Would set the password of alice@example.com.\n")
    assert User.objects.get().check_password(PASSWORD)


def test_users_are_listed(run, alice: User, staff: User) -> None:
    sign_in(alice)
    outcome = run("check_users", "--json").json
    assert outcome["count"] == 2
    assert [(user["email"], user["is_staff"], user["is_active"], user["sessions"]) for user in outcome["users"]] == [
        ("alice@example.com", False, True, 1),
        ("staff@example.com", True, True, 0),
    ]
    text = run("check_users").out
    assert "alice@example.com" in text
    assert "2 users, 1 of them administrators" in text
    assert "never" in text


def test_no_secret_is_listed(run, alice: User) -> None:
    browser = sign_in(alice)
    text = run("check_users", "--json").out + run("check_active_sessions", "--json").out
    alice.refresh_from_db()
    assert alice.password not in text
    assert browser.session.session_key not in text


def test_open_sessions_are_listed_by_user_and_kind(run, alice: User, bob: User) -> None:
    sign_in(alice)
    token = open_session(user=alice, kind="token", lifetime=LIFETIME)
    open_session(user=bob, kind="token", lifetime=LIFETIME)
    open_session(user=bob, kind="token", lifetime=-LIFETIME)
    assert run("check_active_sessions", "--json").json["count"] == 3
    shown = run("check_active_sessions", "--user", "alice@example.com", "--kind", "token", "--json").json
    assert [(row["id"], row["user"], row["kind"]) for row in shown["sessions"]] == [(str(token.pk), "alice@example.com", "token")]
    assert str(token.pk) in run("check_active_sessions").out
    assert run("check_active_sessions", "--user", "nobody@example.com").code == 1


def test_one_session_is_killed(run, alice: User) -> None:
    browser, other = sign_in(alice), sign_in(alice)
    session = session_of(browser)
    outcome = run("kill_session", str(session.pk), "--yes", "--json")
    assert outcome.json == {"ended": 1, "user": "alice@example.com"}
    assert browser.get("/settings/").status_code == 302
    assert other.get("/settings/").status_code == 200
    assert run("kill_session", str(session.pk), "--yes").code == 1


def test_all_sessions_of_a_user_are_killed(run, alice: User, bob: User) -> None:
    for user in (alice, alice, bob):
        open_session(user=user, kind="token", lifetime=LIFETIME)
    assert run("kill_session", "--user", "alice@example.com", "--yes", "--json").json["ended"] == 2
    assert [session.user for session in UserSession.objects.active()] == [bob]


@pytest.mark.parametrize("arguments", [[], ["nonsense"], ["00000000-0000-7000-8000-000000000000", "--user", "a@example.com"]])
def test_kill_names_one_thing(run, arguments: list[str]) -> None:
    assert run("kill_session", *arguments, "--yes").code == 2


@pytest.mark.parametrize("by_user", [True, False])
def test_kill_asks_first(run, terminal, alice: User, by_user: bool) -> None:
    session = open_session(user=alice, kind="token", lifetime=LIFETIME)
    arguments = ["--user", alice.email] if by_user else [str(session.pk)]
    assert run("kill_session", *arguments).code == 4
    assert terminal("kill_session", *arguments, typed="no\n").code == 4
    assert run("kill_session", *arguments, "--dry-run", "--json").json["would_end"] == 1
    assert UserSession.objects.active().count() == 1
    assert terminal("kill_session", *arguments, typed="yes\n").code == 0
    assert not UserSession.objects.active().exists()


def test_every_session_is_cleared(run, alice: User, bob: User) -> None:
    browsers = [sign_in(alice), sign_in(bob)]
    open_session(user=alice, kind="token", lifetime=LIFETIME)
    assert run("clear_sessions").code == 4
    assert run("clear_sessions", "--dry-run", "--json").json == {"ended": 0, "would_end": 3}
    assert run("clear_sessions", "--kind", "token", "--yes", "--json").json == {"ended": 1}
    assert [browser.get("/settings/").status_code for browser in browsers] == [200, 200]
    assert run("clear_sessions", "--yes").out == "Ended 2 sessions.\n"
    assert [browser.get("/settings/").status_code for browser in browsers] == [302, 302]


def test_already_ended_session_is_not_counted(run, alice: User) -> None:
    end_session(session=open_session(user=alice, kind="token", lifetime=LIFETIME), reason="test")
    assert run("clear_sessions", "--yes", "--json").json == {"ended": 0}


@pytest.mark.parametrize("line", ["create_admin", "create_admin --unknown", "reset_user_password", "check_active_sessions --kind x"])
def test_wrong_usage_is_exit_code_two(line: str) -> None:
    manage = Path(__file__).resolve().parents[2] / "manage.py"
    result = subprocess.run([sys.executable, manage, *line.split()], stdin=subprocess.DEVNULL, capture_output=True, text=True, check=False)
    assert result.returncode == 2, result.stderr
    assert "Traceback" not in result.stderr
    assert result.stdout == ""
