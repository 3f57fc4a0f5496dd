"""Waiting for servers that this runner does not start: of other machines, or of another runner."""

import time
from collections.abc import Callable
from dataclasses import dataclass

import psycopg
import redis

from ops.runtime.errors import StartError
from ops.runtime.locks import Wait
from ops.runtime.options import Options

EXTERNAL_SECONDS = 60.0
EMBEDDED_SECONDS = 10.0


def wait_for_database(options: Options, *, say: Callable[[str], object], wait: Wait) -> None:
    """Return when the database takes our login. StartError names the address and the reason, without the password."""
    what = f"the database at {options.database['host']}:{options.database['port']}"
    gate = _Gate(what, lambda: _try_database(options), choice="database" if options.is_database_embedded else "")
    gate.pass_through(say, wait)


def wait_for_cache(options: Options, *, say: Callable[[str], object], wait: Wait) -> None:
    """Return when the cache answers."""
    what = f"the cache at {options.cache_url.rpartition('@')[2]}"
    gate = _Gate(what, lambda: _try_cache(options), choice="cache" if options.is_cache_embedded else "")
    gate.pass_through(say, wait)


@dataclass(frozen=True)
class _Gate:
    what: str
    attempt: Callable[[], str]  # returns what is wrong, or nothing
    choice: str  # of --only, for a server that we could start

    def pass_through(self, say: Callable[[str], object], wait: Wait) -> None:
        seconds = EMBEDDED_SECONDS if self.choice else EXTERNAL_SECONDS
        deadline = time.monotonic() + seconds
        said = False
        while problem := self.attempt():
            if time.monotonic() > deadline:
                raise StartError(f"{self.what} does not answer ({problem}): {self._advise()}")
            if not said:
                say(f"waiting up to {seconds:.0f} s for {self.what}: {problem}")
                said = True
            wait(0.5)

    def _advise(self) -> str:
        return f"start it with `python manage.py start --only {self.choice}`" if self.choice else "check the address, the login and the network"


def _try_database(options: Options) -> str:
    """Return what is wrong, or nothing."""
    try:
        psycopg.connect(**options.database, connect_timeout=2).close()
    except psycopg.Error as error:
        return str(error).strip().splitlines()[-1]
    return ""


def _try_cache(options: Options) -> str:
    client = redis.Redis.from_url(options.cache_url, socket_timeout=2, socket_connect_timeout=2, retry=None)
    try:
        client.ping()
    except redis.RedisError as error:
        return str(error)
    finally:
        client.close()
    return ""
