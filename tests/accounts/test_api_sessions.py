"""/api/ums/sessions."""

import pytest
from django.test import Client

from accounts.models import User, UserSession
from accounts.services.sessions import open_session
from tests.accounts.sessions import LIFETIME, SESSIONS, bearer, get_tokens, session_of, sign_in

pytestmark = pytest.mark.django_db


def test_own_sessions_of_every_kind_are_listed(alice: User, charlie: User) -> None:
    browser, tokens = sign_in(alice), get_tokens(alice)
    for kind in ("terminal", "assistant"):
        open_session(user=alice, kind=kind, lifetime=LIFETIME)
    open_session(user=alice, kind="token", lifetime=-LIFETIME)
    sign_in(charlie)
    answer = Client().get(SESSIONS, headers=bearer(tokens)).json()
    assert set(answer) == {"results", "next", "previous"}
    assert sorted(row["kind"] for row in answer["results"]) == ["assistant", "browser", "terminal", "token"]
    assert [row["id"] for row in answer["results"] if row["is_current"]] == [tokens["session"]["id"]]
    assert [row["id"] for row in browser.get(SESSIONS).json()["results"] if row["is_current"]] == [str(session_of(browser).pk)]


def test_list_shows_no_secrets(alice: User) -> None:
    browser, tokens = sign_in(alice), get_tokens(alice)
    text = browser.get(SESSIONS).content.decode()
    for secret in (browser.session.session_key, UserSession.objects.get(pk=tokens["session"]["id"]).refresh_id):
        assert secret not in text


def test_list_is_one_query_beside_the_callers_own(alice: User, django_assert_num_queries) -> None:
    tokens = get_tokens(alice)
    for _ in range(10):
        open_session(user=alice, kind="terminal", lifetime=LIFETIME)
    with django_assert_num_queries(2):
        assert len(Client().get(SESSIONS, headers=bearer(tokens)).json()["results"]) == 11


def test_ended_session_is_dead_everywhere_at_once(alice: User) -> None:
    browser, tokens = sign_in(alice), get_tokens(alice)
    assert Client().delete(f"{SESSIONS}/{session_of(browser).pk}", headers=bearer(tokens)).status_code == 204
    assert browser.get("/settings/").status_code == 302
    assert Client().delete(f"{SESSIONS}/{tokens['session']['id']}", headers=bearer(tokens)).status_code == 204
    assert Client().get(SESSIONS, headers=bearer(tokens)).status_code == 401


def test_ended_session_is_not_found_again(alice: User) -> None:
    tokens = get_tokens(alice)
    other = open_session(user=alice, kind="terminal", lifetime=LIFETIME)
    statuses = [Client().delete(f"{SESSIONS}/{other.pk}", headers=bearer(tokens)).status_code for _ in range(2)]
    assert statuses == [204, 404]


@pytest.mark.parametrize("who", ["bob", "charlie", "staff"])
def test_another_persons_session_is_not_found(alice: User, who: str, request: pytest.FixtureRequest) -> None:
    browser, tokens = sign_in(alice), get_tokens(request.getfixturevalue(who))
    foreign = Client().delete(f"{SESSIONS}/{session_of(browser).pk}", headers=bearer(tokens))
    missing = Client().delete(f"{SESSIONS}/00000000-0000-7000-8000-000000000000", headers=bearer(tokens))
    assert (foreign.status_code, foreign.content) == (missing.status_code, missing.content)
    assert foreign.status_code == 404
    assert browser.get("/settings/").status_code == 200


def test_sessions_need_a_caller(alice: User) -> None:
    session = open_session(user=alice, kind="terminal", lifetime=LIFETIME)
    assert Client().get(SESSIONS).json()["code"] == "not_authenticated"
    assert Client().get(SESSIONS).status_code == 401
    assert Client().delete(f"{SESSIONS}/{session.pk}").status_code == 401


def test_browser_needs_its_csrf_token_to_end_a_session(alice: User) -> None:
    browser = Client(enforce_csrf_checks=True)
    browser.force_login(alice)
    assert browser.delete(f"{SESSIONS}/{session_of(browser).pk}").status_code == 403
    assert session_of(browser).is_active


@pytest.mark.parametrize("session_id", ["1", "x", "%00", "00000000-0000-0000-0000-00000000000g"])
def test_senseless_id_is_not_found(alice: User, session_id: str) -> None:
    assert Client().delete(f"{SESSIONS}/{session_id}", headers=bearer(get_tokens(alice))).status_code == 404
