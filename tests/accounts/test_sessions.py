"""The rows of the sessions."""

from datetime import timedelta

import pytest
from django.contrib.sessions.backends.cached_db import SessionStore
from django.utils import timezone

from accounts.models import User, UserSession
from accounts.selectors.sessions import get_live_session, get_own_session, list_live_sessions
from accounts.services.sessions import end_every_session, end_session, end_sessions, open_session, remove_old_sessions, touch_session
from common.errors import NotFoundError
from tests.accounts.sessions import FIREFOX, LIFETIME

pytestmark = pytest.mark.django_db


def test_session_records_device_and_address(alice: User) -> None:
    session = open_session(user=alice, kind="browser", lifetime=LIFETIME, ip="2001:db8::1", user_agent=FIREFOX)
    session.refresh_from_db()
    assert (session.device, session.ip, session.kind) == ("Firefox 140 on Linux", "2001:db8::1", "browser")
    assert session.expires_at - session.created_at >= LIFETIME
    assert get_live_session(session_id=session.pk) == session


def test_ended_session_is_dead_once_and_for_all(alice: User) -> None:
    session = open_session(user=alice, kind="token", lifetime=LIFETIME)
    assert end_session(session=session, reason="signed out") is True
    assert end_session(session=session, reason="something else") is False
    session.refresh_from_db()
    assert session.end_reason == "signed out"
    assert get_live_session(session_id=session.pk) is None


def test_expired_session_is_dead(alice: User) -> None:
    assert get_live_session(session_id=open_session(user=alice, kind="token", lifetime=-LIFETIME).pk) is None


def test_session_of_a_closed_account_is_dead(alice: User) -> None:
    session = open_session(user=alice, kind="token", lifetime=LIFETIME)
    User.objects.filter(pk=alice.pk).update(is_active=False)
    assert get_live_session(session_id=session.pk) is None


@pytest.mark.parametrize("session_id", ["", "nonsense", "00000000-0000-7000-8000-000000000000"])
def test_session_that_never_was_is_dead(session_id: str) -> None:
    assert get_live_session(session_id=session_id) is None


def test_finding_a_session_and_its_user_is_one_query(alice: User, django_assert_num_queries) -> None:
    session = open_session(user=alice, kind="token", lifetime=LIFETIME)
    with django_assert_num_queries(1):
        found = get_live_session(session_id=session.pk)
        assert found is not None
        assert found.user.email == "alice@example.com"


def test_ending_a_browser_session_removes_the_django_session(alice: User) -> None:
    store = SessionStore()
    store["basket"] = 1
    store.create()
    session = open_session(user=alice, kind="browser", lifetime=LIFETIME, session_key=store.session_key or "")
    end_session(session=session, reason="signed out")
    assert not SessionStore().exists(store.session_key)
    assert dict(SessionStore(store.session_key).items()) == {}


def test_ending_sessions_of_one_leaves_those_of_others(alice: User, bob: User) -> None:
    mine = [open_session(user=alice, kind=kind, lifetime=LIFETIME) for kind in UserSession.Kind.values]
    expired = open_session(user=alice, kind="browser", lifetime=-LIFETIME)
    other = open_session(user=bob, kind="browser", lifetime=LIFETIME)
    assert end_sessions(user=alice, reason="test", keep=mine[0]) == 3
    assert list(list_live_sessions()) == [other, mine[0]]
    expired.refresh_from_db()
    assert expired.ended_at is not None


def test_ending_every_session_of_a_kind(alice: User, bob: User) -> None:
    kept = open_session(user=alice, kind="browser", lifetime=LIFETIME)
    for user in (alice, bob):
        open_session(user=user, kind="terminal", lifetime=LIFETIME)
    assert end_every_session(reason="test", kind="terminal") == 2
    assert list(list_live_sessions()) == [kept]
    assert end_every_session(reason="test") == 1


def test_use_is_noted_at_most_once_a_minute(alice: User, django_assert_num_queries) -> None:
    session = open_session(user=alice, kind="browser", lifetime=LIFETIME)
    with django_assert_num_queries(0):
        touch_session(session=session)
    then = timezone.now() - timedelta(seconds=61)
    UserSession.objects.update(last_seen_at=then)
    session.refresh_from_db()
    with django_assert_num_queries(1):
        touch_session(session=session)
        touch_session(session=session)
    session.refresh_from_db()
    assert session.last_seen_at > then


def test_sessions_are_listed_by_last_use_and_kind(alice: User, bob: User) -> None:
    first, second = (open_session(user=alice, kind=kind, lifetime=LIFETIME) for kind in ("browser", "token"))
    open_session(user=bob, kind="browser", lifetime=LIFETIME)
    UserSession.objects.filter(pk=first.pk).update(last_seen_at=timezone.now() + timedelta(seconds=5))
    assert list(list_live_sessions(user=alice)) == [first, second]
    assert list(list_live_sessions(user=alice, kind="token")) == [second]


def test_strangers_session_is_not_found(alice: User, charlie: User) -> None:
    session = open_session(user=alice, kind="browser", lifetime=LIFETIME)
    assert get_own_session(user=alice, session_id=session.pk) == session
    with pytest.raises(NotFoundError):
        get_own_session(user=charlie, session_id=session.pk)


def test_only_sessions_long_over_are_removed(alice: User) -> None:
    live, ended, expired = (open_session(user=alice, kind="browser", lifetime=LIFETIME) for _ in range(3))
    long_ago = timezone.now() - timedelta(days=91)
    UserSession.objects.filter(pk=ended.pk).update(ended_at=long_ago)
    UserSession.objects.filter(pk=expired.pk).update(expires_at=long_ago)
    recent = open_session(user=alice, kind="browser", lifetime=LIFETIME)
    end_session(session=recent, reason="test")
    assert remove_old_sessions(older_than=timedelta(days=90)) == 2
    assert set(UserSession.objects.all()) == {live, recent}
