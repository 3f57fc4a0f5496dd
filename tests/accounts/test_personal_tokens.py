"""/api/ums/tokens, and what a personal token opens."""

import json
from datetime import timedelta

import pytest
from django.db import IntegrityError, transaction
from django.test import Client
from django.utils import timezone

from accounts.models import IdempotencyRecord, PersonalToken, User, UserSession
from accounts.scopes import SCOPES
from accounts.services.personal_tokens import MOST_TOKENS, NewToken, create_token
from accounts.services.sessions import end_every_session, end_session, end_sessions, remove_old_sessions
from accounts.services.users import deactivate_user, set_password
from accounts.token_text import hash_token, is_well_formed, make_token
from common.errors import NotAllowedError
from tests.accounts.sessions import LOGOUT, SESSIONS, STATE, bearer, get_tokens, sign_in
from tests.factories_portfolio import PortfolioFactory

pytestmark = pytest.mark.django_db
TOKENS = "/api/ums/tokens"
PROFILE = "/api/ums/profile"
BOOKS = "/api/v1/portfolios"
JSON = "application/json"


def make(user: User, *scopes: str, name: str = "script", days: int = 30) -> NewToken:
    return create_token(user=user, name=name, scopes=scopes or ("profile:read",), lifetime=timedelta(days=days))


def call(method: str, address: str, text: str, body: object = None, **options):
    return getattr(Client(), method)(address, body, content_type=JSON, headers={"Authorization": f"Bearer {text}"}, **options)


def ask(text: str):
    return Client().get(PROFILE, headers={"Authorization": f"Bearer {text}"})


def assert_refused(answer, status: int, code: str) -> None:
    assert (answer.status_code, answer.json()["code"]) == (status, code), answer.content.decode()


# -- text ------------------------------------------------------------------------------------------------------


def test_text_of_a_token_is_recognisable_and_never_twice() -> None:
    texts = {make_token() for _ in range(500)}
    assert len(texts) == 500
    assert all(text.startswith("spms_pat_") and len(text) == 55 and is_well_formed(text) for text in texts)


@pytest.mark.parametrize(
    "change", [lambda t: t[:-1], lambda t: t + "a", lambda t: t.upper(), lambda t: t[:20] + ("a" if t[20] != "a" else "b") + t[21:]]
)
def test_mistyped_token_is_known_without_the_database(change, django_assert_num_queries) -> None:
    with django_assert_num_queries(0):
        assert not is_well_formed(change(make_token()))
        assert_refused(ask("spms_pat_" + "0" * 46), 401, "token_invalid")


# -- making ----------------------------------------------------------------------------------------------------


def test_token_is_shown_once_and_stored_hashed(alice: User) -> None:
    tokens = get_tokens(alice)
    body = {"name": "backup", "scopes": ["portfolio:read", "profile:read"], "expires_in_days": 10}
    answer = Client().post(TOKENS, body, content_type=JSON, headers=bearer(tokens))
    shown, token = answer.json(), PersonalToken.objects.get()
    assert answer.status_code == 201
    assert "no-store" in answer.headers["Cache-Control"]
    assert shown["token"].startswith(shown["prefix"])
    assert token.token_hash == hash_token(shown["token"])
    assert ask(shown["token"]).json()["email"] == "alice@example.com"
    listed = Client().get(TOKENS, headers=bearer(tokens)).json()["results"]
    names = {"id", "name", "prefix", "scopes", "created_at", "expires_at", "last_used_at", "last_used_from"}
    assert [set(row) for row in listed] == [names]
    assert shown["token"] not in json.dumps(list(PersonalToken.objects.values()), default=str)


def test_key_for_repetition_does_not_keep_the_token_in_the_database(alice: User) -> None:
    headers = {**bearer(get_tokens(alice)), "Idempotency-Key": "again"}
    body = {"name": "backup", "scopes": ["profile:read"]}
    assert Client().post(TOKENS, body, content_type=JSON, headers=headers).status_code == 201
    assert_refused(Client().post(TOKENS, body, content_type=JSON, headers=headers), 409, "token_name_taken")
    assert not IdempotencyRecord.objects.exists()


def test_token_lives_ninety_days_unless_told_otherwise(alice: User) -> None:
    headers = bearer(get_tokens(alice))
    Client().post(TOKENS, {"name": "a", "scopes": ["profile:read"]}, content_type=JSON, headers=headers)
    at = (timezone.now() + timedelta(days=7)).isoformat()
    assert Client().post(TOKENS, {"name": "b", "scopes": ["profile:read"], "expires_at": at}, content_type=JSON, headers=headers).status_code == 201
    lives = {token.name: (token.expires_at - token.created_at).total_seconds() / 86400 for token in PersonalToken.objects.all()}
    assert lives["a"] == 90
    assert 6.9 < lives["b"] <= 7


@pytest.mark.parametrize(
    "change",
    [
        {"name": ""},
        {"name": "x" * 101},
        {"name": "a\x00b"},
        {"name": 7},
        {"name": None},
        {"scopes": []},
        {"scopes": "profile:read"},
        {"scopes": ["everything"]},
        {"scopes": ["ops:read"]},
        {"scopes": [None]},
        {"scopes": {}},
        {"expires_in_days": 0},
        {"expires_in_days": 366},
        {"expires_in_days": "soon"},
        {"expires_in_days": 1e400},
        {"expires_at": "2020-01-01T00:00:00Z"},
        {"expires_at": "9999-12-31T23:59:59Z"},
        {"expires_at": "tomorrow"},
        {"expires_in_days": 3, "expires_at": "2026-12-31T00:00:00Z"},
        {"user": "somebody"},
    ],
)
def test_senseless_token_is_refused(alice: User, change: dict) -> None:
    body = json.dumps({"name": "ok", "scopes": ["profile:read"], **change})
    answer = Client().post(TOKENS, body, content_type=JSON, headers=bearer(get_tokens(alice)))
    assert answer.status_code == 400, answer.content
    assert set(answer.json()) == {"code", "message", "detail"}
    assert not PersonalToken.objects.exists()


def test_name_is_free_again_when_its_token_has_run_out(alice: User, time_machine) -> None:
    make(alice)
    time_machine.move_to(timezone.now() + timedelta(days=31))
    make(alice)
    assert PersonalToken.objects.count() == 2


def test_two_working_tokens_never_share_a_name(alice: User, bob: User) -> None:
    token = make(alice).token
    make(bob)
    other = make(alice, name="other").token
    with pytest.raises(IntegrityError), transaction.atomic():
        PersonalToken.objects.filter(pk=other.pk).update(name=token.name)


def test_number_of_tokens_is_bounded(alice: User) -> None:
    for number in range(MOST_TOKENS):
        make(alice, name=str(number))
    body = {"name": "one more", "scopes": ["profile:read"]}
    assert_refused(Client().post(TOKENS, body, content_type=JSON, headers=bearer(get_tokens(alice))), 409, "too_many_tokens")


def test_only_staff_may_give_scopes_of_the_staff(staff: User) -> None:
    body = {"name": "watch", "scopes": ["ops:read"]}
    assert Client().post(TOKENS, body, content_type=JSON, headers=bearer(get_tokens(staff))).status_code == 201


# -- scopes ----------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("scope", SCOPES)
def test_scope_opens_its_own_area_and_method_alone(staff: User, scope: str) -> None:
    book = PortfolioFactory(owner=staff)
    text = make(staff, scope).text
    requests = {
        "portfolio:read": ("get", f"{BOOKS}/{book.pk}/holdings", None, 200),
        "portfolio:write": ("patch", f"{BOOKS}/{book.pk}", {"name": "New"}, 200),
        "market:read": ("get", "/api/v1/instruments", None, 200),
        "market:write": ("post", "/api/v1/fx-rates", [{"date": "2024-02-01", "base": "EUR", "quote": "USD", "rate": "1.2"}], 200),
        "profile:read": ("get", PROFILE, None, 200),
        "ops:read": ("get", "/api/ums/users", None, 200),
    }
    assert set(requests) == set(SCOPES)
    for needed, (method, address, body, status) in requests.items():
        answer = call(method, address, text, body)
        if needed == scope:
            assert answer.status_code == status, (needed, answer.content)
        else:
            assert_refused(answer, 403, "scope_missing")
            assert needed in answer.json()["message"]


@pytest.mark.parametrize(
    ("method", "address"),
    [
        ("get", TOKENS),
        ("post", TOKENS),
        ("delete", f"{TOKENS}/00000000-0000-7000-8000-000000000000"),
        ("get", SESSIONS),
        ("delete", f"{SESSIONS}/00000000-0000-7000-8000-000000000000"),
        ("post", LOGOUT),
    ],
)
def test_token_with_every_scope_cannot_manage_access(staff: User, method: str, address: str) -> None:
    text = make(staff, *SCOPES).text
    assert_refused(call(method, address, text), 403, "token_not_allowed")
    assert PersonalToken.objects.live().count() == 1


def test_token_is_nobody_where_the_session_is_told(alice: User) -> None:
    assert call("get", STATE, make(alice).text).json() == {"authenticated": False}


def test_token_opens_no_page(alice: User) -> None:
    headers = {"Authorization": f"Bearer {make(alice, *[s for s in SCOPES if s != 'ops:read']).text}"}
    assert Client().get("/settings/", headers=headers).status_code == 302
    assert Client().get("/admin/", headers=headers).status_code == 302


def test_token_has_no_more_rights_than_its_owner(alice: User, charlie: User) -> None:
    book = PortfolioFactory(owner=alice)
    assert call("get", f"{BOOKS}/{book.pk}", make(charlie, "portfolio:read").text).status_code == 404


def test_staff_scope_ends_with_the_role(staff: User) -> None:
    text = make(staff, "ops:read", "profile:read").text
    User.objects.filter(pk=staff.pk).update(is_staff=False, is_superuser=False)
    assert_refused(call("get", "/api/ums/users", text), 403, "scope_missing")
    assert ask(text).status_code == 200


def test_writing_with_a_token_needs_no_csrf_token(alice: User) -> None:
    headers = {"Authorization": f"Bearer {make(alice, 'portfolio:write').text}"}
    client = Client(enforce_csrf_checks=True)
    body = {"name": "Savings", "base_currency": "EUR"}
    assert client.post(BOOKS, body, content_type=JSON, headers=headers).status_code == 201


# -- life ------------------------------------------------------------------------------------------------------


def end_its_session(token: PersonalToken) -> None:
    end_session(session=token.session, reason="test")


def end_all_of_the_owner(token: PersonalToken) -> None:
    end_sessions(user=token.user, reason="test")


def end_everything(token: PersonalToken) -> None:
    end_every_session(reason="test")


def close_account(token: PersonalToken) -> None:
    deactivate_user(user=token.user)


@pytest.mark.parametrize("end", [end_its_session, end_all_of_the_owner, end_everything, close_account])
def test_token_is_revoked_with_its_session(alice: User, end) -> None:
    made = make(alice)
    assert ask(made.text).status_code == 200
    end(made.token)
    assert_refused(ask(made.text), 401, "token_invalid")
    made.token.refresh_from_db()
    assert made.token.revoked_at is not None


def test_account_closed_behind_our_back_kills_its_tokens_at_once(alice: User) -> None:
    text = make(alice).text
    User.objects.update(is_active=False)
    assert_refused(ask(text), 401, "token_invalid")


def test_closed_account_gets_no_token_however_old_the_callers_view_of_it(alice: User) -> None:
    User.objects.update(is_active=False)
    assert alice.is_active
    with pytest.raises(NotAllowedError):
        make(alice)


def test_new_password_leaves_tokens_alone(alice: User) -> None:
    text, tokens = make(alice).text, get_tokens(alice)
    assert set_password(user=alice, password="a-new-and-longer-secret-5") == 1
    assert ask(text).status_code == 200
    assert Client().get(SESSIONS, headers=bearer(tokens)).status_code == 401


def test_expired_token_says_so(alice: User, time_machine) -> None:
    text = make(alice, days=1).text
    time_machine.move_to(timezone.now() + timedelta(days=1, seconds=1))
    assert_refused(ask(text), 401, "token_expired")


def test_revoked_token_is_gone_from_the_list_and_from_the_sessions(alice: User) -> None:
    made, headers = make(alice), bearer(get_tokens(alice))
    assert [row["device"] for row in Client().get(SESSIONS, headers=headers).json()["results"] if row["device"]] == ["Access token “script”"]
    assert Client().delete(f"{TOKENS}/{made.token.pk}", headers=headers).status_code == 204
    assert_refused(ask(made.text), 401, "token_invalid")
    assert Client().get(TOKENS, headers=headers).json()["results"] == []
    assert UserSession.objects.active().count() == 1
    assert Client().delete(f"{TOKENS}/{made.token.pk}", headers=headers).status_code == 404


@pytest.mark.parametrize("who", ["bob", "charlie", "staff"])
def test_another_persons_token_is_not_found(alice: User, who: str, request: pytest.FixtureRequest) -> None:
    made, headers = make(alice), bearer(get_tokens(request.getfixturevalue(who)))
    foreign = Client().delete(f"{TOKENS}/{made.token.pk}", headers=headers)
    missing = Client().delete(f"{TOKENS}/00000000-0000-7000-8000-000000000000", headers=headers)
    assert (foreign.status_code, foreign.content) == (404, missing.content)
    assert Client().get(TOKENS, headers=headers).json()["results"] == []
    assert ask(made.text).status_code == 200


def test_use_is_noted_at_most_once_a_minute(alice: User, django_assert_num_queries, time_machine) -> None:
    start = timezone.now()
    time_machine.move_to(start, tick=False)
    made = make(alice)
    # The first use is in the audit trail.
    with django_assert_num_queries(4):
        ask(made.text)
    with django_assert_num_queries(1):
        ask(made.text)
    token = PersonalToken.objects.select_related("session").get()
    assert (token.last_used_at, token.last_used_from, token.session.last_seen_at) == (start, "127.0.0.1", start)
    time_machine.move_to(start + timedelta(seconds=61), tick=False)
    with django_assert_num_queries(3):
        ask(made.text)


def test_forged_forwarding_header_is_not_where_the_use_came_from(alice: User) -> None:
    text = make(alice).text
    Client().get(PROFILE, headers={"Authorization": f"Bearer {text}", "X-Forwarded-For": "203.0.113.9"})
    assert PersonalToken.objects.get().last_used_from == "127.0.0.1"


def test_token_long_over_is_removed_with_its_session(alice: User) -> None:
    made = make(alice)
    kept = make(alice, name="kept")
    end_its_session(made.token)
    UserSession.objects.filter(pk=made.token.session_id).update(ended_at=timezone.now() - timedelta(days=91))
    assert remove_old_sessions(older_than=timedelta(days=90)) == 1
    assert list(PersonalToken.objects.all()) == [kept.token]


def test_tokens_need_a_caller_and_a_browser_its_csrf_token(alice: User) -> None:
    assert_refused(Client().get(TOKENS), 401, "not_authenticated")
    browser = Client(enforce_csrf_checks=True)
    browser.force_login(alice)
    assert browser.post(TOKENS, {"name": "x", "scopes": ["profile:read"]}, content_type=JSON).status_code == 403


# -- pages -----------------------------------------------------------------------------------------------------


def test_page_shows_a_new_token_once(alice: User) -> None:
    browser = sign_in(alice)
    assert "No access tokens" in browser.get("/settings/tokens/").content.decode()
    answer = browser.post("/settings/tokens/new/", {"name": "backup", "scopes": ["portfolio:read"], "days": "30"})
    text = answer.context["text"]
    assert text in answer.content.decode()
    assert "no-store" in answer.headers["Cache-Control"]
    page = browser.get("/settings/tokens/").content.decode()
    assert "backup" in page
    assert text not in page
    assert call("get", BOOKS, text).status_code == 200


@pytest.mark.parametrize(
    ("change", "field"),
    [
        ({"name": ""}, "name"),
        ({"scopes": []}, "scopes"),
        ({"scopes": ["ops:read"]}, "scopes"),
        ({"days": "400"}, "days"),
        ({"name": "taken"}, "name"),
    ],
)
def test_page_says_what_is_wrong_with_a_token(alice: User, change: dict, field: str) -> None:
    make(alice, name="taken")
    answer = sign_in(alice).post("/settings/tokens/new/", {"name": "ok", "scopes": ["profile:read"], "days": "30", **change})
    assert answer.status_code == 200
    assert list(answer.context["form"].errors) == [field]
    assert PersonalToken.objects.count() == 1


def test_page_offers_scopes_of_the_staff_to_the_staff(alice: User, staff: User) -> None:
    assert 'value="ops:read"' not in sign_in(alice).get("/settings/tokens/new/").content.decode()
    assert 'value="ops:read"' in sign_in(staff).get("/settings/tokens/new/").content.decode()


def test_page_revokes_only_ones_own(alice: User, charlie: User) -> None:
    made = make(alice)
    sign_in(charlie).post(f"/settings/tokens/{made.token.pk}/revoke/")
    assert ask(made.text).status_code == 200
    browser = sign_in(alice)
    assert "is revoked" in browser.post(f"/settings/tokens/{made.token.pk}/revoke/", follow=True).content.decode()
    assert ask(made.text).status_code == 401
    assert "revoked already" in browser.post(f"/settings/tokens/{made.token.pk}/revoke/", follow=True).content.decode()
    assert browser.get(f"/settings/tokens/{made.token.pk}/revoke/").status_code == 405


@pytest.mark.parametrize("address", ["/settings/tokens/", "/settings/tokens/new/"])
def test_pages_need_a_login(db: None, address: str) -> None:
    assert Client().get(address).headers["Location"] == f"/login/?next={address}"


def test_page_of_the_password_says_that_tokens_stay(alice: User) -> None:
    assert "Access tokens of your programs go on working" in sign_in(alice).get("/password/change/").content.decode()


# -- administration --------------------------------------------------------------------------------------------


def test_administration_lists_and_revokes_without_showing_the_hash(alice: User, staff: User) -> None:
    made, desk = make(alice), sign_in(staff)
    for address in ("/admin/accounts/personaltoken/", f"/admin/accounts/personaltoken/{made.token.pk}/change/"):
        page = desk.get(address).content.decode()
        assert made.token.prefix in page
        assert made.token.token_hash not in page
    form = {"action": "revoke_selected", "_selected_action": [str(made.token.pk)]}
    assert "Tokens revoked: 1." in desk.post("/admin/accounts/personaltoken/", form, follow=True).content.decode()
    assert ask(made.text).status_code == 401


def test_administration_of_tokens_adds_and_changes_nothing(alice: User, staff: User) -> None:
    made, desk = make(alice), sign_in(staff)
    assert desk.get("/admin/accounts/personaltoken/add/").status_code == 403
    assert desk.post(f"/admin/accounts/personaltoken/{made.token.pk}/change/", {"name": "x"}).status_code == 403
    assert desk.post(f"/admin/accounts/personaltoken/{made.token.pk}/delete/", {"post": "yes"}).status_code == 403


def test_making_a_token_asks_again_who_it_is_a_while_after_the_sign_in(alice: User) -> None:
    client = sign_in(alice)
    UserSession.objects.filter(user=alice).update(proved_at=timezone.now() - timedelta(minutes=16))
    body = {"name": "script", "scopes": ["portfolio:read"]}
    answer = client.post("/api/ums/tokens", body, content_type="application/json")
    assert (answer.status_code, answer.json()["code"]) == (403, "proof_required")
    assert client.get("/api/ums/tokens").status_code == 200
    assert client.get("/settings/tokens/new/").status_code == 302
    assert not PersonalToken.objects.exists()
