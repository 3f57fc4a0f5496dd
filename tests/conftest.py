"""Fixtures for every test: own database and own cache for each test process, and the three people."""

import os

import pytest
from django.conf import settings
from django.core.cache import cache
from hypothesis import HealthCheck
from hypothesis import settings as hypothesis_settings

from tests.plugin import SLOT
from tests.servers import DATABASES_PER_SLOT, LAYOUT

# On a busy machine a slow example is no finding. In CI the examples are the same in every run: a change is judged, not luck.
hypothesis_settings.register_profile("here", deadline=None, suppress_health_check=[HealthCheck.too_slow], print_blob=True)
hypothesis_settings.register_profile("ci", hypothesis_settings.get_profile("here"), derandomize=True)


def pytest_configure(config: pytest.Config) -> None:
    hypothesis_settings.load_profile("ci" if os.environ.get("CI") else "here")
    _use_own_database()
    _use_own_cache()
    # Argon2 is slow on purpose; tests sign in thousands of times.
    settings.PASSWORD_HASHERS = ["django.contrib.auth.hashers.MD5PasswordHasher"]


def _use_own_database() -> None:
    # TEST_RUN=x keeps the name from run to run, for --reuse-db; else the slot's.
    run = os.environ.get("TEST_RUN") or f"s{SLOT}"
    settings.DATABASES["default"].setdefault("TEST", {})["NAME"] = f"test_portfolio_{run.lower()}"


def _use_own_cache() -> None:
    first = SLOT * DATABASES_PER_SLOT
    address = f"unix://{LAYOUT.valkey_socket}?db="
    settings.CACHES["default"]["LOCATION"] = f"{address}{first}"
    settings.CELERY_BROKER_URL = f"redis+socket://{LAYOUT.valkey_socket}?virtual_host={first + 1}"
    settings.CHANNEL_LAYERS["default"]["CONFIG"]["hosts"] = [{"address": f"{address}{first + 2}", "socket_timeout": None}]


@pytest.fixture(autouse=True)
def _empty_cache() -> None:
    """Each test begins with an empty cache; only this process uses it."""
    cache.clear()


@pytest.fixture
def alice(db: None):
    """The owner."""
    return _make_user("alice")


@pytest.fixture
def bob(db: None):
    """Somebody who is given a look."""
    return _make_user("bob")


@pytest.fixture
def charlie(db: None):
    """The stranger."""
    return _make_user("charlie")


@pytest.fixture
def staff(db: None):
    """May enter the administration."""
    return _make_user("staff", is_staff=True, is_superuser=True)


def _make_user(name: str, **fields: object):
    from tests.factories import UserFactory

    return UserFactory(email=f"{name}@example.com", name=name.capitalize(), **fields)
