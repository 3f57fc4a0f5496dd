import pytest
from django.core.cache import cache
from django.db import connection

pytestmark = pytest.mark.django_db


def test_database_is_postgresql_18_and_our_role_is_no_superuser():
    with connection.cursor() as cursor:
        cursor.execute("SELECT current_setting('server_version_num')::int / 10000, rolsuper FROM pg_roles WHERE rolname = current_user")
        assert cursor.fetchone() == (18, False)


def test_cache_keeps_a_value():
    cache.set("key", "value")
    assert cache.get("key") == "value"
