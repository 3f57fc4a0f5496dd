"""Messages to open sockets: one quick try, and never a failure for whoever sends."""

import asyncio
import logging
from collections.abc import Iterable
from typing import Any

from asgiref.sync import async_to_sync
from channels.layers import get_channel_layer
from redis.exceptions import RedisError

from common.pause import Pause

logger = logging.getLogger(__name__)

LONGEST_WAIT = 0.5
# Sockets look for themselves every ten seconds, so a message that is left out costs no more than that.
PAUSE = Pause(seconds=5)


def name_session_group(session_id: object) -> str:
    """Return the group that the sockets of a session listen to."""
    return f"s_{session_id}"


def tell_sessions_ended(session_ids: Iterable[object]) -> None:
    """Have the sockets of these sessions close. Call it after the commit; it neither fails nor waits for a server that is away."""
    if PAUSE.is_on:
        return
    try:
        async_to_sync(_send)([name_session_group(session_id) for session_id in session_ids], {"type": "session.ended"})
    except (RedisError, OSError, TimeoutError, RuntimeError) as error:
        if PAUSE.begin():
            logger.warning("sockets were not told that their session ended; they find out themselves: %s", type(error).__name__)


async def is_layer_there() -> bool:
    """Tell whether the channel layer answers, in half a second at most."""
    if PAUSE.is_on:
        return False
    try:
        async with asyncio.timeout(LONGEST_WAIT):
            await get_channel_layer().send("nobody", {"type": "probe"})
    except (RedisError, OSError, TimeoutError) as error:
        if PAUSE.begin():
            logger.warning("sockets are opened without the channel layer: %s", type(error).__name__)
        return False
    return True


async def _send(groups: list[str], message: dict[str, Any]) -> None:
    layer = get_channel_layer()
    async with asyncio.timeout(LONGEST_WAIT):
        for group in groups:
            await layer.group_send(group, message)
