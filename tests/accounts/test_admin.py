"""People and sessions in the administration."""

import pytest
from django.contrib import admin
from django.contrib.auth.models import Permission
from django.test import Client

from accounts.models import User, UserSession
from accounts.services.sessions import open_session
from tests.accounts.sessions import LIFETIME, STATE, bearer, get_tokens, session_of, sign_in
from tests.factories import PASSWORD, UserFactory

pytestmark = pytest.mark.django_db
USERS = "/admin/accounts/user/"
SESSIONS = "/admin/accounts/usersession/"
NEW = "a-new-and-longer-secret-5"


@pytest.fixture
def desk(staff: User) -> Client:
    return sign_in(staff)


def user_form(user: User, **changes: object) -> dict[str, object]:
    form = {name: getattr(user, name) for name in ("email", "name", "base_currency", "locale", "time_zone")}
    return form | {"is_active": "on"} | changes


def make_helper(*codenames: str) -> User:
    """Return a member of staff with a few rights, who is no superuser."""
    user = UserFactory(is_staff=True)
    user.user_permissions.set(Permission.objects.filter(codename__in=codenames))
    return user


def test_way_in_is_our_own_login_page(staff: User) -> None:
    answer = Client().get(USERS)
    assert answer.headers["Location"] == f"/admin/login/?next={USERS}"
    assert Client().get(answer.headers["Location"]).headers["Location"] == f"/login/?next={USERS}"


def test_login_leads_on_to_the_administration_and_opens_one_session(staff: User) -> None:
    browser = Client()
    answer = browser.post("/login/", {"email": staff.email, "password": PASSWORD, "next": "/admin/"}, follow=True)
    assert answer.redirect_chain == [("/admin/", 302)]
    assert UserSession.objects.get().user == staff
    assert browser.get("/admin/login/").headers["Location"] == "/admin/"


def test_login_of_the_administration_leads_to_no_other_site(staff: User) -> None:
    answer = Client().get("/admin/login/?next=https://evil.example/", follow=True)
    browser = sign_in(staff)
    assert answer.status_code == 200
    assert browser.get(answer.redirect_chain[-1][0]).headers["Location"] == "/"


def test_ordinary_people_stay_out(alice: User) -> None:
    browser = sign_in(alice)
    assert browser.get(USERS, follow=True).status_code == 403
    assert browser.get("/admin/login/").status_code == 403


def test_sign_out_and_password_change_are_our_own(desk: Client) -> None:
    assert desk.get("/admin/password_change/").headers["Location"] == "/password/change/"
    assert desk.post("/admin/logout/").headers["Location"] == "/login/"
    assert not UserSession.objects.active().exists()


def test_ended_session_is_out_of_the_administration(desk: Client) -> None:
    UserSession.objects.get().delete()
    assert desk.get(USERS).status_code == 302


def test_every_page_opens(desk: Client, alice: User) -> None:
    session = open_session(user=alice, kind="token", lifetime=LIFETIME)
    pages = [
        "",
        "accounts/user/add/",
        f"accounts/user/{alice.pk}/change/",
        f"accounts/user/{alice.pk}/password/",
        "accounts/user/?q=alice&is_active__exact=1",
    ]
    pages += [
        f"accounts/usersession/{session.pk}/change/",
        "accounts/usersession/?q=alice&kind=token&ended_at__isempty=1",
        "auth/group/",
        "auth/group/add/",
    ]
    assert {page: desk.get(f"/admin/{page}").status_code for page in pages} == dict.fromkeys(pages, 200)


def test_menu_leads_to_what_there_is(desk: Client) -> None:
    page = desk.get("/admin/").content.decode()
    for title, address in (("People", USERS), ("Portfolios", "/admin/portfolio/portfolio/"), ("Market data", "/admin/portfolio/instrument/")):
        assert title in page
        assert f'href="{address}"' in page


def test_menu_shows_only_what_one_may_see() -> None:
    page = sign_in(make_helper("view_usersession")).get("/admin/").content.decode()
    assert f'href="{SESSIONS}"' in page
    assert f'href="{USERS}"' not in page


def test_hash_of_the_password_is_nowhere(desk: Client, alice: User) -> None:
    for page in (USERS, f"{USERS}{alice.pk}/change/", f"{USERS}{alice.pk}/password/"):
        assert alice.password.split("$")[-1] not in desk.get(page).content.decode()


def test_user_is_created(desk: Client) -> None:
    form = {"email": "Dora@Example.com", "name": "Dora", "usable_password": "true", "password1": NEW, "password2": NEW}
    assert desk.post(f"{USERS}add/", form).status_code == 302
    user = User.objects.get(email="dora@example.com")
    assert user.check_password(NEW)
    assert not user.is_staff


@pytest.mark.parametrize("change", [{"email": "ALICE@example.com"}, {"password1": "short", "password2": "short"}, {"email": "x"}])
def test_bad_user_is_not_created(desk: Client, alice: User, change: dict[str, str]) -> None:
    form = {"email": "dora@example.com", "name": "", "usable_password": "true", "password1": NEW, "password2": NEW} | change
    assert desk.post(f"{USERS}add/", form).status_code == 200
    assert User.objects.count() == 2


def test_user_is_changed(desk: Client, alice: User) -> None:
    form = user_form(alice, name="Alice B.", email="Alice.B@example.com", is_staff="on")
    assert desk.post(f"{USERS}{alice.pk}/change/", form).status_code == 302
    alice.refresh_from_db()
    assert (alice.name, alice.email, alice.is_staff, alice.check_password(PASSWORD)) == ("Alice B.", "alice.b@example.com", True, True)


def test_closing_an_account_ends_its_sessions(desk: Client, alice: User) -> None:
    browser, tokens = sign_in(alice), get_tokens(alice)
    form = user_form(alice)
    del form["is_active"]
    assert desk.post(f"{USERS}{alice.pk}/change/", form).status_code == 302
    assert not UserSession.objects.active().filter(user=alice).exists()
    assert browser.get("/settings/").status_code == 302
    assert Client().get(STATE, headers=bearer(tokens)).json() == {"authenticated": False}


def test_several_accounts_are_closed_but_never_ones_own(desk: Client, staff: User, alice: User, bob: User) -> None:
    browser = sign_in(alice)
    form = {"action": "close_accounts", "_selected_action": [str(user.pk) for user in (staff, alice)]}
    assert "Closed: 1." in desk.post(USERS, form, follow=True).content.decode()
    assert browser.get("/settings/").status_code == 302
    assert {user.email for user in User.objects.filter(is_active=True)} == {staff.email, bob.email}


def test_password_set_here_ends_the_sessions_of_its_owner(desk: Client, alice: User) -> None:
    browser = sign_in(alice)
    form = {"usable_password": "true", "password1": NEW, "password2": NEW}
    assert desk.post(f"{USERS}{alice.pk}/password/", form).status_code == 302
    assert browser.get("/settings/").status_code == 302
    assert session_of(sign_in(alice, password=NEW)).is_active
    # Django has given the administrator's session another key, and the row has followed.
    assert desk.get(USERS).status_code == 200
    assert session_of(desk).session_key == desk.session.session_key


def test_password_sign_in_switched_off_here_ends_the_sessions_too(desk: Client, alice: User) -> None:
    browser = sign_in(alice)
    assert (
        desk.post(f"{USERS}{alice.pk}/password/", {"usable_password": "false", "password1": "", "password2": "", "unset-password": "1"}).status_code
        == 302
    )
    assert browser.get("/settings/").status_code == 302
    assert not UserSession.objects.active().filter(user=alice).exists()


def test_accounts_are_not_deleted(desk: Client, alice: User) -> None:
    assert desk.post(f"{USERS}{alice.pk}/delete/", {"post": "yes"}).status_code == 403
    desk.post(USERS, {"action": "delete_selected", "_selected_action": [str(alice.pk)], "post": "yes"})
    assert User.objects.filter(pk=alice.pk).exists()


def test_helper_makes_nobody_an_administrator(alice: User) -> None:
    helper = make_helper("view_user", "change_user")
    browser = sign_in(helper)
    for user in (alice, helper):
        form = user_form(user, name="changed", is_staff="on", is_superuser="on", user_permissions=["1"])
        assert browser.post(f"{USERS}{user.pk}/change/", form).status_code == 302
    alice.refresh_from_db()
    helper.refresh_from_db()
    assert (alice.name, alice.is_staff, alice.is_superuser) == ("changed", False, False)
    assert (helper.is_superuser, helper.user_permissions.count()) == (False, 2)


def test_helper_does_not_touch_a_superuser(staff: User) -> None:
    browser = sign_in(make_helper("view_user", "change_user"))
    form = {"usable_password": "true", "password1": NEW, "password2": NEW}
    assert browser.post(f"{USERS}{staff.pk}/password/", form).status_code == 403
    assert browser.post(f"{USERS}{staff.pk}/change/", user_form(staff, email="mallory@example.com")).status_code == 403
    browser.post(USERS, {"action": "close_accounts", "_selected_action": [str(staff.pk)]})
    staff.refresh_from_db()
    assert (staff.email, staff.is_active, staff.check_password(PASSWORD)) == ("staff@example.com", True, True)


def test_sessions_are_ended(desk: Client, alice: User) -> None:
    browser, tokens = sign_in(alice), get_tokens(alice)
    chosen = [str(session_of(browser).pk), tokens["session"]["id"]]
    assert "Sessions ended: 2." in desk.post(SESSIONS, {"action": "end_selected", "_selected_action": chosen}, follow=True).content.decode()
    assert browser.get("/settings/").status_code == 302
    assert Client().get(STATE, headers=bearer(tokens)).json() == {"authenticated": False}


def test_sessions_are_ended_only_with_the_right_to_it(alice: User) -> None:
    session = open_session(user=alice, kind="token", lifetime=LIFETIME)
    browser = sign_in(make_helper("view_usersession"))
    browser.post(SESSIONS, {"action": "end_selected", "_selected_action": [str(session.pk)]})
    session.refresh_from_db()
    assert session.is_active


def test_sessions_are_not_edited(desk: Client, alice: User) -> None:
    session = open_session(user=alice, kind="token", lifetime=LIFETIME)
    assert desk.get(f"{SESSIONS}add/").status_code == 403
    assert desk.post(f"{SESSIONS}{session.pk}/change/", {"device": "other"}).status_code == 403
    assert desk.post(f"{SESSIONS}{session.pk}/delete/", {"post": "yes"}).status_code == 403
    session.refresh_from_db()
    assert session.device == ""


@pytest.mark.parametrize("address", [USERS, SESSIONS])
def test_list_takes_the_same_queries_for_many_rows(desk: Client, address: str, django_assert_max_num_queries) -> None:
    counts = []
    for _ in range(2):
        for _ in range(5):
            open_session(user=UserFactory(), kind="token", lifetime=LIFETIME)
        with django_assert_max_num_queries(50) as queries:
            assert desk.get(address).status_code == 200
        counts.append(len(queries))
    assert counts[0] == counts[1]


def test_policy_is_loosened_for_the_theme_and_no_further(desk: Client) -> None:
    page, plain = (desk.get(address).headers["Content-Security-Policy"] for address in ("/admin/", "/settings/"))
    scripts = next(part for part in page.split("; ") if part.startswith("script-src"))
    assert "'unsafe-eval'" in scripts
    assert "'unsafe-inline'" not in scripts
    assert "unsafe" not in plain


def test_models_of_ours_use_the_base_of_the_house() -> None:
    from common.admin import BaseAdmin

    ours = [page for model, page in admin.site._registry.items() if model._meta.app_label in ("accounts", "auth", "portfolio")]
    assert len(ours) > 5
    assert [page for page in ours if not isinstance(page, BaseAdmin)] == []
