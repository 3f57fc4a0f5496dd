"""Personal tokens made at the same moment, on the real database."""

from collections import Counter
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from datetime import timedelta
from threading import Barrier

import pytest
from django.db import connection

from accounts.models import PersonalToken, User, UserSession
from accounts.services.personal_tokens import MOST_TOKENS, create_token
from accounts.services.users import deactivate_user
from common.errors import DomainError
from tests.factories import UserFactory

pytestmark = pytest.mark.django_db(transaction=True)
RACERS = 8


def make(user: User, name: str) -> str:
    try:
        create_token(user=user, name=name, scopes=["profile:read"], lifetime=timedelta(days=1))
    except DomainError as error:
        return error.code
    return "made"


def race(acts: list[Callable[[], object]]) -> list[object]:
    start = Barrier(len(acts))

    def run(act: Callable[[], object]) -> object:
        start.wait()
        try:
            return act()
        finally:
            connection.close()

    with ThreadPoolExecutor(len(acts)) as pool:
        return list(pool.map(run, acts))


def test_of_eight_with_one_name_one_is_made() -> None:
    user = UserFactory()
    assert Counter(race([lambda: make(user, "same")] * RACERS)) == {"made": 1, "token_name_taken": RACERS - 1}
    assert UserSession.objects.count() == 1


def test_the_last_place_is_taken_once() -> None:
    user = UserFactory()
    for number in range(MOST_TOKENS - 1):
        make(user, str(number))
    results = race([lambda number=number: make(user, f"racer {number}") for number in range(RACERS)])
    assert Counter(results) == {"made": 1, "too_many_tokens": RACERS - 1}


def test_account_closed_meanwhile_is_left_without_a_working_token() -> None:
    user = UserFactory()
    race([lambda: deactivate_user(user=User.objects.get(pk=user.pk)), *[lambda number=number: make(user, str(number)) for number in range(RACERS)]])
    assert not PersonalToken.objects.live().exists()
