"""A sign-in from a new place is told by mail, by the worker, and never stands in the way of signing in."""

import json
from contextlib import suppress
from queue import Empty

import pytest
from django.core import mail
from django.test import Client

from accounts.models import User, UserSession
from accounts.services.sessions import end_sessions, open_session
from accounts.tasks import send_new_device_mail
from config.celery import app
from tests.accounts.sessions import FIREFOX, LIFETIME, get_tokens, session_of, sign_in

pytestmark = pytest.mark.django_db
NEWER = FIREFOX.replace("140", "141")
CHROME = "Mozilla/5.0 (Windows NT 10.0; Win64; x64) AppleWebKit/537.36 (KHTML, like Gecko) Chrome/140.0.0.0 Safari/537.36"


def open_at(user: User, ip: str | None, agent: str = FIREFOX) -> UserSession:
    return open_session(user=user, kind="browser", lifetime=LIFETIME, ip=ip, user_agent=agent)


def tell(session: UserSession) -> int:
    """Do the worker's part; return how many mails there are."""
    mail.outbox.clear()
    send_new_device_mail(str(session.pk))
    return len(mail.outbox)


def test_first_sign_in_is_told_with_what_its_owner_recognises(alice: User, settings) -> None:
    settings.PUBLIC_URL = "https://portfolio.example"
    assert tell(open_at(alice, "203.0.113.9")) == 1
    message = mail.outbox[0]
    assert (message.to, message.subject) == ([alice.email], "A sign-in from a new device or place")
    for part in ("Firefox 140 on Linux", "203.0.113.9", "(UTC)", "https://portfolio.example/settings/sessions/"):
        assert part in message.body


@pytest.mark.parametrize(
    ("ip", "agent", "mails"),
    [
        ("203.0.113.9", FIREFOX, 0),
        ("203.0.113.200", FIREFOX, 0),
        ("203.0.113.9", NEWER, 0),
        ("203.0.114.9", FIREFOX, 1),
        ("203.0.113.9", CHROME, 1),
        ("2001:db8::1", FIREFOX, 1),
        (None, FIREFOX, 1),
        ("203.0.113.9", "", 1),
    ],
)
def test_only_a_new_device_or_network_is_told(alice: User, bob: User, ip: str | None, agent: str, mails: int) -> None:
    open_at(alice, "203.0.113.9")
    open_at(bob, ip, agent)
    assert tell(open_at(alice, ip, agent)) == mails


def test_network_of_the_sixth_version_is_wide(alice: User) -> None:
    open_at(alice, "2001:db8:1:2::1")
    assert tell(open_at(alice, "2001:db8:1:3::9")) == 0
    assert tell(open_at(alice, "2001:db8:2::1")) == 1


def test_ended_session_still_makes_its_place_known(alice: User) -> None:
    open_at(alice, "203.0.113.9")
    end_sessions(user=alice, reason="test")
    assert tell(open_at(alice, "203.0.113.9")) == 0


def test_session_that_is_gone_is_no_error(alice: User) -> None:
    session = open_at(alice, None)
    UserSession.objects.all().delete()
    assert tell(session) == 0


def read_orders() -> list[str]:
    """Return the ids of the sessions that the queue holds orders for."""
    with app.connection_for_read() as connection:
        queue, found = connection.SimpleQueue("celery"), []
        with suppress(Empty):
            while True:
                message = queue.get(block=False)
                message.ack()
                if message.headers["task"] == send_new_device_mail.name:
                    found.append(json.loads(message.body)[0][0])
        queue.close()
        return found


@pytest.mark.django_db(transaction=True)
def test_every_sign_in_orders_the_check_and_sends_nothing_itself(alice: User) -> None:
    read_orders()
    browser, tokens = sign_in(alice), get_tokens(alice)
    open_session(user=alice, kind="terminal", lifetime=LIFETIME)
    assert read_orders() == [str(session_of(browser).pk), tokens["session"]["id"]]
    assert mail.outbox == []


@pytest.fixture
def _no_queue(monkeypatch, tmp_path) -> None:
    monkeypatch.setattr(app.conf, "broker_url", f"redis+socket://{tmp_path}/nothing.sock")
    monkeypatch.setattr(app.conf, "broker_write_url", f"redis+socket://{tmp_path}/nothing.sock")
    monkeypatch.setattr(app, "_pool", None)
    monkeypatch.setattr(app.amqp, "_producer_pool", None)


@pytest.mark.django_db(transaction=True)
@pytest.mark.usefixtures("_no_queue")
def test_sign_in_works_without_the_queue(alice: User, caplog) -> None:
    assert sign_in(alice).get("/settings/").status_code == 200
    assert Client().get("/api/ums/auth/session", headers={"Authorization": f"Bearer {get_tokens(alice)['access']}"}).json()["authenticated"]
    assert "the queue did not take the order" in caplog.text
