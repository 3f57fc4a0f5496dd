"""The checks. Each raises ServiceWarning (degraded) or another HealthCheckException (down); its message is safe to show to staff."""

import dataclasses
import secrets
import shutil
from datetime import timedelta
from pathlib import Path
from typing import ClassVar

import redis
from django.conf import settings
from django.db import DatabaseError, InterfaceError, connection
from health_check import HealthCheck
from health_check.exceptions import ServiceReturnedUnexpectedResult, ServiceUnavailable, ServiceWarning

from ops.health.liveness import read_age

WORKER_LIMIT = 20.0
BEAT_LIMIT = 45.0
QUEUE_LIMIT = 60.0
DISK_LOW, DISK_OUT = 0.05, 0.01
DISK_LOW_BYTES, DISK_OUT_BYTES = 500 * 2**20, 50 * 2**20


@dataclasses.dataclass
class OurCheck(HealthCheck):  # type: ignore[misc] # the package has no types
    """`name` stands in the answer. When an `is_vital` check fails the system is down, when another fails it is degraded."""

    timeout = timedelta(seconds=2)
    name: ClassVar[str] = ""
    is_vital: ClassVar[bool] = False
    age: float | None = dataclasses.field(default=None, init=False, repr=False)


@dataclasses.dataclass
class DatabaseCheck(OurCheck):
    """Sign in and read a row, on a connection of its own: an open one proves less."""

    name = "database"
    is_vital = True

    def run(self) -> None:
        try:
            with connection.cursor() as cursor:
                cursor.execute("SELECT 1")
        except (DatabaseError, InterfaceError) as error:
            raise ServiceUnavailable("the database does not answer") from error
        finally:
            connection.close()


@dataclasses.dataclass
class CacheCheck(OurCheck):
    """Write a value and read it back."""

    name = "cache"

    def run(self) -> None:
        token = secrets.token_hex(8)
        key = f"spms:health:{token}"
        with _connect(settings.CACHE_URL) as client:
            try:
                client.set(key, token, ex=10)
                value = client.getdel(key)
            except redis.RedisError as error:
                raise ServiceUnavailable("the cache does not answer") from error
        if value != token.encode():
            raise ServiceReturnedUnexpectedResult("the cache does not keep what it is given")


@dataclasses.dataclass
class ChannelLayerCheck(OurCheck):
    """Publish a message and receive it, on the server that carries news between the processes."""

    name = "channel_layer"

    def run(self) -> None:
        channel = f"spms:health:{secrets.token_hex(8)}"
        with _connect(settings.CHANNELS_URL) as client, client.pubsub(ignore_subscribe_messages=True) as subscriber:
            try:
                subscriber.subscribe(channel)
                subscriber.get_message(ignore_subscribe_messages=True, timeout=1)
                client.publish(channel, "ping")
                received = subscriber.get_message(ignore_subscribe_messages=True, timeout=1)
            except redis.RedisError as error:
                raise ServiceUnavailable("the channel layer does not answer") from error
        if received is None:
            raise ServiceReturnedUnexpectedResult("the channel layer does not deliver")


@dataclasses.dataclass
class WorkerCheck(OurCheck):
    """The worker is alive, and what is put into the queue comes out."""

    name = "worker"

    def run(self) -> None:
        self.age = read_age("worker")
        if self.age is None or self.age > WORKER_LIMIT:
            raise ServiceUnavailable("no sign of life of a worker")
        beat, queue = read_age("beat"), read_age("queue")
        if beat is not None and beat < BEAT_LIMIT and queue is not None and queue - beat > QUEUE_LIMIT:
            raise ServiceWarning(f"the queue is slow: its last heartbeat came through {queue:.0f} s ago")


@dataclasses.dataclass
class BeatCheck(OurCheck):
    """Scheduled work is being sent."""

    name = "beat"

    def run(self) -> None:
        self.age = read_age("beat")
        if self.age is None or self.age > BEAT_LIMIT:
            raise ServiceUnavailable("no sign of life of beat")


@dataclasses.dataclass
class DiskCheck(OurCheck):
    """There is room left where the data lives."""

    name = "disk"
    folder: Path = dataclasses.field(default_factory=lambda: settings.VAR_DIR, repr=False)

    def run(self) -> None:
        usage = shutil.disk_usage(self.folder)
        share = usage.free / usage.total
        message = f"{usage.free // 2**20} MB ({share:.0%}) of the disk are free"
        if share < DISK_OUT or usage.free < DISK_OUT_BYTES:
            raise ServiceUnavailable(message)
        if share < DISK_LOW or usage.free < DISK_LOW_BYTES:
            raise ServiceWarning(message)


def _connect(url: str) -> redis.Redis:
    """Without redis-py's ten retries: a dead server is to be reported at once."""
    return redis.Redis.from_url(url, socket_timeout=1, socket_connect_timeout=1, retry=None)


CHECKS: dict[str, type[OurCheck]] = {check.name: check for check in (DatabaseCheck, CacheCheck, ChannelLayerCheck, WorkerCheck, BeatCheck, DiskCheck)}
