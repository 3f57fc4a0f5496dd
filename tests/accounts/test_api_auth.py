"""/api/ums/auth: tokens."""

import base64
import json
from datetime import timedelta

import jwt
import pytest
from django.conf import settings
from django.test import Client
from django.utils import timezone

from accounts.keyring import name_key
from accounts.models import User, UserSession
from accounts.services.sessions import end_session
from accounts.services.users import deactivate_user, set_password
from tests.accounts.sessions import FIREFOX, LOGIN, LOGOUT, REFRESH, SESSIONS, STATE, bearer, get_tokens, session_of, sign_in
from tests.factories import PASSWORD

pytestmark = pytest.mark.django_db
JSON = "application/json"


def post(address: str, body: object = None, **options: object):
    return Client().post(address, body, content_type=JSON, **options)


def read_claims(token: str) -> dict:
    return jwt.decode(token, settings.JWT_SECRET, algorithms=["HS256"], issuer="spms")


def sign(claims: dict, *, key: str | None = None, algorithm: str = "HS256", **header: object) -> str:
    kid = {"kid": name_key(settings.JWT_SECRET), **header}
    return jwt.encode(
        claims, settings.JWT_SECRET if key is None else key, algorithm=algorithm, headers={k: v for k, v in kid.items() if v is not None}
    )


def assert_refused(answer, code: str, status: int = 401) -> None:
    assert answer.status_code == status, answer.content.decode()
    assert answer.json()["code"] == code
    assert set(answer.json()) == {"code", "message", "detail"}


def test_login_answers_as_the_contract_says(alice: User) -> None:
    answer = post(LOGIN, {"email": "ALICE@example.com", "password": PASSWORD}, headers={"User-Agent": FIREFOX})
    body, session = answer.json(), UserSession.objects.get()
    assert answer.status_code == 200
    assert set(body) == {"access", "refresh", "user", "session"}
    assert body["user"] == {"id": str(alice.pk), "email": "alice@example.com", "name": "Alice", "is_staff": False, "base_currency": "EUR"}
    shown = body["session"]
    assert {"id", "kind", "created_at", "last_seen_at", "expires_at", "ip", "device"} <= set(shown)
    assert (shown["id"], shown["kind"], shown["ip"], shown["device"]) == (str(session.pk), "token", "127.0.0.1", "Firefox 140 on Linux")
    assert shown["created_at"].endswith("Z")
    assert "no-store" in answer.headers["Cache-Control"]
    alice.refresh_from_db()
    assert alice.last_login is not None


def test_access_token_lives_fifteen_minutes_and_names_its_session(alice: User) -> None:
    tokens = get_tokens(alice)
    access, refresh = read_claims(tokens["access"]), read_claims(tokens["refresh"])
    assert access["exp"] - access["iat"] == 15 * 60
    assert access["sub"] == refresh["sub"] == str(alice.pk)
    assert access["sid"] == refresh["sid"] == tokens["session"]["id"]
    assert access["jti"] != refresh["jti"]
    assert UserSession.objects.get().refresh_id == refresh["jti"]


@pytest.mark.parametrize(
    "body",
    [
        {"email": "alice@example.com", "password": "wrong"},
        {"email": "alice@example.com", "password": f" {PASSWORD}"},
        {"email": "nobody@example.com", "password": PASSWORD},
        {"email": "no address", "password": PASSWORD},
    ],
)
def test_wrong_login_is_one_answer(alice: User, body: dict[str, str]) -> None:
    answer = post(LOGIN, body)
    assert answer.json() == {"code": "invalid_credentials", "message": "The e-mail address or the password is wrong.", "detail": {}}
    assert answer.status_code == 401
    assert not UserSession.objects.exists()


def test_closed_account_is_answered_like_a_wrong_password(alice: User) -> None:
    deactivate_user(user=alice)
    assert_refused(post(LOGIN, {"email": alice.email, "password": PASSWORD}), "invalid_credentials")


@pytest.mark.parametrize("address", [LOGIN, REFRESH, LOGOUT])
@pytest.mark.parametrize(
    "raw",
    [
        b"",
        b"null",
        b"[]",
        b'"text"',
        b"{",
        b"{}",
        b'{"email": null, "password": null, "refresh": null}',
        b'{"email": {}, "password": [], "refresh": {"a": 1}}',
        b'{"email": 1e400, "password": true, "refresh": 1.5}',
        b'{"email": "a\\u0000b@example.com", "password": "x", "refresh": "x\\u0000"}',
        b'{"email": "\\ud800@example.com", "password": "\\ud800", "refresh": "\\ud800"}',
        b'{"email": "a@example.com", "password": "\xff", "refresh": "\xff"}',
        b'{"email": "%s", "password": "%s", "refresh": "%s"}' % (b"x" * 100_000, b"x" * 100_000, b"x" * 100_000),
        b'{"email": "a@example.com", "password": "' + b"x" * 999 + b'", "refresh": "' + b"x." * 1000 + b'"}',
        b'{"email": "a@example.com", "email": "b@example.com", "refresh": "a", "refresh": "b"}',
        b"[" * 100_000,
    ],
    ids=lambda raw: repr(raw[:30]),
)
def test_hostile_body_is_refused_as_input(alice: User, address: str, raw: bytes) -> None:
    answer = post(address, raw)
    assert answer.status_code in (400, 401)
    assert answer.json()["code"]
    assert not UserSession.objects.exists()


def test_login_takes_json_only(alice: User) -> None:
    answer = Client().post(LOGIN, {"email": alice.email, "password": PASSWORD})
    assert answer.status_code == 415


@pytest.mark.parametrize("method", ["get", "put", "patch", "delete"])
def test_login_is_a_post(db: None, method: str) -> None:
    assert getattr(Client(), method)(LOGIN).status_code == 405


def test_bearer_is_known_everywhere(alice: User) -> None:
    tokens = get_tokens(alice)
    for method in (Client().get, Client().post):
        state = method(STATE, headers=bearer(tokens)).json()
        assert state["authenticated"] is True
        assert state["user"]["email"] == "alice@example.com"
        assert state["session"]["id"] == tokens["session"]["id"]
    assert Client().get(SESSIONS, headers=bearer(tokens)).status_code == 200


def test_state_of_a_browser_is_its_session(alice: User) -> None:
    browser = sign_in(alice)
    state = browser.post(STATE).json()
    assert state["session"]["kind"] == "browser"
    assert state["session"]["id"] == str(session_of(browser).pk)


def test_state_needs_no_csrf_token(alice: User) -> None:
    browser = Client(enforce_csrf_checks=True)
    browser.force_login(alice)
    assert browser.post(STATE, b"{not json", content_type=JSON).json()["authenticated"] is True


@pytest.mark.parametrize(
    "header",
    [
        "Bearer",
        "Bearer ",
        "Bearer x",
        "Bearer a.b.c",
        "Bearer a b c",
        "Basic YTpi",
        "Bearer \u00e9",
        "x" * 5000,
        "bearer null",
        "Bearer " + "." * 2000,
    ],
)
def test_state_of_a_senseless_header_is_nobody(db: None, header: str) -> None:
    for method in (Client().get, Client().post):
        answer = method(STATE, headers={"Authorization": header})
        assert (answer.status_code, answer.json()) == (200, {"authenticated": False})


@pytest.mark.parametrize("header", ["Bearer", "Bearer x", "Bearer a.b.c", "Bearer a b", "Bearer \u00e9"])
def test_senseless_token_is_refused(db: None, header: str) -> None:
    answer = Client().get(SESSIONS, headers={"Authorization": header})
    assert_refused(answer, "token_invalid")
    assert answer.headers["WWW-Authenticate"] == 'Bearer realm="api"'


def test_forged_tokens_are_refused(alice: User, bob: User) -> None:
    claims = read_claims(get_tokens(alice)["access"])
    head = base64.urlsafe_b64encode(json.dumps({"alg": "none", "typ": "JWT", "kid": name_key(settings.JWT_SECRET)}).encode()).rstrip(b"=").decode()
    unsigned = f"{head}.{sign(claims).split('.')[1]}."
    forged = {
        "alg none": unsigned,
        "other key": sign(claims, key="another key of more than thirty-two bytes"),
        "secret key of the sessions": sign(claims, key=settings.SECRET_KEY),
        "unknown kid": sign(claims, kid="0123456789abcdef"),
        "kid of another key than it is signed with": sign(claims, key="another key of more than thirty-two bytes"),
        "no kid": sign(claims, kid=None),
        "kid that is a path": sign(claims, kid="../../../../dev/null"),
        "other algorithm": sign(claims, algorithm="HS512"),
        "other issuer": sign({**claims, "iss": "evil"}),
        "no issuer": sign({name: value for name, value in claims.items() if name != "iss"}),
        "no expiry": sign({name: value for name, value in claims.items() if name != "exp"}),
        "no session": sign({name: value for name, value in claims.items() if name != "sid"}),
        "session is no text": sign({**claims, "sid": 7}),
        "session is no id": sign({**claims, "sid": "x' OR 1=1"}),
        "other user": sign({**claims, "sub": str(bob.pk)}),
        "refresh token": get_tokens(alice)["refresh"],
    }
    answers = {name: Client().get(SESSIONS, headers={"Authorization": f"Bearer {token}"}) for name, token in forged.items()}
    assert {name: answer.status_code for name, answer in answers.items()} == dict.fromkeys(forged, 401)
    assert Client().get(SESSIONS, headers={"Authorization": f"Bearer {sign(claims)}"}).status_code == 200


def test_expired_access_token_says_so(alice: User, time_machine) -> None:
    tokens = get_tokens(alice)
    time_machine.move_to(timezone.now() + timedelta(minutes=15, seconds=1))
    assert_refused(Client().get(SESSIONS, headers=bearer(tokens)), "token_expired")
    assert Client().get(STATE, headers=bearer(tokens)).json() == {"authenticated": False}


def test_access_token_costs_one_query(alice: User, django_assert_num_queries) -> None:
    tokens = get_tokens(alice)
    with django_assert_num_queries(1):
        assert Client().get(STATE, headers=bearer(tokens)).json()["authenticated"]


def end_by_service(alice: User) -> None:
    end_session(session=UserSession.objects.get(), reason="test")


def change_password(alice: User) -> None:
    set_password(user=alice, password="a-new-and-longer-secret-5")


def close_account(alice: User) -> None:
    deactivate_user(user=alice)


def switch_off_behind_our_back(alice: User) -> None:
    User.objects.update(is_active=False)


def let_expire(alice: User) -> None:
    UserSession.objects.update(expires_at=timezone.now())


@pytest.mark.parametrize("end", [end_by_service, change_password, close_account, switch_off_behind_our_back, let_expire])
def test_both_tokens_die_with_their_session(alice: User, end) -> None:
    tokens = get_tokens(alice)
    assert Client().get(SESSIONS, headers=bearer(tokens)).status_code == 200
    end(alice)
    assert_refused(Client().get(SESSIONS, headers=bearer(tokens)), "token_invalid")
    assert_refused(post(REFRESH, {"refresh": tokens["refresh"]}), "token_invalid")


def test_refresh_gives_a_new_pair_of_the_same_session(alice: User) -> None:
    first = get_tokens(alice)
    answer = post(REFRESH, {"refresh": first["refresh"]})
    second = answer.json()
    assert answer.status_code == 200
    assert set(second) == {"access", "refresh", "user", "session"}
    assert second["session"]["id"] == first["session"]["id"]
    assert second["refresh"] != first["refresh"]
    assert Client().get(SESSIONS, headers=bearer(second)).status_code == 200
    assert UserSession.objects.count() == 1
    assert "no-store" in answer.headers["Cache-Control"]


def test_reused_refresh_token_ends_the_whole_session(alice: User) -> None:
    first = get_tokens(alice)
    second = post(REFRESH, {"refresh": first["refresh"]}).json()
    assert_refused(post(REFRESH, {"refresh": first["refresh"]}), "token_reused")
    session = UserSession.objects.get()
    assert (session.is_active, session.end_reason) == (False, "refresh token reused")
    assert_refused(Client().get(SESSIONS, headers=bearer(second)), "token_invalid")
    assert_refused(post(REFRESH, {"refresh": second["refresh"]}), "token_invalid")
    assert_refused(post(REFRESH, {"refresh": first["refresh"]}), "token_reused")


def test_reuse_leaves_the_other_sessions_alone(alice: User) -> None:
    first, other, browser = get_tokens(alice), get_tokens(alice), sign_in(alice)
    for _ in range(2):
        post(REFRESH, {"refresh": first["refresh"]})
    assert Client().get(SESSIONS, headers=bearer(other)).status_code == 200
    assert browser.get("/settings/").status_code == 200


def test_access_token_does_not_refresh(alice: User) -> None:
    tokens = get_tokens(alice)
    assert_refused(post(REFRESH, {"refresh": tokens["access"]}), "token_invalid")
    assert UserSession.objects.get().is_active


def test_expired_refresh_token_says_so(alice: User, time_machine) -> None:
    tokens = get_tokens(alice)
    time_machine.move_to(timezone.now() + timedelta(days=14, seconds=1))
    assert_refused(post(REFRESH, {"refresh": tokens["refresh"]}), "token_expired")


def test_session_in_use_goes_on_until_it_is_ninety_days_old(alice: User, time_machine) -> None:
    start = timezone.now()
    time_machine.move_to(start)
    tokens = get_tokens(alice)
    for days in range(10, 90, 10):
        time_machine.move_to(start + timedelta(days=days))
        tokens = post(REFRESH, {"refresh": tokens["refresh"]}).json()
    session = UserSession.objects.get()
    assert session.expires_at == session.created_at + timedelta(days=90)
    time_machine.move_to(start + timedelta(days=90, seconds=2))
    assert_refused(post(REFRESH, {"refresh": tokens["refresh"]}), "token_invalid")


def test_logout_by_access_token_ends_the_session(alice: User) -> None:
    tokens = get_tokens(alice)
    answer = post(LOGOUT, headers=bearer(tokens))
    assert (answer.status_code, answer.content) == (204, b"")
    assert not UserSession.objects.active().exists()
    assert_refused(post(REFRESH, {"refresh": tokens["refresh"]}), "token_invalid")
    assert_refused(post(LOGOUT, headers=bearer(tokens)), "token_invalid")


def test_logout_by_refresh_token_ends_the_session(alice: User) -> None:
    tokens = get_tokens(alice)
    assert post(LOGOUT, {"refresh": tokens["refresh"]}).status_code == 204
    assert_refused(Client().get(SESSIONS, headers=bearer(tokens)), "token_invalid")


def test_logout_of_a_browser_signs_it_out(alice: User) -> None:
    browser = sign_in(alice)
    assert browser.post(LOGOUT).status_code == 204
    assert browser.get("/settings/").status_code == 302


def test_logout_of_a_browser_needs_its_csrf_token(alice: User) -> None:
    browser = Client(enforce_csrf_checks=True)
    browser.force_login(alice)
    assert browser.post(LOGOUT).status_code == 403
    assert session_of(browser).is_active


def test_logout_of_nobody_is_refused(db: None) -> None:
    assert_refused(post(LOGOUT, {}), "not_authenticated")
