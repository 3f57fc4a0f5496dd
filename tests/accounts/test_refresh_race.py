"""Many exchanges of one refresh token at the same moment, on the real database."""

from collections import Counter
from concurrent.futures import ThreadPoolExecutor
from threading import Barrier

import pytest
from django.db import connection

from accounts.errors import TokenReusedError
from accounts.models import UserSession
from accounts.services.tokens import issue_tokens, rotate_tokens
from tests.factories import UserFactory

RACERS = 16


@pytest.mark.django_db(transaction=True)
@pytest.mark.parametrize("attempt", range(5))
def test_of_sixteen_refreshes_at_once_one_wins(attempt: int) -> None:
    refresh = issue_tokens(user=UserFactory()).refresh
    start = Barrier(RACERS)

    def race(_: int) -> str:
        start.wait()
        try:
            rotate_tokens(refresh=refresh)
        except TokenReusedError as error:
            return error.code
        finally:
            connection.close()
        return "won"

    with ThreadPoolExecutor(RACERS) as pool:
        results = Counter(pool.map(race, range(RACERS)))
    # The second one is a reuse, which ends the session of all of them.
    assert results == {"won": 1, "token_reused": RACERS - 1}
    assert not UserSession.objects.get().is_active
