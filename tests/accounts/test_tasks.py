"""The hourly clean-up."""

from datetime import timedelta

import pytest
from django.contrib.sessions.models import Session
from django.utils import timezone

from accounts.models import IdempotencyRecord, User, UserSession
from accounts.services.sessions import open_session
from accounts.tasks import remove_expired_records
from config.schedule import SCHEDULE
from tests.accounts.sessions import LIFETIME, session_of, sign_in

pytestmark = pytest.mark.django_db


def test_clean_up_removes_what_has_run_out_and_nothing_else(alice: User) -> None:
    now, browser, old = timezone.now(), sign_in(alice), open_session(user=alice, kind="token", lifetime=LIFETIME)
    for key, age in (("fresh", timedelta(hours=23)), ("old", timedelta(hours=25))):
        IdempotencyRecord.objects.create(user=alice, key=key, path="/", request_hash="x", created_at=now - age)
    Session.objects.create(session_key="gone", session_data="", expire_date=now - timedelta(seconds=1))
    UserSession.objects.filter(pk=old.pk).update(expires_at=now - timedelta(days=91))
    remove_expired_records()
    assert [record.key for record in IdempotencyRecord.objects.all()] == ["fresh"]
    assert [session.session_key for session in Session.objects.all()] == [browser.session.session_key]
    assert list(UserSession.objects.all()) == [session_of(browser)]


def test_clean_up_is_scheduled() -> None:
    assert remove_expired_records.name in {entry["task"] for entry in SCHEDULE.values()}
