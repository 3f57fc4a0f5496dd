"""/api/ums/users: for staff, and a superuser's account only for superusers."""

import pytest
from django.contrib.auth.models import Permission
from django.test import Client

from accounts.models import User
from tests.accounts.sessions import STATE, bearer, get_tokens, sign_in
from tests.factories import PASSWORD, UserFactory

pytestmark = pytest.mark.django_db
USERS = "/api/ums/users"
JSON = "application/json"


@pytest.fixture
def helper() -> User:
    """A member of staff who may change users and is no superuser."""
    user = UserFactory(email="helper@example.com", is_staff=True)
    user.user_permissions.set(Permission.objects.filter(codename="change_user"))
    return user


def switch(caller: User, user: User, is_active: object):
    return Client().patch(f"{USERS}/{user.pk}", {"is_active": is_active}, content_type=JSON, headers=bearer(get_tokens(caller)))


def test_staff_see_everybody_and_no_secret(staff: User, alice: User, bob: User) -> None:
    sign_in(alice)
    answer = Client().get(USERS, headers=bearer(get_tokens(staff)))
    rows = answer.json()["results"]
    assert [(row["email"], row["sessions"]) for row in rows] == [("alice@example.com", 1), ("bob@example.com", 0), ("staff@example.com", 1)]
    assert alice.password not in answer.content.decode()
    assert Client().get(f"{USERS}/{alice.pk}", headers=bearer(get_tokens(staff))).json()["id"] == str(alice.pk)


def test_list_is_paged_and_one_query(staff: User, django_assert_num_queries) -> None:
    UserFactory.create_batch(5)
    headers = bearer(get_tokens(staff))
    with django_assert_num_queries(2):
        first = Client().get(f"{USERS}?page_size=3", headers=headers).json()
    second = Client().get(first["next"], headers=headers).json()
    assert [len(first["results"]), len(second["results"]), second["next"]] == [3, 3, None]


@pytest.mark.parametrize("who", ["alice", "charlie"])
def test_users_are_nothing_for_ordinary_people(bob: User, who: str, request: pytest.FixtureRequest) -> None:
    headers = bearer(get_tokens(request.getfixturevalue(who)))
    assert Client().get(USERS, headers=headers).status_code == 403
    assert Client().get(f"{USERS}/{bob.pk}", headers=headers).status_code == 403
    assert Client().patch(f"{USERS}/{bob.pk}", {"is_active": False}, content_type=JSON, headers=headers).status_code == 403
    assert Client().delete(f"{USERS}/{bob.pk}/sessions", headers=headers).status_code == 403
    assert Client().get(USERS).status_code == 401


def test_closed_account_is_out_at_once_and_may_be_opened_again(helper: User, alice: User) -> None:
    tokens = get_tokens(alice)
    assert switch(helper, alice, False).json()["is_active"] is False
    assert Client().get(STATE, headers=bearer(tokens)).json() == {"authenticated": False}
    assert switch(helper, alice, True).json()["is_active"] is True
    assert Client().get(STATE, headers=bearer(tokens)).json() == {"authenticated": False}
    sign_in(alice, password=PASSWORD)


def test_sessions_of_a_user_are_ended(helper: User, alice: User) -> None:
    browser = sign_in(alice)
    assert Client().delete(f"{USERS}/{alice.pk}/sessions", headers=bearer(get_tokens(helper))).status_code == 204
    assert browser.get("/settings/").status_code == 302


def test_nobody_closes_his_own_account_or_a_superusers(helper: User, staff: User) -> None:
    assert switch(helper, helper, False).status_code == 403
    assert switch(helper, staff, False).status_code == 403
    assert Client().delete(f"{USERS}/{staff.pk}/sessions", headers=bearer(get_tokens(helper))).status_code == 403
    assert User.objects.filter(is_active=False).count() == 0


def test_staff_without_the_right_change_nobody(alice: User) -> None:
    assert switch(UserFactory(is_staff=True), alice, False).status_code == 403


@pytest.mark.parametrize("value", ["no", 0, None, [], {}])
def test_senseless_change_is_refused(helper: User, alice: User, value: object) -> None:
    assert switch(helper, alice, value).status_code == 400


def test_missing_user_is_not_found(helper: User) -> None:
    assert Client().get(f"{USERS}/00000000-0000-7000-8000-000000000000", headers=bearer(get_tokens(helper))).status_code == 404
