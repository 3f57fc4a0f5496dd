"""Guessing is slowed down at every door, and the owner is not locked out by it."""

import json
import re
from concurrent.futures import ThreadPoolExecutor
from datetime import timedelta
from pathlib import Path

import pytest
from django.conf import settings
from django.core.cache import cache
from django.db import connection
from django.test import Client
from django.utils import timezone

from accounts.errors import InvalidCredentialsError, LockedError
from accounts.models import SignInThrottle, User
from accounts.services.lockout import ONE_PLACE, UNKNOWN_PLACES, Place, claim_attempt, remove_old_attempts, unlock_user
from accounts.services.signin import check_password
from tests.accounts.sessions import LOGIN, sign_in
from tests.factories import PASSWORD

pytestmark = pytest.mark.django_db
ROOT = Path(__file__).resolve().parents[2]
STRANGER = "203.0.113.9"


def post_api(email: str, password: str = "wrong", *, address: str = "127.0.0.1", **headers: str):
    body = json.dumps({"email": email, "password": password})
    return Client(REMOTE_ADDR=address).post(LOGIN, body, content_type="application/json", headers=headers)


def post_page(email: str, password: str = "wrong", *, client: Client | None = None, address: str = "127.0.0.1"):
    return (client or Client()).post("/login/", {"email": email, "password": password}, REMOTE_ADDR=address)


def guess(email: str, times: int, *, address: str = "127.0.0.1") -> list[int]:
    return [post_api(email, address=address).status_code for _ in range(times)]


def test_ninth_wrong_password_from_one_place_is_not_looked_at(alice: User) -> None:
    assert guess(alice.email, 10) == [401] * 8 + [429] * 2
    answer = post_api(alice.email, PASSWORD)
    body = answer.json()
    assert (answer.status_code, body["code"], set(body)) == (429, "locked", {"code", "message", "detail"})
    assert 0 < int(answer.headers["Retry-After"]) <= 60
    assert body["detail"] == {"retry_after": int(answer.headers["Retry-After"])}
    assert "Try again in" in body["message"]


def test_lock_holds_at_every_door(alice: User) -> None:
    guess(alice.email, 8)
    page = post_page(alice.email, PASSWORD)
    assert page.status_code == 429
    assert int(page.headers["Retry-After"]) > 0
    assert "Too many attempts" in page.content.decode()
    admin = Client().post("/admin/login/", {"username": alice.email, "password": PASSWORD}, follow=True)
    assert not admin.context["user"].is_authenticated


def test_pages_count_like_the_api(alice: User) -> None:
    assert [post_page(alice.email).status_code for _ in range(9)] == [200] * 8 + [429]
    assert post_api(alice.email, PASSWORD).status_code == 429


def test_other_accounts_are_not_locked(alice: User, bob: User) -> None:
    guess(alice.email, 12)
    assert post_api(bob.email, PASSWORD).status_code == 200


def test_an_account_nobody_has_is_locked_alike(alice: User) -> None:
    answers = [[post_api(email) for _ in range(10)] for email in (alice.email, "nobody@example.com")]
    shown = [[(answer.status_code, answer.json()["code"], answer.headers.get("Retry-After")) for answer in row] for row in answers]
    assert shown[0] == shown[1]


@pytest.mark.parametrize("email", ["alice@example.com", "nobody@example.com"])
def test_a_wrong_password_costs_the_same_queries_whoever_it_is(alice: User, email: str, django_assert_num_queries) -> None:
    with django_assert_num_queries(8):
        post_api(email)


def test_forwarding_headers_of_a_client_change_nothing(alice: User) -> None:
    answers = [
        post_api(alice.email, **{"X-Forwarded-For": f"198.51.100.{number}", "X-Real-IP": f"198.51.100.{number}", "Forwarded": f"for={number}.0.0.1"})
        for number in range(9)
    ]
    assert [answer.status_code for answer in answers] == [401] * 8 + [429]


def test_spelling_of_the_name_is_one_account(alice: User) -> None:
    spellings = ["alice@example.com", "ALICE@example.com", " alice@EXAMPLE.com ", "ａlice@example.com"]
    assert [post_api(spellings[number % 4]).status_code for number in range(9)] == [401] * 8 + [429]


def test_many_addresses_together_get_ten_guesses(alice: User) -> None:
    answers = [post_api(alice.email, address=f"203.0.113.{number}") for number in range(12)]
    assert [answer.status_code for answer in answers] == [401] * 10 + [429] * 2
    assert 240 < int(answers[-1].headers["Retry-After"]) <= 300


def test_strangers_do_not_lock_the_owner_out_of_a_known_address(alice: User) -> None:
    sign_in(alice)
    for number in range(12):
        post_api(alice.email, address=f"203.0.113.{number}")
    assert post_api(alice.email, PASSWORD, address=STRANGER).status_code == 429
    assert post_api(alice.email, PASSWORD).status_code == 200


def test_strangers_behind_the_same_address_do_not_lock_out_a_known_browser(alice: User) -> None:
    browser = sign_in(alice)
    browser.post("/logout/")
    guess(alice.email, 9)
    assert post_page(alice.email, PASSWORD).status_code == 429
    assert post_page(alice.email, PASSWORD, client=browser).status_code == 302


def test_known_browser_is_limited_too(alice: User) -> None:
    browser = sign_in(alice)
    browser.post("/logout/")
    assert [post_page(alice.email, client=browser).status_code for _ in range(9)] == [200] * 8 + [429]


def test_device_cookie_of_another_account_or_a_forged_one_gives_nothing(alice: User, bob: User) -> None:
    browser = sign_in(bob)
    browser.post("/logout/")
    guess(alice.email, 8)
    assert post_page(alice.email, PASSWORD, client=browser).status_code == 429
    for forged in ("", "x", "x:y:z", "\x00", "a" * 5000):
        browser.cookies[settings.DEVICE_COOKIE_NAME] = forged
        assert post_page(alice.email, PASSWORD, client=browser).status_code == 429


def test_device_cookie_is_out_of_reach_of_scripts(alice: User) -> None:
    cookie = sign_in(alice).cookies[settings.DEVICE_COOKIE_NAME]
    assert (cookie["httponly"], cookie["samesite"]) == (True, "Lax")


def test_each_failure_after_the_wait_doubles_it(alice: User, time_machine) -> None:
    sign_in(alice)
    now = timezone.now()
    time_machine.move_to(now, tick=False)
    guess(alice.email, 8)
    waits = []
    for _ in range(6):
        wait = int(post_api(alice.email).headers["Retry-After"])
        waits.append(wait - 1)
        now += timedelta(seconds=wait)
        time_machine.move_to(now, tick=False)
        assert post_api(alice.email).status_code == 401
    assert waits == [60, 120, 240, 480, 900, 900]


@pytest.mark.parametrize("limit", [ONE_PLACE, UNKNOWN_PLACES])
def test_no_five_minutes_hold_more_than_ten_guesses(limit) -> None:
    moments, now = [], timedelta(0)
    for failures in range(1, 40):
        moments.append(now)
        now += limit.find_wait(failures) or timedelta(0)
    assert max(sum(start <= other < start + timedelta(minutes=5) for other in moments) for start in moments) <= 10


def test_right_password_after_the_wait_begins_anew(alice: User, time_machine) -> None:
    now = timezone.now()
    guess(alice.email, 8)
    time_machine.move_to(now + timedelta(seconds=61))
    assert post_api(alice.email, PASSWORD).status_code == 200
    assert guess(alice.email, 9) == [401] * 8 + [429]


def test_right_passwords_are_never_too_many(alice: User) -> None:
    assert [post_api(alice.email, PASSWORD).status_code for _ in range(15)] == [200] * 15


def test_failures_are_forgotten_after_a_day(alice: User, time_machine) -> None:
    guess(alice.email, 8)
    time_machine.move_to(timezone.now() + timedelta(days=1, seconds=1))
    assert guess(alice.email, 9) == [401] * 8 + [429]
    time_machine.move_to(timezone.now() + timedelta(days=2))
    assert remove_old_attempts() == 2
    assert not SignInThrottle.objects.exists()


def test_present_password_of_a_change_is_no_other_way_to_guess(alice: User) -> None:
    browser = sign_in(alice)
    form = {"old_password": "wrong", "new_password1": "a-new-and-longer-secret-5", "new_password2": "a-new-and-longer-secret-5"}
    assert [browser.post("/password/change/", form).status_code for _ in range(9)] == [200] * 8 + [429]
    assert User.objects.get().check_password(PASSWORD)


def test_lock_holds_without_the_cache(alice: User) -> None:
    for _ in range(9):
        cache.clear()
        last = post_api(alice.email)
    assert last.status_code == 429


def test_unlocked_account_signs_in_at_once(alice: User, staff: User) -> None:
    guess(alice.email, 9)
    desk = sign_in(staff)
    answer = desk.post("/admin/accounts/user/", {"action": "unlock_accounts", "_selected_action": [alice.pk]}, follow=True)
    assert "Failed attempts forgotten: 1 accounts." in answer.content.decode()
    assert post_api(alice.email, PASSWORD).status_code == 200
    assert unlock_user(user=alice) == 0 or not SignInThrottle.objects.filter(failures__gt=0).exists()


@pytest.mark.parametrize("name", ["x" * 100_000, "a\x00b@example.com", "\ud800@example.com", "", " ", "\u202e\u0000\udfff"])
def test_odd_names_are_counted_like_others(db: None, name: str) -> None:
    place = Place(address=STRANGER, device_cookie="\ud800")
    for _ in range(8):
        with pytest.raises(InvalidCredentialsError):
            check_password(email=name, password="wrong", place=place)
    with pytest.raises(LockedError):
        check_password(email=name, password="wrong", place=place)


def test_no_name_is_kept_in_clear(db: None) -> None:
    claim_attempt(name="my-secret-password", place=Place(address=STRANGER))
    assert "secret" not in repr(list(SignInThrottle.objects.values()))


@pytest.mark.django_db(transaction=True)
def test_guesses_at_the_same_time_are_counted_one_by_one(alice: User) -> None:
    def attempt(_: int) -> int:
        try:
            return post_api(alice.email).status_code
        finally:
            connection.close()

    with ThreadPoolExecutor(12) as pool:
        answers = list(pool.map(attempt, range(24)))
    assert sorted(answers) == [401] * 8 + [429] * 16


def test_there_is_one_place_that_looks_at_passwords() -> None:
    found = {
        str(path.relative_to(ROOT))
        for app in ("accounts", "portfolio", "terminal", "assistant", "ops", "config", "common")
        for path in (ROOT / app).rglob("*.py")
        if re.search(r"(?<![\w.])authenticate\((?!self)|\.check_password\(", path.read_text(encoding="utf-8"))
    }
    assert found == {"accounts/services/signin.py"}
