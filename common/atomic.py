"""Transactions that survive a deadlock: PostgreSQL asks the application to try again."""

import functools
import secrets
import time
from collections.abc import Callable
from typing import ParamSpec, TypeVar

from django.db import OperationalError, connection, transaction

P = ParamSpec("P")
R = TypeVar("R")

TRIES = 3
# serialization_failure and deadlock_detected: nothing is wrong with the work, only with its moment.
RETRYABLE = frozenset({"40001", "40P01"})


def atomic_with_retry(function: Callable[P, R]) -> Callable[P, R]:
    """Run the function in a transaction; begin anew, up to three times, when the database broke it off to end a deadlock.

    Inside another transaction it is a savepoint, and the outermost one does the trying again: only it can begin anew.
    """

    @functools.wraps(function)
    def run(*args: P.args, **kwargs: P.kwargs) -> R:
        if connection.in_atomic_block:
            with transaction.atomic():
                return function(*args, **kwargs)
        for attempt in range(1, TRIES):
            try:
                with transaction.atomic():
                    return function(*args, **kwargs)
            except OperationalError as error:
                if not is_retryable(error):
                    raise
                # Jitter: two that met once must not meet again at the same step.
                time.sleep((0.02 + secrets.randbelow(50) / 1000) * attempt)
        with transaction.atomic():
            return function(*args, **kwargs)

    return run


def is_retryable(error: OperationalError) -> bool:
    return getattr(error.__cause__, "sqlstate", None) in RETRYABLE
