"""The roles of the staff, and what each of them may do."""

from importlib import import_module

import pytest
from django.apps import apps
from django.contrib.auth.models import Group

from accounts.models import User
from tests.factories import UserFactory

pytestmark = pytest.mark.django_db
roles = import_module("accounts.migrations.0010_staff_roles")


def make_member(role: str) -> User:
    roles.create_roles(apps, None)
    user = UserFactory(is_staff=True)
    user.groups.add(Group.objects.get(name=role))
    return user


def test_creating_the_roles_twice_changes_nothing() -> None:
    roles.create_roles(apps, None)
    before = {group.name: group.permissions.count() for group in Group.objects.all()}
    roles.create_roles(apps, None)
    assert {group.name: group.permissions.count() for group in Group.objects.all()} == before
    assert {"support", "operator", "auditor", "admin"} <= before.keys()


@pytest.mark.parametrize(
    ("role", "may", "may_not"),
    [
        ("support", "portfolio.add_accessreason", "portfolio.change_price"),
        ("operator", "portfolio.change_price", "accounts.view_user"),
        ("auditor", "portfolio.view_accessreason", "portfolio.add_accessreason"),
        ("admin", "accounts.change_user", "auth.change_group"),
    ],
)
def test_a_role_may_what_it_is_for_and_no_more(role: str, may: str, may_not: str) -> None:
    member = make_member(role)
    assert member.has_perm(may)
    assert not member.has_perm(may_not)


@pytest.mark.parametrize("role", sorted(roles.ROLES))
def test_no_role_writes_what_people_record(role: str) -> None:
    rights = make_member(role).get_all_permissions()
    private = ("portfolio", "transaction", "brokerageaccount", "importbatch", "share")
    assert not [right for right in rights if right.startswith("portfolio.") and "view_" not in right and right.rpartition("_")[2] in private]
