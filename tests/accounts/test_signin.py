"""Signing in and out in a browser."""

import pytest
from django.conf import settings
from django.test import Client

from accounts.models import User, UserSession
from accounts.services.users import deactivate_user
from tests.accounts.hashers import CountingHasher
from tests.accounts.sessions import FIREFOX, STATE, session_of, sign_in
from tests.factories import PASSWORD

pytestmark = pytest.mark.django_db
REFUSAL = "The e-mail address or the password is wrong."


def test_sign_in_opens_exactly_one_session(alice: User) -> None:
    browser = sign_in(alice, remember="on")
    session = UserSession.objects.get()
    assert session == session_of(browser)
    assert (session.user, session.kind, session.ip, session.device) == (alice, "browser", "127.0.0.1", "Firefox 140 on Linux")
    assert session.session_key == browser.session.session_key
    assert browser.get("/settings/").status_code == 200
    assert UserSession.objects.count() == 1


def test_address_is_read_whatever_its_case(alice: User) -> None:
    answer = Client().post("/login/", {"email": " ALICE@Example.com ", "password": PASSWORD})
    assert answer.status_code == 302


def test_remembered_session_outlives_the_browser(alice: User) -> None:
    remembered, other = sign_in(alice, remember="on"), sign_in(alice)
    assert remembered.cookies[settings.SESSION_COOKIE_NAME]["max-age"] == 30 * 24 * 3600
    assert other.cookies[settings.SESSION_COOKIE_NAME]["max-age"] == ""
    lives = [session.expires_at - session.created_at for session in (session_of(remembered), session_of(other))]
    assert [life.total_seconds() for life in lives] == [30 * 24 * 3600, 12 * 3600]


def test_session_cookie_is_out_of_reach_of_scripts_and_other_sites(alice: User) -> None:
    cookie = sign_in(alice).cookies[settings.SESSION_COOKIE_NAME]
    assert cookie["httponly"] is True
    assert cookie["samesite"] == "Lax"


@pytest.mark.parametrize(
    "form",
    [
        {"email": "alice@example.com", "password": "wrong"},
        {"email": "alice@example.com", "password": PASSWORD + " "},
        {"email": "alice@example.com", "password": PASSWORD.upper()},
        {"email": "nobody@example.com", "password": PASSWORD},
    ],
)
def test_wrong_password_and_unknown_address_get_the_same_answer(alice: User, form: dict[str, str]) -> None:
    answer = Client().post("/login/", form)
    assert answer.status_code == 200
    assert [str(error) for error in answer.context["form"].non_field_errors()] == [REFUSAL]
    assert not UserSession.objects.exists()


def test_closed_account_gets_the_same_answer_as_a_wrong_password(alice: User) -> None:
    deactivate_user(user=alice)
    answer = Client().post("/login/", {"email": alice.email, "password": PASSWORD})
    assert REFUSAL in answer.content.decode()
    assert not UserSession.objects.exists()


def test_every_refusal_costs_one_hash(alice: User, bob: User, settings) -> None:
    settings.PASSWORD_HASHERS = ["tests.accounts.hashers.CountingHasher"]
    alice.set_password(PASSWORD)
    alice.save()
    bob.set_unusable_password()
    bob.save()
    costs = []
    for email in ("alice@example.com", "bob@example.com", "nobody@example.com", "@", "a\x00b@example.com"):
        before = CountingHasher.runs
        Client().post("/api/ums/auth/login", {"email": email, "password": "wrong"}, content_type="application/json")
        costs.append(CountingHasher.runs - before)
    # The last one cannot be an address of the database at all and is refused as input.
    assert costs == [1, 1, 1, 1, 0]


@pytest.mark.parametrize(
    "form",
    [
        {},
        {"email": "alice@example.com"},
        {"email": "", "password": ""},
        {"email": "a\x00b@example.com", "password": "x"},
        {"email": "alice@example.com", "password": "nul\x00"},
        {"email": "x" * 100_000, "password": "x"},
        {"email": "alice@example.com", "password": "x" * 100_000},
        {"email": ["alice@example.com", "bob@example.com"], "password": "x"},
    ],
)
def test_hostile_form_is_refused_with_the_form(alice: User, form: dict) -> None:
    answer = Client().post("/login/", form)
    assert answer.status_code == 200
    assert not UserSession.objects.exists()


def test_form_without_csrf_token_is_refused(alice: User) -> None:
    answer = Client(enforce_csrf_checks=True).post("/login/", {"email": alice.email, "password": PASSWORD})
    assert answer.status_code == 403
    assert not UserSession.objects.exists()


@pytest.mark.parametrize("target", ["/settings/sessions/", "/settings/?tab=1", "http://testserver/settings/"])
def test_sign_in_leads_on_to_the_page_asked_for(alice: User, target: str) -> None:
    answer = Client().post("/login/", {"email": alice.email, "password": PASSWORD, "next": target})
    assert answer.headers["Location"] == target


@pytest.mark.parametrize(
    "target",
    [
        "https://evil.example/",
        "//evil.example/",
        "///evil.example",
        r"\\evil.example",
        "javascript:alert(1)",
        "http:evil.example",
        "/\\evil.example",
        "\x00//evil.example",
    ],
)
def test_sign_in_leads_to_no_other_site(alice: User, target: str) -> None:
    for query, form in ((f"?next={target}", {}), ("", {"next": target})):
        answer = Client().post(f"/login/{query}", {"email": alice.email, "password": PASSWORD, **form})
        assert answer.headers["Location"] == "/"
    browser = sign_in(alice)
    assert browser.get("/login/", {"next": target}).headers["Location"] == "/"


def test_page_asked_for_survives_a_wrong_password(alice: User) -> None:
    answer = Client().post("/login/?next=/settings/", {"email": alice.email, "password": "wrong", "next": "/settings/"})
    assert '<input type="hidden" name="next" value="/settings/">' in answer.content.decode()


def test_next_is_no_way_to_write_into_the_page(alice: User) -> None:
    answer = Client().get("/login/", {"next": '"><script>alert(1)</script>'})
    assert "<script>alert" not in answer.content.decode()


def test_session_id_is_new_after_sign_in(alice: User) -> None:
    browser = Client()
    planted = browser.session
    planted["planted"] = "by a stranger"
    planted.save()
    browser.cookies[settings.SESSION_COOKIE_NAME] = planted.session_key
    sign_in(alice, browser)
    assert browser.cookies[settings.SESSION_COOKIE_NAME].value != planted.session_key
    stranger = Client()
    stranger.cookies[settings.SESSION_COOKIE_NAME] = planted.session_key
    assert stranger.get(STATE).json() == {"authenticated": False}


def test_second_person_at_the_same_browser_ends_the_first_ones_session(alice: User, bob: User) -> None:
    browser = sign_in(alice)
    first = session_of(browser)
    sign_in(bob, browser)
    first.refresh_from_db()
    assert not first.is_active
    assert [session.user for session in UserSession.objects.active()] == [bob]
    assert browser.get(STATE).json()["user"]["email"] == bob.email


def test_signing_in_again_replaces_the_session(alice: User) -> None:
    browser = sign_in(alice)
    sign_in(alice, browser)
    assert UserSession.objects.count() == 2
    assert [session.pk for session in UserSession.objects.active()] == [session_of(browser).pk]


def test_test_client_login_opens_a_session_too(alice: User) -> None:
    browser = Client(headers={"User-Agent": FIREFOX})
    browser.force_login(alice)
    assert UserSession.objects.get() == session_of(browser)
    assert browser.get("/settings/").status_code == 200


def test_signed_in_person_needs_no_login_page(alice: User) -> None:
    assert sign_in(alice).get("/login/").headers["Location"] == "/"


def test_sign_out_ends_the_session_everywhere(alice: User) -> None:
    browser = sign_in(alice)
    session, copy = session_of(browser), Client()
    copy.cookies[settings.SESSION_COOKIE_NAME] = browser.cookies[settings.SESSION_COOKIE_NAME].value
    assert browser.post("/logout/").headers["Location"] == "/login/"
    session.refresh_from_db()
    assert session.end_reason == "signed out"
    for client in (browser, copy):
        assert client.get("/settings/").headers["Location"] == "/login/?next=/settings/"


def test_sign_out_is_a_post_with_a_token(alice: User) -> None:
    browser = Client(enforce_csrf_checks=True)
    browser.force_login(alice)
    assert browser.get("/logout/").status_code == 405
    assert browser.post("/logout/").status_code == 403
    assert session_of(browser).is_active


def test_pages_of_sign_in_are_not_kept_by_caches(alice: User) -> None:
    assert "no-store" in Client().get("/login/").headers["Cache-Control"]
