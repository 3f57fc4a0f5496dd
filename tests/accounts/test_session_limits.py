"""How long sessions live, how many there may be, and what ends them."""

from datetime import timedelta

import pytest
from django.test import Client
from django.utils import timezone

from accounts.models import User, UserSession
from accounts.services.personal_tokens import create_token
from accounts.services.sessions import MOST_SESSIONS, open_session, touch_session
from tests.accounts.sessions import LIFETIME, SESSIONS, bearer, get_tokens, session_of, sign_in

pytestmark = pytest.mark.django_db
HOUR = timedelta(hours=1)


def is_in(browser: Client) -> bool:
    return browser.get("/settings/").status_code == 200


def test_browser_in_use_stays_signed_in_for_a_day_and_no_longer(alice: User, time_machine) -> None:
    start = timezone.now()
    time_machine.move_to(start)
    browser = sign_in(alice)
    for hours in (11, 22):
        time_machine.move_to(start + hours * HOUR)
        assert is_in(browser)
    assert session_of(browser).expires_at == session_of(browser).created_at + 24 * HOUR
    time_machine.move_to(start + 24 * HOUR + timedelta(minutes=1))
    assert not is_in(browser)


def test_browser_not_used_for_half_a_day_is_signed_out(alice: User, time_machine) -> None:
    start = timezone.now()
    time_machine.move_to(start)
    browser = sign_in(alice)
    time_machine.move_to(start + 12 * HOUR + timedelta(minutes=1))
    assert not is_in(browser)


def test_remembered_browser_stays_signed_in_for_a_month_used_or_not(alice: User, time_machine) -> None:
    start = timezone.now()
    time_machine.move_to(start)
    browser = sign_in(alice, remember="on")
    time_machine.move_to(start + timedelta(days=29))
    assert is_in(browser)
    time_machine.move_to(start + timedelta(days=30, minutes=1))
    assert not is_in(browser)


def test_use_moves_no_expiry_that_is_fixed(alice: User, time_machine) -> None:
    session = open_session(user=alice, kind="token", lifetime=LIFETIME)
    expiry = session.expires_at
    time_machine.move_to(timezone.now() + HOUR)
    touch_session(session=session)
    session.refresh_from_db()
    assert session.expires_at == expiry


@pytest.mark.parametrize(("minutes", "step"), [(31, 31), (12 * 60 + 1, 20)], ids=["not used for half an hour", "signed in half a day ago"])
def test_administration_asks_to_sign_in_again(staff: User, time_machine, minutes: int, step: int) -> None:
    start = timezone.now()
    time_machine.move_to(start)
    browser = sign_in(staff, remember="on")
    assert browser.get("/admin/").status_code == 200
    for passed in range(step, minutes - 1, step):
        time_machine.move_to(start + timedelta(minutes=passed))
        assert browser.get("/admin/").status_code == 200
    time_machine.move_to(start + timedelta(minutes=minutes))
    answer = browser.get("/admin/", follow=True)
    assert answer.redirect_chain[-1][0] == "/login/?next=/admin/"
    assert UserSession.objects.get().end_reason == "too old for the administration"


def test_pages_do_not_ask_staff_to_sign_in_again(staff: User, time_machine) -> None:
    start = timezone.now()
    time_machine.move_to(start)
    browser = sign_in(staff, remember="on")
    time_machine.move_to(start + timedelta(days=3))
    assert is_in(browser)


def test_login_beyond_the_number_ends_the_session_unused_for_longest(alice: User, bob: User) -> None:
    other = open_session(user=bob, kind="browser", lifetime=LIFETIME)
    browsers = [sign_in(alice) for _ in range(MOST_SESSIONS)]
    oldest, unused = session_of(browsers[0]), session_of(browsers[7])
    UserSession.objects.filter(pk=unused.pk).update(last_seen_at=timezone.now() - HOUR)
    tokens = get_tokens(alice)
    assert UserSession.objects.active().filter(user=alice).count() == MOST_SESSIONS
    unused.refresh_from_db()
    assert unused.end_reason == "too many sessions"
    assert oldest.is_active
    assert other.is_active
    assert not is_in(browsers[7])
    assert Client().get(SESSIONS, headers=bearer(tokens)).status_code == 200


def test_logins_end_no_personal_token(alice: User) -> None:
    token = create_token(user=alice, name="script", scopes=["profile:read"], lifetime=LIFETIME).token
    UserSession.objects.update(last_seen_at=timezone.now() - HOUR)
    for _ in range(MOST_SESSIONS + 1):
        get_tokens(alice)
    token.refresh_from_db()
    assert token.revoked_at is None
    assert UserSession.objects.active().count() == MOST_SESSIONS + 1


@pytest.mark.parametrize("change", [{"is_staff": "on"}, {"is_superuser": "on"}])
def test_changed_rights_end_the_sessions_of_that_person(staff: User, alice: User, change: dict[str, str]) -> None:
    browser, desk = sign_in(alice), sign_in(staff)
    form = {name: getattr(alice, name) for name in ("email", "name", "base_currency", "locale", "time_zone")}
    assert desk.post(f"/admin/accounts/user/{alice.pk}/change/", form | {"is_active": "on"}).status_code == 302
    assert is_in(browser)
    assert desk.post(f"/admin/accounts/user/{alice.pk}/change/", form | {"is_active": "on"} | change).status_code == 302
    assert not is_in(browser)
    assert is_in(desk)


def test_own_changed_rights_keep_the_present_session(staff: User) -> None:
    desk, other = sign_in(staff), sign_in(staff)
    form = {name: getattr(staff, name) for name in ("email", "name", "base_currency", "locale", "time_zone")}
    desk.post(f"/admin/accounts/user/{staff.pk}/change/", form | {"is_active": "on", "is_staff": "on"})
    assert is_in(desk)
    assert not is_in(other)
