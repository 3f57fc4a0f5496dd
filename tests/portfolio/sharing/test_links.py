"""A link shows one portfolio to whoever has it, until it ends or is taken back."""

import datetime as dt

import pytest
import time_machine
from django.core.cache import cache
from django.test import Client
from django.utils import timezone

from accounts.models import User
from portfolio.models import Portfolio, Share
from portfolio.services.sharing import create_share_link, revoke_access
from portfolio.views.shared import LOOKS
from tests.portfolio.sharing.conftest import SECRETS, browse


def make(alice: User, book: Portfolio, role: str = "percentages") -> tuple[Share, str]:
    share, token = create_share_link(actor=alice, portfolio=book, role=role)
    return share, f"/shared/{token}/"


def test_anybody_who_has_it_may_look_and_each_look_is_counted(alice: User, book: Portfolio, charlie: User) -> None:
    share, address = make(alice, book, "reader")
    for client in (Client(), Client(), browse(charlie)):
        answer = client.get(address)
        assert answer.status_code == 200
        assert "Nest egg" in answer.content.decode()
        assert "121,919" in answer.content.decode() or "121.919" in answer.content.decode()
    share.refresh_from_db()
    assert share.look_count == 3
    assert share.last_look_at is not None


@pytest.mark.parametrize("query", ["", "?range=Max", "?from=2024-01-02&to=2024-02-01", "?from=x"])
def test_one_of_percentages_shows_no_amount(alice: User, book: Portfolio, query: str) -> None:
    _, address = make(alice, book)
    text = Client().get(address + query).content.decode()
    assert "HOUSE" in text
    assert [secret for secret in SECRETS if secret in text] == []


def test_it_is_kept_and_found_by_nobody(alice: User, book: Portfolio) -> None:
    _, address = make(alice, book)
    for answer in (Client().get(address), Client().get("/shared/none/")):
        assert "no-store" in answer["Cache-Control"]
        assert "noindex" in answer["X-Robots-Tag"]
        assert answer["Referrer-Policy"] == "no-referrer"
        assert "sessionid" not in answer.cookies


def test_one_that_has_ended_or_was_taken_back_or_never_was_looks_the_same(alice: User, book: Portfolio) -> None:
    share, address = make(alice, book)
    never = Client().get("/shared/never-was-one/")
    with time_machine.travel(timezone.now() + dt.timedelta(days=8), tick=False):
        ended = Client().get(address)
    revoke_access(actor=alice, share=share)
    revoked = Client().get(address)
    assert {answer.status_code for answer in (never, ended, revoked)} == {404}
    assert never.content == ended.content == revoked.content


def test_it_opens_nothing_but_its_page(alice: User, book: Portfolio) -> None:
    _, address = make(alice, book, "reader")
    client = Client()
    client.get(address)
    assert client.get(f"/portfolios/{book.pk}/").status_code == 302
    assert client.get(f"/api/v1/portfolios/{book.pk}").status_code == 401
    assert client.post(address).status_code == 405


def test_it_ends_with_the_owners_account(alice: User, book: Portfolio) -> None:
    _, address = make(alice, book)
    User.objects.filter(pk=alice.pk).update(is_active=False)
    assert Client().get(address).status_code == 404


def test_who_asks_too_often_has_to_wait(alice: User, book: Portfolio) -> None:
    _, address = make(alice, book)
    with time_machine.travel(timezone.now(), tick=False):
        answers = [Client().get("/shared/x/").status_code for _ in range(LOOKS)]
        assert set(answers) == {404}
        refused = Client().get(address)
    assert (refused.status_code, refused["Retry-After"]) == (429, "60")
    cache.clear()
    assert Client().get(address).status_code == 200


@pytest.mark.parametrize("token", ["x" * 5000, "%00", "..%2F..", "%F0%9F%98%80", "'"])
def test_a_token_that_cannot_be_one_is_not_there(db: None, token: str) -> None:
    assert Client().get(f"/shared/{token}/").status_code == 404


def test_the_log_does_not_hold_the_token(alice: User, book: Portfolio, caplog: pytest.LogCaptureFixture) -> None:
    _, address = make(alice, book)
    with caplog.at_level("INFO", logger="ops.access"):
        Client().get(address)
    assert "/shared/" in caplog.text
    assert address.split("/")[2] not in caplog.text
