"""A socket lives no longer than its session: on the real channel layer and database."""

import asyncio
from collections.abc import Callable, Coroutine
from concurrent.futures import ThreadPoolExecutor
from datetime import timedelta
from functools import wraps
from typing import Any

import pytest
from asgiref.sync import sync_to_async
from channels.generic.websocket import AsyncWebsocketConsumer
from channels.testing import WebsocketCommunicator
from django.db import connections, transaction
from django.utils import timezone

from accounts.models import User, UserSession
from accounts.services.sessions import end_every_session, end_session, open_session
from common import groups
from common.consumers import SESSION_ENDED, SessionSocketMixin
from tests.factories import UserFactory

pytestmark = pytest.mark.django_db(transaction=True)
GONE = {"default": {"BACKEND": "channels_redis.pubsub.RedisPubSubChannelLayer", "CONFIG": {"hosts": ["unix:///nowhere/valkey.sock?db=0"]}}}


class Echo(SessionSocketMixin, AsyncWebsocketConsumer):
    """The smallest socket that could be."""

    async def connect(self) -> None:
        await self.accept()
        await self.watch_session(self.scope["path"].strip("/"))

    async def receive(self, text_data: str | None = None, bytes_data: bytes | None = None) -> None:
        await self.send(text_data=text_data)


class Watchful(Echo):
    """Looks often, so that a test need not wait."""

    check_seconds = 0.05


class Deaf(Watchful):
    """As if the channel layer lost every message."""

    async def session_ended(self, event: dict[str, Any]) -> None:
        return


def open_row() -> UserSession:
    return open_session(user=UserFactory(), kind="terminal", lifetime=timedelta(hours=1))


def end_row(session: UserSession) -> None:
    end_session(session=session, reason="test")
    connections.close_all()


def alone(test: Callable[..., Coroutine[Any, Any, None]]) -> Callable[..., None]:
    """Run the test in a loop and thread of its own: a browser test before it may have left a running loop in this one."""

    async def run_and_leave(**fixtures: Any) -> None:
        try:
            await test(**fixtures)
        finally:
            await sync_to_async(connections.close_all)()

    @wraps(test)
    def run(**fixtures: Any) -> None:
        with ThreadPoolExecutor(1) as pool:
            pool.submit(asyncio.run, run_and_leave(**fixtures)).result()

    return run


@pytest.fixture
def session() -> UserSession:
    return open_row()


async def connect(consumer: type[Echo], session_id: object) -> WebsocketCommunicator:
    socket = WebsocketCommunicator(consumer.as_asgi(), f"/{session_id}")
    connected, _ = await socket.connect(timeout=10)
    assert connected
    return socket


async def talk(socket: WebsocketCommunicator) -> str:
    await socket.send_to(text_data="hello")
    return await socket.receive_from(timeout=10)


async def read_close_code(socket: WebsocketCommunicator) -> int:
    message = await socket.receive_output(timeout=10)
    assert message["type"] == "websocket.close"
    return message["code"]


@alone
async def test_socket_of_an_open_session_talks(session: UserSession) -> None:
    socket = await connect(Echo, session.pk)
    assert await talk(socket) == "hello"
    await socket.disconnect()


@alone
async def test_socket_closes_when_another_process_ends_its_session(session: UserSession) -> None:
    socket, other = await connect(Echo, session.pk), await connect(Echo, (await sync_to_async(open_row)()).pk)
    # A thread without an event loop, as in the web process.
    await asyncio.to_thread(end_row, session)
    assert await read_close_code(socket) == SESSION_ENDED == 4401
    assert await talk(other) == "hello"
    await other.disconnect()


@alone
async def test_every_socket_of_the_session_closes(session: UserSession) -> None:
    sockets = [await connect(Echo, session.pk) for _ in range(3)]
    await asyncio.to_thread(end_row, session)
    assert [await read_close_code(socket) for socket in sockets] == [4401] * 3


@alone
async def test_clearing_all_sessions_closes_all_sockets(session: UserSession) -> None:
    sockets = [await connect(Echo, row.pk) for row in (session, await sync_to_async(open_row)())]
    await sync_to_async(end_every_session)(reason="test")
    assert [await read_close_code(socket) for socket in sockets] == [4401, 4401]


@pytest.mark.parametrize(
    "change",
    [
        {"ended_at": timezone.now()},
        {"expires_at": timezone.now() - timedelta(days=1)},
    ],
    ids=["ended", "expired"],
)
@alone
async def test_socket_that_no_message_reaches_finds_out_by_itself(session: UserSession, change: dict) -> None:
    socket = await connect(Deaf, session.pk)
    await UserSession.objects.filter(pk=session.pk).aupdate(**change)
    assert await read_close_code(socket) == 4401


@alone
async def test_socket_of_a_closed_account_closes(session: UserSession) -> None:
    socket = await connect(Watchful, session.pk)
    await User.objects.filter(pk=session.user_id).aupdate(is_active=False)
    assert await read_close_code(socket) == 4401


@pytest.mark.parametrize("session_id", ["nonsense", "00000000-0000-7000-8000-000000000000"])
@alone
async def test_socket_without_a_session_is_accepted_and_closed(session: UserSession, session_id: str) -> None:
    assert await read_close_code(await connect(Echo, session_id)) == 4401


@alone
async def test_ended_session_opens_no_socket(session: UserSession) -> None:
    await asyncio.to_thread(end_row, session)
    assert await read_close_code(await connect(Echo, session.pk)) == 4401


@alone
async def test_session_that_is_not_committed_as_ended_closes_nothing(session: UserSession) -> None:
    def end_and_think_better() -> None:
        with transaction.atomic():
            end_session(session=session, reason="test")
            transaction.set_rollback(True)
        connections.close_all()

    socket = await connect(Watchful, session.pk)
    await asyncio.to_thread(end_and_think_better)
    assert await socket.receive_nothing(timeout=0.3)
    assert await talk(socket) == "hello"
    await socket.disconnect()


@alone
async def test_socket_opens_and_closes_with_its_session_when_the_channel_layer_is_away(session: UserSession, settings) -> None:
    settings.CHANNEL_LAYERS = GONE
    groups.PAUSE.end()
    try:
        socket = await connect(Watchful, session.pk)
        assert await talk(socket) == "hello"
        await asyncio.to_thread(end_row, session)
        assert await read_close_code(socket) == 4401
    finally:
        groups.PAUSE.end()


def test_session_ends_also_when_nobody_can_be_told(settings, caplog: pytest.LogCaptureFixture) -> None:
    settings.CHANNEL_LAYERS = GONE
    groups.PAUSE.end()
    rows = [open_row() for _ in range(3)]
    try:
        for row in rows:
            assert end_session(session=row, reason="test")
    finally:
        groups.PAUSE.end()
    assert not UserSession.objects.active().exists()
    # One line for the outage, not one for each session.
    assert len([record for record in caplog.records if record.name == "common.groups"]) == 1
