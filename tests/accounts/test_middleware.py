"""Every browser request belongs to a live session."""

from datetime import timedelta

import pytest
from django.conf import settings
from django.contrib.sessions.backends.cached_db import SessionStore
from django.core.cache import cache
from django.test import Client, RequestFactory
from django.utils import timezone

from accounts.middleware import user_session_middleware
from accounts.models import User, UserSession
from accounts.services.sessions import end_session
from accounts.services.users import deactivate_user, set_password
from tests.accounts.sessions import STATE, session_of, sign_in

pytestmark = pytest.mark.django_db


def is_signed_in(browser: Client) -> bool:
    return browser.get("/settings/").status_code == 200


def test_ended_session_is_signed_out_at_the_next_request(alice: User) -> None:
    browser, other = sign_in(alice), sign_in(alice)
    assert is_signed_in(browser)
    end_session(session=session_of(browser), reason="test")
    assert not is_signed_in(browser)
    assert browser.get(STATE).json() == {"authenticated": False}
    assert is_signed_in(other)


def test_row_decides_even_if_the_django_session_lives_on(alice: User) -> None:
    browser = sign_in(alice)
    UserSession.objects.update(ended_at=timezone.now())
    assert SessionStore().exists(browser.session.session_key)
    assert not is_signed_in(browser)


def test_expired_session_is_signed_out(alice: User) -> None:
    browser = sign_in(alice)
    UserSession.objects.update(expires_at=timezone.now() - timedelta(seconds=1))
    assert not is_signed_in(browser)


def test_closed_account_is_signed_out(alice: User) -> None:
    browser = sign_in(alice)
    deactivate_user(user=alice)
    assert not is_signed_in(browser)


def test_password_set_behind_our_back_signs_out(alice: User) -> None:
    browser = sign_in(alice)
    alice.set_password("changed by a shell 1")
    alice.save()
    assert UserSession.objects.active().exists()
    assert not is_signed_in(browser)


def test_new_password_signs_out_all_browsers(alice: User) -> None:
    browsers = [sign_in(alice), sign_in(alice)]
    set_password(user=alice, password="changed by a service 1")
    assert [is_signed_in(browser) for browser in browsers] == [False, False]


def test_django_session_without_a_row_is_nobody(alice: User) -> None:
    browser = sign_in(alice)
    UserSession.objects.all().delete()
    assert not is_signed_in(browser)


def test_row_of_another_person_does_not_help(alice: User, bob: User) -> None:
    browser, other = sign_in(alice), sign_in(bob)
    session = browser.session
    session["user_session_id"] = str(session_of(other).pk)
    session.save()
    assert not is_signed_in(browser)
    assert is_signed_in(other)


def test_session_survives_the_loss_of_the_cache(alice: User) -> None:
    browser = sign_in(alice)
    cache.clear()
    assert is_signed_in(browser)


@pytest.mark.parametrize("value", ["", "x", "../../etc/passwd", "a" * 5000, "\u00e9"])
def test_senseless_cookie_is_nobody(db: None, value: str) -> None:
    browser = Client()
    browser.cookies[settings.SESSION_COOKIE_NAME] = value
    assert browser.get(STATE).json() == {"authenticated": False}


def test_request_knows_session_and_zone_of_its_user(alice: User) -> None:
    User.objects.update(time_zone="Asia/Tokyo")
    browser, seen = sign_in(alice), []

    def page(request):
        seen.append((request.user_session, request.user, timezone.get_current_timezone_name()))

    for path in ("/settings/", "/api/v1/portfolios"):
        request = RequestFactory().get(path)
        request.COOKIES[settings.SESSION_COOKIE_NAME] = browser.session.session_key
        request.session = SessionStore(browser.session.session_key)
        user_session_middleware(page)(request)
    session = session_of(browser)
    assert seen == [(session, alice, "Asia/Tokyo"), (session, alice, "UTC")]
    assert timezone.get_current_timezone_name() == "UTC"


def test_anonymous_request_reads_nothing_from_the_database(db: None, django_assert_num_queries) -> None:
    with django_assert_num_queries(0):
        assert Client().get("/login/").status_code == 200


def test_htmx_opens_the_login_page_as_a_page(alice: User) -> None:
    browser = sign_in(alice)
    end_session(session=session_of(browser), reason="test")
    answer = browser.get("/settings/", headers={"HX-Request": "true", "HX-Current-URL": "http://testserver/settings/sessions/?a=1&b=2"})
    assert answer.status_code == 204
    assert answer.headers["HX-Redirect"] == "/login/?next=/settings/sessions/%3Fa%3D1%26b%3D2"


def test_zone_that_is_gone_locks_nobody_out(alice: User) -> None:
    User.objects.update(time_zone="Gone/Away")
    assert is_signed_in(sign_in(alice))
