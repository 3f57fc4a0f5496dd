"""What the cache keeps about people: copies only, the truth is in the database."""

from typing import Any, cast

from django.contrib.sessions.backends.cached_db import SessionStore
from django.core.cache import cache
from redis.exceptions import RedisError

from common.api.throttles import COUNTERS
from common.errors import UnavailableError

PATTERNS = {"sessions": f"{SessionStore.cache_key_prefix}*", "counters": f"{COUNTERS}*"}


def count_auth_cache() -> dict[str, int]:
    """Return how many entries there are of each sort. Raises UnavailableError."""
    store = _open_store()
    return {name: sum(1 for _ in store.iter_keys(pattern)) for name, pattern in PATTERNS.items()}


def clear_auth_cache() -> dict[str, int]:
    """Forget cached browser sessions and the counters of the API's limits; return how many. Raises UnavailableError."""
    store = _open_store()
    return {name: store.delete_pattern(pattern) for name, pattern in PATTERNS.items()}


def _open_store() -> Any:
    store = cast("Any", cache)
    try:
        # Asked directly: the cache itself hides an outage, and "0 forgotten" would look like success.
        store.client.get_client(write=True).ping()
    except RedisError as error:
        raise UnavailableError("The cache does not answer; what it kept is gone or out of use already.") from error
    return store
