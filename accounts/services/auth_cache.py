"""What the cache keeps about people: copies only, the truth is in the database."""

from typing import Any, cast

from django.contrib.sessions.backends.cached_db import SessionStore
from django.core.cache import cache
from redis.exceptions import RedisError

from common.api.throttles import COUNTERS
from common.errors import UnavailableError


def clear_auth_cache() -> dict[str, int]:
    """Forget cached browser sessions and the counters of the API's limits; return how many. Raises UnavailableError."""
    store = cast("Any", cache)
    try:
        # By its own command: the cache itself hides an outage, and "0 forgotten" would look like success.
        store.client.get_client(write=True).ping()
    except RedisError as error:
        raise UnavailableError("The cache does not answer; what it kept is gone or out of use already.") from error
    return {
        "sessions": store.delete_pattern(f"{SessionStore.cache_key_prefix}*"),
        "counters": store.delete_pattern(f"{COUNTERS}*"),
    }
