"""The look at the embedded database's connection: silent means standing, anything else is asked."""

from collections.abc import Iterator

import pytest
from django.db import connections
from pytest_django import DjangoDbBlocker

from config.postgresql.base import DatabaseWrapper


@pytest.fixture
def wrapper(django_db_setup: None, django_db_blocker: DjangoDbBlocker) -> Iterator[DatabaseWrapper]:
    """A connection of its own, so that nothing else loses its own."""
    own = connections.create_connection("default")
    assert isinstance(own, DatabaseWrapper)
    with django_db_blocker.unblock():
        own.connect()
        yield own
        own.close()


def end_from_outside(wrapper: DatabaseWrapper) -> None:
    with connections["default"].cursor() as cursor:
        cursor.execute("SELECT pg_terminate_backend(%s, 5000)", [wrapper.connection.info.backend_pid])


def test_a_standing_connection_is_usable_without_a_query(wrapper: DatabaseWrapper) -> None:
    before = wrapper.connection.pgconn.transaction_status
    wrapper.connection.autocommit = False
    assert wrapper.is_usable()
    # A query would have begun a transaction.
    assert wrapper.connection.pgconn.transaction_status == before


def test_a_connection_that_the_server_ended_is_not_usable(wrapper: DatabaseWrapper) -> None:
    end_from_outside(wrapper)
    assert not wrapper.is_usable()


def test_the_next_request_after_the_server_ended_the_connection_gets_a_new_one(wrapper: DatabaseWrapper) -> None:
    wrapper.health_check_enabled = True
    end_from_outside(wrapper)
    wrapper.close_if_unusable_or_obsolete()
    with wrapper.cursor() as cursor:
        cursor.execute("SELECT 1")
        assert cursor.fetchone() == (1,)


def test_without_a_connection_nothing_is_usable(wrapper: DatabaseWrapper) -> None:
    wrapper.close()
    assert not wrapper.is_usable()


def test_after_an_error_the_server_is_asked(wrapper: DatabaseWrapper) -> None:
    wrapper.connection.autocommit = False
    wrapper.errors_occurred = True
    assert wrapper.is_usable()
    assert wrapper.connection.info.transaction_status.name == "INTRANS"
