"""The base of every socket: it lives no longer than the session it belongs to."""

import asyncio
import contextlib
import logging
from collections.abc import Callable
from functools import cache
from typing import Any

from channels.db import database_sync_to_async
from django.conf import settings
from django.db import InterfaceError, OperationalError
from django.utils.module_loading import import_string
from redis.exceptions import RedisError

from common.groups import is_layer_there, name_session_group

logger = logging.getLogger(__name__)

# Not signed in, or no longer: the client must not try again by itself.
SESSION_ENDED = 4401
# The name of a channel layer that is not configured: Channels then does without.
NO_LAYER = "none"


class SessionSocketMixin:
    """For an `AsyncWebsocketConsumer`, named before it: `class Terminal(SessionSocketMixin, AsyncWebsocketConsumer)`.

    After `accept()` call `watch_session(session_id)`. From then on the socket closes with 4401 at once when the session
    ends and the channel layer tells so, and within `check_seconds` when it does not. Accept before refusing: a browser
    learns no close code of a socket that was never open.
    """

    check_seconds = 10.0

    channel_layer_alias: str
    channel_layer: Any
    channel_name: str
    close: Callable[..., Any]

    session_id: object = None
    _watcher: "asyncio.Task[None] | None" = None
    _is_joined = False
    _is_over = False

    async def __call__(self, scope: Any, receive: Any, send: Any) -> None:
        # A consumer that cannot have its channel never answers the handshake. Without one it only lacks messages.
        if not await is_layer_there():
            self.channel_layer_alias = NO_LAYER
        await super().__call__(scope, receive, send)  # type: ignore[misc]  # the consumer that this is mixed into

    async def watch_session(self, session_id: object) -> bool:
        """Return True and keep watch if the session is open, else close the socket and return False."""
        self.session_id = session_id
        # Joined before the first look: a session that ends in between is seen by one of the two.
        await self._join()
        if not await self._is_open():
            await self.end_socket()
            return False
        self._watcher = asyncio.create_task(self._look_again())
        return True

    async def session_ended(self, event: dict[str, Any]) -> None:
        """The message of `accounts.services.sessions`, through the channel layer."""
        await self.end_socket()

    async def end_socket(self) -> None:
        """Close with 4401, once. Extend it to stop what runs for this socket."""
        if not self._is_over:
            self._is_over = True
            await self.close(code=SESSION_ENDED)

    async def disconnect(self, code: int) -> None:
        self._is_over = True
        if self._watcher is not None and self._watcher is not asyncio.current_task():
            self._watcher.cancel()
        if self._is_joined:
            with contextlib.suppress(RedisError, OSError):
                await self.channel_layer.group_discard(name_session_group(self.session_id), self.channel_name)
        await super().disconnect(code)  # type: ignore[misc]  # the consumer that this is mixed into

    async def _look_again(self) -> None:
        while not self._is_over:
            await asyncio.sleep(self.check_seconds)
            if not self._is_joined:
                await self._join()
            if not await self._is_open():
                await self.end_socket()

    async def _join(self) -> None:
        if self.channel_layer is None:
            return
        try:
            await self.channel_layer.group_add(name_session_group(self.session_id), self.channel_name)
            self._is_joined = True
        except (RedisError, OSError) as error:
            logger.warning("a socket could not join its group and relies on looking: %s", type(error).__name__)

    async def _is_open(self) -> bool:
        try:
            return bool(await database_sync_to_async(_get_check())(self.session_id))
        except (OperationalError, InterfaceError):
            # An outage ends nobody's session; the next look decides.
            logger.warning("the database did not answer a socket's question for its session")
            return True


@cache
def _get_check() -> Callable[[object], bool]:
    """By name: this package stands below the app that knows sessions."""
    check: Callable[[object], bool] = import_string(settings.SOCKET_SESSION_CHECK)
    return check
