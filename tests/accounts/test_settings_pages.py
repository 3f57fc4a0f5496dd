"""The pages of settings and sessions."""

import pytest
from django.test import Client

from accounts.models import User, UserSession
from accounts.services.sessions import open_session
from tests.accounts.sessions import LIFETIME, STATE, bearer, get_tokens, session_of, sign_in

pytestmark = pytest.mark.django_db
PROFILE = {"name": "Alice A.", "base_currency": "CHF", "locale": "de_CH", "time_zone": "Europe/Zurich"}


def test_settings_are_saved(alice: User) -> None:
    answer = sign_in(alice).post("/settings/", PROFILE, follow=True)
    assert "Your settings are saved." in answer.content.decode()
    alice.refresh_from_db()
    assert {name: getattr(alice, name) for name in PROFILE} == PROFILE


@pytest.mark.parametrize("change", [{"base_currency": "XXX"}, {"locale": "xx"}, {"time_zone": "Nowhere"}, {"name": "x" * 101}, {"name": "nul\x00"}])
def test_refused_settings_change_nothing(alice: User, change: dict[str, str]) -> None:
    answer = sign_in(alice).post("/settings/", PROFILE | change)
    assert answer.status_code == 200
    assert list(answer.context["form"].errors) == list(change)
    assert User.objects.get().name == "Alice"


def test_settings_give_no_rights(alice: User) -> None:
    sign_in(alice).post("/settings/", PROFILE | {"is_staff": "on", "is_superuser": "on", "email": "root@example.com", "is_active": ""})
    stored = User.objects.get()
    assert (stored.is_staff, stored.is_superuser, stored.email, stored.is_active) == (False, False, "alice@example.com", True)


def test_value_that_is_not_offered_is_kept(alice: User) -> None:
    User.objects.update(base_currency="XOF", locale="eu")
    page = sign_in(alice).get("/settings/").content.decode()
    assert '<option value="XOF" selected>' in page
    assert '<option value="eu" selected>' in page


def test_name_is_shown_as_text(alice: User) -> None:
    User.objects.update(name="<script>alert(1)</script>")
    assert "<script>alert" not in sign_in(alice).get("/settings/").content.decode()


def test_sessions_of_every_kind_are_listed_this_one_first(alice: User, charlie: User) -> None:
    browser = sign_in(alice)
    for kind in ("token", "terminal", "assistant"):
        open_session(user=alice, kind=kind, lifetime=LIFETIME)
    open_session(user=alice, kind="token", lifetime=-LIFETIME)
    sign_in(charlie)
    answer = browser.get("/settings/sessions/")
    kinds = [session.kind for session in answer.context["sessions"]]
    assert kinds[0] == "browser"
    assert sorted(kinds[1:]) == ["assistant", "terminal", "token"]
    page = answer.content.decode()
    assert page.count("This one") == 1
    assert "Firefox 140 on Linux" in page
    assert "127.0.0.1" in page


def test_one_session_is_ended(alice: User) -> None:
    browser, other = sign_in(alice), sign_in(alice)
    answer = browser.post(f"/settings/sessions/{session_of(other).pk}/end/", follow=True)
    assert "The session was ended." in answer.content.decode()
    assert other.get("/settings/").status_code == 302
    assert browser.get("/settings/").status_code == 200


def test_ending_this_session_signs_out(alice: User) -> None:
    browser = sign_in(alice)
    assert browser.post(f"/settings/sessions/{session_of(browser).pk}/end/").headers["Location"] == "/login/"
    assert not UserSession.objects.active().exists()


def test_token_is_ended_from_the_page(alice: User) -> None:
    browser, tokens = sign_in(alice), get_tokens(alice)
    browser.post(f"/settings/sessions/{tokens['session']['id']}/end/")
    assert Client().get(STATE, headers=bearer(tokens)).json() == {"authenticated": False}


def test_all_others_are_ended(alice: User, charlie: User) -> None:
    browser, others, stranger = sign_in(alice), [sign_in(alice) for _ in range(2)], sign_in(charlie)
    answer = browser.post("/settings/sessions/end-others/", follow=True)
    assert "2 other sessions were ended." in answer.content.decode()
    assert [other.get("/settings/").status_code for other in others] == [302, 302]
    assert browser.get("/settings/").status_code == 200
    assert stranger.get("/settings/").status_code == 200


@pytest.mark.parametrize("who", ["bob", "charlie", "staff"])
def test_nobody_ends_another_persons_session(alice: User, who: str, request: pytest.FixtureRequest) -> None:
    stranger, browser = sign_in(request.getfixturevalue(who)), sign_in(alice)
    answer = stranger.post(f"/settings/sessions/{session_of(browser).pk}/end/", follow=True)
    assert "had ended already" in answer.content.decode()
    assert browser.get("/settings/").status_code == 200


@pytest.mark.parametrize("address", ["/settings/", "/settings/sessions/", "/password/change/"])
def test_pages_need_a_session(db: None, address: str) -> None:
    assert Client().get(address).headers["Location"] == f"/login/?next={address}"


def test_sessions_are_ended_by_post_only(alice: User) -> None:
    browser = sign_in(alice)
    assert browser.get("/settings/sessions/end-others/").status_code == 405
    assert browser.get(f"/settings/sessions/{session_of(browser).pk}/end/").status_code == 405
