"""A transaction that the database breaks off to end a deadlock begins anew."""

from concurrent.futures import ThreadPoolExecutor
from threading import Barrier, BrokenBarrierError

import pytest
from django.db import OperationalError, connection, transaction

from accounts.models import User
from common.atomic import atomic_with_retry, is_retryable
from tests.factories import UserFactory


@pytest.mark.django_db(transaction=True)
def test_two_that_lock_each_other_out_both_finish() -> None:
    people = [UserFactory(name=""), UserFactory(name="")]
    # Only the first try of each meets the other one in the middle.
    meeting = Barrier(2)
    tries = [0, 0]

    @atomic_with_retry
    def rename(number: int) -> None:
        tries[number] += 1
        for step in (number, 1 - number):
            user = User.objects.select_for_update().get(pk=people[step].pk)
            user.name += str(number)
            user.save(update_fields=["name"])
            if step == number and tries[number] == 1:
                try:
                    meeting.wait(timeout=10)
                except BrokenBarrierError:
                    return

    def run(number: int) -> None:
        try:
            rename(number)
        finally:
            connection.close()

    with ThreadPoolExecutor(2) as pool:
        list(pool.map(run, range(2)))
    assert sorted(tries) == [1, 2]
    assert {"".join(sorted(user.name)) for user in User.objects.all()} == {"01"}


@pytest.mark.django_db(transaction=True)
def test_an_error_of_another_kind_is_not_tried_again() -> None:
    tries = []

    @atomic_with_retry
    def fail() -> None:
        tries.append(1)
        with connection.cursor() as cursor:
            cursor.execute("SET LOCAL statement_timeout = 1")
            cursor.execute("SELECT pg_sleep(1)")

    with pytest.raises(OperationalError) as error:
        fail()
    assert (len(tries), is_retryable(error.value)) == (1, False)


@pytest.mark.django_db
def test_inside_another_transaction_it_is_a_savepoint() -> None:
    @atomic_with_retry
    def fail_after_writing() -> None:
        UserFactory()
        raise ValueError("after writing")

    with transaction.atomic():
        kept = UserFactory()
        with pytest.raises(ValueError, match="after writing"):
            fail_after_writing()
    assert list(User.objects.all()) == [kept]
