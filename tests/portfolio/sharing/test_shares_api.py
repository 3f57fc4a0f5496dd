"""/api/v1/portfolios/{id}/shares."""

import datetime as dt
from typing import Any

import pytest
from django.utils import timezone

from accounts.models import IdempotencyRecord, User
from portfolio.models import Share
from tests.portfolio.sharing.conftest import Grant, call

PERSON = {"kind": "person", "email": "bob@example.com", "role": "reader"}
LINK = {"kind": "link", "role": "percentages", "label": "Adviser"}


def test_the_owner_adds_changes_and_takes_back(alice: User, bob: User, url: str) -> None:
    api = call(alice)
    made = api.post(f"{url}/shares", PERSON)
    assert (made.status_code, made.json()["state"], made.json()["url"]) == (201, "pending", None)
    address = made["Location"]
    assert call(bob).get(url).json()["access"] == "reader"
    assert api.get(f"{url}/shares").json()["results"][0]["state"] == "active"
    changed = api.patch(address, {"role": "editor"}, headers={"If-Match": made["ETag"]})
    assert (changed.status_code, changed.json()["role"]) == (200, "editor")
    assert api.patch(address, {"role": "reader"}, headers={"If-Match": made["ETag"]}).status_code == 412
    assert api.delete(address).status_code == 204
    assert call(bob).get(url).status_code == 404


def test_only_the_owner_sees_and_changes_shares(alice: User, bob: User, charlie: User, url: str, grant: Grant) -> None:
    share = grant("editor")
    for person, status in ((bob, 403), (charlie, 404)):
        api = call(person)
        answers = [
            api.get(f"{url}/shares"),
            api.post(f"{url}/shares", PERSON),
            api.get(f"{url}/shares/{share.pk}"),
            api.patch(f"{url}/shares/{share.pk}", {"role": "reader"}),
            api.delete(f"{url}/shares/{share.pk}"),
        ]
        assert [answer.status_code for answer in answers] == [status] * 5
    assert call(None).get(f"{url}/shares").status_code == 401


def test_a_share_of_another_portfolio_is_not_there(alice: User, charlie: User, url: str, grant: Grant) -> None:
    from tests.factories_portfolio import PortfolioFactory

    share = grant()
    other = PortfolioFactory(owner=charlie)
    assert call(charlie).delete(f"/api/v1/portfolios/{other.pk}/shares/{share.pk}").status_code == 404
    assert Share.objects.count() == 1


def test_a_link_is_told_once_and_only_its_hash_is_stored(alice: User, url: str) -> None:
    api, key = call(alice), {"Idempotency-Key": "one"}
    made = api.post(f"{url}/shares", LINK, headers=key)
    token = made.json()["url"].rstrip("/").rpartition("/")[2]
    assert len(token) >= 43
    again = api.post(f"{url}/shares", LINK, headers=key)
    assert (again.status_code, again.json()["id"], again.json()["url"]) == (201, made.json()["id"], None)
    share = Share.objects.get()
    assert token not in str(vars(share))
    assert token.encode() not in bytes(IdempotencyRecord.objects.get().body)
    week = timezone.now() + dt.timedelta(days=7)
    assert share.expires_at is not None
    assert abs(share.expires_at - week) < dt.timedelta(minutes=1)


@pytest.mark.parametrize(
    ("body", "field"),
    [
        ({**LINK, "role": "editor"}, "role"),
        ({**LINK, "expires_at": "2999-01-01T00:00:00Z"}, "expires_at"),
        ({**LINK, "expires_at": "2001-01-01T00:00:00Z"}, "expires_at"),
        ({**LINK, "email": "bob@example.com"}, "email"),
        ({**PERSON, "label": "x"}, "label"),
        ({**PERSON, "email": "nonsense"}, "email"),
        ({"kind": "person", "role": "reader"}, "email"),
        ({**PERSON, "email": "alice@example.com"}, "email"),
    ],
)
def test_what_cannot_be_meant_is_refused(alice: User, url: str, body: dict[str, Any], field: str) -> None:
    answer = call(alice).post(f"{url}/shares", body)
    assert (answer.status_code, answer.json()["detail"]["field"]) == (400, field)
    assert not Share.objects.exists()


def test_unknown_and_missing_fields_are_refused(alice: User, url: str) -> None:
    for body in ({**PERSON, "owner": "x"}, {"kind": "person", "email": "bob@example.com"}, {**PERSON, "kind": "group"}, [], "x"):
        assert call(alice).post(f"{url}/shares", body).status_code == 400


def test_a_second_grant_to_an_address_is_a_conflict(alice: User, url: str) -> None:
    assert call(alice).post(f"{url}/shares", PERSON).status_code == 201
    answer = call(alice).post(f"{url}/shares", {**PERSON, "email": "Bob@Example.com"})
    assert (answer.status_code, answer.json()["code"]) == (409, "already_granted")
