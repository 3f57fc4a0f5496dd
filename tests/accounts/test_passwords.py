"""Changing a password, and getting a new one by mail."""

import re

import pytest
from django.core import mail
from django.test import Client

from accounts.models import User, UserSession
from accounts.services.users import deactivate_user
from accounts.tasks import send_password_reset
from tests.accounts.sessions import STATE, bearer, get_tokens, session_of, sign_in
from tests.factories import PASSWORD

pytestmark = pytest.mark.django_db
NEW = "a-new-and-longer-secret-5"
CHANGE = {"old_password": PASSWORD, "new_password1": NEW, "new_password2": NEW}


def read_link() -> str:
    found = re.search(r"https?://\S+", mail.outbox[-1].body)
    assert found
    return found[0]


def open_link(browser: Client, link: str) -> str:
    """Return the address of the form that the link leads to."""
    answer = browser.get(link, follow=True)
    return answer.redirect_chain[-1][0] if answer.redirect_chain else link


def test_change_keeps_this_session_and_ends_the_others(alice: User) -> None:
    here, there, tokens = sign_in(alice), sign_in(alice), get_tokens(alice)
    session = session_of(here)
    answer = here.post("/password/change/", CHANGE, follow=True)
    assert "2 other sessions were ended." in answer.content.decode()
    assert here.get("/settings/").status_code == 200
    assert there.get("/settings/").status_code == 302
    assert Client().get(STATE, headers=bearer(tokens)).json() == {"authenticated": False}
    session.refresh_from_db()
    assert session.session_key == here.session.session_key
    assert session_of(sign_in(alice, password=NEW)).is_active
    assert UserSession.objects.active().count() == 2


def test_kept_session_can_still_be_ended_after_the_change(alice: User) -> None:
    browser = sign_in(alice)
    browser.post("/password/change/", CHANGE)
    browser.post("/logout/")
    assert not UserSession.objects.active().exists()


@pytest.mark.parametrize(
    "form",
    [
        CHANGE | {"old_password": "wrong"},
        CHANGE | {"new_password2": "something-else-12"},
        CHANGE | {"new_password1": "short", "new_password2": "short"},
        CHANGE | {"new_password1": "alice@example.com", "new_password2": "alice@example.com"},
        {},
    ],
)
def test_refused_change_changes_nothing(alice: User, form: dict[str, str]) -> None:
    browser, other = sign_in(alice), sign_in(alice)
    assert browser.post("/password/change/", form).status_code == 200
    assert other.get("/settings/").status_code == 200
    assert User.objects.get().check_password(PASSWORD)


def test_change_needs_a_session(db: None) -> None:
    assert Client().post("/password/change/", CHANGE).headers["Location"] == "/login/?next=/password/change/"


def test_mail_leads_to_a_new_password_once(alice: User) -> None:
    old = sign_in(alice)
    send_password_reset(alice.email)
    assert mail.outbox[0].to == [alice.email]
    assert mail.outbox[0].subject == "Choose a new password"
    link, browser = read_link(), Client()
    form = open_link(browser, link)
    assert "set-password" in form  # the token is out of the address before a page is shown
    answer = browser.post(form, {"new_password1": NEW, "new_password2": NEW})
    assert answer.headers["Location"] == "/login/"
    assert old.get("/settings/").status_code == 302
    assert session_of(sign_in(alice, password=NEW)).is_active
    again = Client().get(link, follow=True)
    assert "does not work any more" in again.content.decode()


def test_signed_in_nobody_by_the_link_alone(alice: User) -> None:
    send_password_reset(alice.email)
    browser = Client()
    open_link(browser, read_link())
    assert browser.get(STATE).json() == {"authenticated": False}


def test_link_dies_when_the_password_changes_or_someone_signs_in(alice: User) -> None:
    send_password_reset(alice.email)
    link = read_link()
    sign_in(alice)
    assert "does not work any more" in Client().get(link, follow=True).content.decode()


def test_link_dies_after_an_hour(alice: User, time_machine) -> None:
    time_machine.move_to("2026-05-01T12:00:00Z", tick=False)
    send_password_reset(alice.email)
    time_machine.move_to("2026-05-01T13:00:01Z", tick=False)
    assert "does not work any more" in Client().get(read_link(), follow=True).content.decode()


@pytest.mark.parametrize("address", ["/password/reset/x/y/", "/password/reset/AAAA/set-password/", "/password/reset/%00/%FF/"])
def test_invented_link_does_not_work(db: None, address: str) -> None:
    assert "does not work any more" in Client().get(address, follow=True).content.decode()


def test_link_is_of_our_own_address_whatever_the_host_header_says(alice: User, settings) -> None:
    settings.PUBLIC_URL = "https://portfolio.example"
    send_password_reset(alice.email)
    assert read_link().startswith("https://portfolio.example/password/reset/")


def test_weak_password_is_refused_by_the_link_too(alice: User) -> None:
    send_password_reset(alice.email)
    browser = Client()
    form = open_link(browser, read_link())
    assert browser.post(form, {"new_password1": "short", "new_password2": "short"}).status_code == 200
    assert User.objects.get().check_password(PASSWORD)


def test_no_mail_where_nobody_may_sign_in(alice: User, bob: User) -> None:
    deactivate_user(user=alice)
    bob.set_unusable_password()
    bob.save()
    for email in (alice.email, bob.email, "nobody@example.com"):
        send_password_reset(email)
    assert mail.outbox == []


def test_page_gives_known_and_unknown_addresses_the_same_answer(alice: User, django_assert_num_queries) -> None:
    answers = []
    for email in (alice.email, "nobody@example.com"):
        with django_assert_num_queries(0):
            answer = Client().post("/password/reset/", {"email": email})
        answers.append((answer.status_code, answer.headers["Location"]))
    assert answers == [(302, "/password/reset/sent/")] * 2
    assert Client().get("/password/reset/sent/").status_code == 200
