"""The limits of the API: for each person and address, counted in the real cache."""

from concurrent.futures import ThreadPoolExecutor
from datetime import timedelta

import pytest
from django.core.cache import cache
from django.test import Client
from rest_framework.test import APIClient

from accounts.models import User
from accounts.services.personal_tokens import create_token
from common.api import throttles
from common.api.throttles import PAUSE, PEOPLE_AT_AN_ADDRESS
from tests.accounts.sessions import LOGOUT, SESSIONS, STATE, bearer, get_tokens
from tests.factories import UserFactory
from tests.factories_portfolio import PortfolioFactory

pytestmark = pytest.mark.django_db
RATES = "/api/v1/fx-rates"
GONE = {
    "default": {"BACKEND": "django_redis.cache.RedisCache", "LOCATION": "unix:///nowhere/valkey.sock?db=0", "OPTIONS": {"IGNORE_EXCEPTIONS": True}}
}


@pytest.fixture(autouse=True)
def _first_half_of_a_minute(time_machine) -> None:
    # A test must not begin in one minute and end in the next.
    time_machine.move_to("2026-03-31T12:00:10Z", tick=False)


@pytest.fixture(autouse=True)
def _small(settings) -> None:
    settings.API_WRITES_PER_MINUTE = settings.API_FIGURES_PER_MINUTE = 3


def as_user(user: User, **headers: str) -> APIClient:
    api = APIClient(headers=headers)
    api.force_authenticate(user)
    return api


def write(api: APIClient, **extra: str) -> int:
    return api.post(RATES, [], **extra).status_code


def test_writes_beyond_the_limit_are_refused_until_the_minute_is_over(alice: User, time_machine) -> None:
    api = as_user(alice)
    assert [write(api) for _ in range(4)] == [200, 200, 200, 429]
    answer = api.post(RATES, [])
    assert set(answer.json()) == {"code", "message", "detail"}
    assert answer.json()["code"] == "throttled"
    assert 50 <= int(answer.headers["Retry-After"]) <= 51
    time_machine.move_to("2026-03-31T12:01:01Z", tick=False)
    assert write(api) == 200


def test_limit_of_one_is_not_the_limit_of_another(alice: User, bob: User) -> None:
    for _ in range(4):
        write(as_user(alice))
    assert write(as_user(alice)) == 429
    assert write(as_user(bob)) == 200


def test_reads_that_compute_nothing_are_not_counted(alice: User) -> None:
    api = as_user(alice)
    assert {api.get(RATES).status_code for _ in range(10)} == {200}
    assert write(api) == 200


def test_figures_are_counted_apart_from_writes(alice: User) -> None:
    api = as_user(alice)
    address = f"/api/v1/portfolios/{PortfolioFactory(owner=alice).pk}/holdings"
    assert [api.get(address).status_code for _ in range(4)] == [200, 200, 200, 429]
    assert write(api) == 200


def test_people_of_one_address_share_a_larger_limit() -> None:
    answers = [write(as_user(UserFactory())) for _ in range(3 * PEOPLE_AT_AN_ADDRESS + 1)]
    assert answers == [200] * (3 * PEOPLE_AT_AN_ADDRESS) + [429]
    assert write(as_user(UserFactory()), REMOTE_ADDR="203.0.113.7") == 200


def test_hundred_people_behind_one_address_may_do_what_the_load_target_says(settings) -> None:
    settings.API_WRITES_PER_MINUTE = 1200
    assert 1200 * PEOPLE_AT_AN_ADDRESS >= 100 * 60


@pytest.mark.parametrize("header", ["X-Forwarded-For", "X-Real-IP", "Forwarded", "CF-Connecting-IP", "True-Client-IP"])
def test_forged_address_gives_no_new_limit(alice: User, header: str) -> None:
    answers = [write(as_user(alice, **{header: f"203.0.113.{number}"})) for number in range(4)]
    assert answers == [200, 200, 200, 429]


def test_forged_address_of_nobody_gives_no_new_limit(settings) -> None:
    settings.API_WRITES_PER_MINUTE = 1
    answers = []
    for number in range(PEOPLE_AT_AN_ADDRESS + 1):
        # Another name each time: one name is made to wait much earlier.
        bodies = {"email": f"nobody{number}@example.com", "password": "wrong"}
        forged = {"X-Forwarded-For": f"203.0.113.{number}"}
        answers.append(Client().post("/api/ums/auth/login", bodies, content_type="application/json", headers=forged).status_code)
    assert answers[-1] == 429
    assert 429 not in answers[:-1]


def test_senseless_token_is_still_answered_as_nobody() -> None:
    assert Client().post(STATE, headers={"Authorization": "Bearer x"}).json() == {"authenticated": False}


def test_whoever_is_over_the_limit_may_still_leave_and_end_what_uses_it_up(alice: User) -> None:
    made = create_token(user=alice, name="busy", scopes=["market:write"], lifetime=timedelta(days=1))
    busy = APIClient(headers={"Authorization": f"Bearer {made.text}"})
    assert [write(busy) for _ in range(4)] == [200, 200, 200, 429]
    headers = bearer(get_tokens(alice))
    other = get_tokens(alice)["session"]["id"]
    assert Client().delete(f"/api/ums/tokens/{made.token.pk}", headers=headers).status_code == 204
    assert Client().delete(f"{SESSIONS}/{other}", headers=headers).status_code == 204
    assert Client().post(LOGOUT, headers=headers).status_code == 204
    assert write(busy) == 401


def test_requests_at_once_are_counted_each(settings) -> None:
    names = [f"{throttles.COUNTERS}race"]
    with ThreadPoolExecutor(8) as pool:
        counts = sorted(count for (count,) in pool.map(lambda _: throttles._count(names), range(80)))
    assert counts == list(range(1, 81))


def test_counters_vanish_by_themselves() -> None:
    throttles._count([f"{throttles.COUNTERS}x"])
    assert 0 < cache.ttl(f"{throttles.COUNTERS}x") <= 120


def test_without_the_cache_everything_is_let_through_with_one_line(alice: User, settings, caplog: pytest.LogCaptureFixture) -> None:
    settings.CACHES = GONE
    PAUSE.end()
    try:
        assert [write(as_user(alice)) for _ in range(6)] == [200] * 6
    finally:
        PAUSE.end()
    assert len([record for record in caplog.records if record.name == "common.api.throttles"]) == 1
