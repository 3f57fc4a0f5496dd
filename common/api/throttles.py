"""How much one person and one address may ask of the API in a minute.

Counted in the cache, for all processes together: one round trip, and only for what costs something – changes, and
figures that are computed. Without the cache nothing is counted and everything is let through, with a line in the log:
wrong passwords are counted elsewhere, in the database. The address is that of `common.addresses`, which no header of
the client moves.
"""

import logging
import time
from typing import Any

from django.conf import settings
from django.core.cache import cache
from redis.exceptions import RedisError
from rest_framework.request import Request
from rest_framework.throttling import BaseThrottle

from common.addresses import read_client_address
from common.pause import Pause

logger = logging.getLogger(__name__)

COUNTERS = "throttle:"
MINUTE = 60
SAFE_METHODS = frozenset({"GET", "HEAD", "OPTIONS"})
# Many people may share one address (an office, a proxy that is not declared): so many times one person's limit.
PEOPLE_AT_AN_ADDRESS = 20
# A cache that hangs costs one request a second of waiting, then nobody for a while.
PAUSE = Pause(seconds=15)


class APIThrottle(BaseThrottle):
    """Every view has it. A view that computes figures says so: `is_heavy = True`; then its reads are counted too."""

    def __init__(self) -> None:
        self._wait = 0.0

    def allow_request(self, request: Request, view: Any) -> bool:
        limit = self.find_limit(request, view)
        if limit is None or PAUSE.is_on:
            return True
        now = time.time()
        self._wait = MINUTE - now % MINUTE
        limits = self._list_limits(request, *limit, int(now // MINUTE))
        try:
            counts = _count(list(limits))
        except (RedisError, OSError) as error:
            if PAUSE.begin():
                logger.warning("the API's limits are not counted: the cache does not answer (%s)", type(error).__name__)
            return True
        return all(count <= most for count, most in zip(counts, limits.values(), strict=True))

    def wait(self) -> float:
        """Return the seconds until the next minute begins."""
        return self._wait

    def find_limit(self, request: Request, view: Any) -> tuple[str, int] | None:
        """Return the name of the limit and the requests a minute, None for what is not counted."""
        if request.method not in SAFE_METHODS:
            return "write", settings.API_WRITES_PER_MINUTE
        return ("figure", settings.API_FIGURES_PER_MINUTE) if getattr(view, "is_heavy", False) else None

    def _list_limits(self, request: Request, kind: str, number: int, minute: int) -> dict[str, int]:
        """Return the name of each counter and how far it may go."""
        address = read_client_address(request.META) or "-"
        limits = {f"{COUNTERS}{kind}:address:{address}:{minute}": number * PEOPLE_AT_AN_ADDRESS}
        user_id = request.user.pk if request.user else None
        return {**limits, f"{COUNTERS}{kind}:user:{user_id}:{minute}": number} if user_id else limits


def _count(names: list[str]) -> list[int]:
    """Raise the counters by one, all in one round trip, and return them."""
    client: Any = cache
    pipeline = client.client.get_client(write=True).pipeline(transaction=False)
    for name in names:
        key = str(client.client.make_key(name))
        pipeline.incr(key)
        pipeline.expire(key, 2 * MINUTE)
    return [int(value) for value in pipeline.execute()[::2]]
