"""The process table: what runs, in which order it starts and stops, and how one knows that it is ready."""

import os
import signal
import subprocess
from collections.abc import Callable
from dataclasses import dataclass
from importlib.util import find_spec
from pathlib import Path

from ops.runtime.children import kill_group, spawn
from ops.runtime.errors import StartError
from ops.runtime.locks import Wait
from ops.runtime.options import Options
from ops.runtime.ports import ask_http, require_free_port, takes_connections
from ops.runtime.postgres import EmbeddedPostgres
from ops.runtime.processes import send
from ops.runtime.roles import provision
from ops.runtime.valkey import EmbeddedValkey

SERVERS = ("database", "cache")
# Order of start. Of stop: the faces first, so that nobody waits for an answer that cannot come; the servers last.
NAMES = ("database", "cache", "web", "terminal", "assistant", "worker", "beat", "monitor")
STOP_PHASES = (("web", "terminal", "assistant"), ("beat", "worker", "monitor"), ("cache",), ("database",))
RESTARTED = ("web", "terminal", "assistant", "worker", "beat", "monitor")


@dataclass(frozen=True)
class Service:
    """One row of the table.

    `start` returns our child with its output on a pipe, or None when a server is adopted that already runs; `running_pid`
    finds such a server. `stop` and `kill` take the pid of the process group.
    """

    name: str
    start: Callable[[Wait], "subprocess.Popen[bytes] | None"]
    is_ready: Callable[[], bool]
    stop: Callable[[int], None]
    kill: Callable[[int], None]
    running_pid: Callable[[], int | None] = lambda: None
    prepare: Callable[[], None] = lambda: None
    leads_group: bool = False
    ready_seconds: float = 60.0
    stop_seconds: float = 40.0
    pid_file: Path | None = None


def list_services(options: Options) -> list[Service]:
    """Return the services that exist and are wanted, in the order of their start."""
    wanted = options.only or NAMES
    return [make(options) for name, make in _TABLE.items() if name in wanted and _is_available(name, options)]


def list_names(options: Options) -> list[str]:
    """Return the names that `--only` may choose from."""
    return [name for name in _TABLE if _is_available(name, options)]


def _is_available(name: str, options: Options) -> bool:
    if name == "database":
        return options.is_database_embedded
    if name == "cache":
        return options.is_cache_embedded
    module = _MODULES.get(name)
    return module is None or find_spec(module) is not None


# -- the embedded servers -----------------------------------------------------------------------------------


def _make_database(options: Options) -> Service:
    server = EmbeddedPostgres(options.layout, os_user=options.os_user, bin_dir=options.bin_dir)

    def start(wait: Wait) -> "subprocess.Popen[bytes] | None":
        process = server.start(superuser_password=options.superuser_password, attached=True, wait=wait)
        provision(
            socket_dir=options.layout.postgres_socket_dir,
            superuser_password=options.superuser_password,
            password=options.database["password"],
        )
        return process

    return Service(
        name="database",
        start=start,
        is_ready=server.is_ready,
        running_pid=server.running_pid,
        # Not TERM, which waits for every client to leave, and never KILL, which would leave a recovery behind.
        stop=lambda pid: send(pid, signal.SIGINT),
        kill=lambda pid: send(pid, signal.SIGQUIT),
        stop_seconds=60,
    )


def _make_cache(options: Options) -> Service:
    server = EmbeddedValkey(options.layout)
    return Service(
        name="cache",
        start=lambda wait: server.start(attached=True, wait=wait),
        is_ready=server.is_ready,
        running_pid=server.running_pid,
        stop=lambda pid: send(pid, signal.SIGTERM),
        kill=lambda pid: send(pid, signal.SIGKILL),
        stop_seconds=30,
    )


# -- our own programs ---------------------------------------------------------------------------------------


def _make_web(options: Options) -> Service:
    return _make_program(
        options,
        "web",
        ["-m", "ops.runtime.web"],
        is_ready=lambda: ask_http(options.bind, options.port, "/api/health/live")[0] == 200,
        prepare=lambda: require_free_port(options.bind, options.port, setting="PORT"),
    )


# With an arena for each thread, memory that one has freed is not there for the others: a web process under load keeps a tenth more.
ALLOCATION = {"MALLOC_ARENA_MAX": "1"}


def _make_sockets(name: str, port: int, setting: str, options: Options) -> Service:
    arguments = ["-m", "daphne", "-b", options.bind, "-p", str(port), "--verbosity", "0", "config.asgi:application"]
    return _make_program(
        options,
        name,
        arguments,
        is_ready=lambda: takes_connections(options.bind, port),
        prepare=lambda: require_free_port(options.bind, port, setting=setting),
        pid_file=options.layout.run_dir / f".{name}-ws.pid",
        # Its threads come and go, so connections are kept in a pool rather than by thread.
        environment={"DATABASE_POOL_SIZE": os.environ.get("DATABASE_POOL_SIZE") or "8"},
    )


def _make_worker(options: Options) -> Service:
    return _make_celery(options, "worker", ["--concurrency", "1", "--without-gossip", "--without-mingle"])


def _make_beat(options: Options) -> Service:
    return _make_celery(options, "beat", ["-s", str(options.layout.run_dir / "beat"), "--pidfile="])


def _make_celery(options: Options, name: str, arguments: list[str]) -> Service:
    """The process touches a file when it is ready. It serves no pages, so it need not load and check them."""
    ready = options.layout.run_dir / f"{name}.ready"
    return _make_program(
        options,
        name,
        ["-m", "celery", "--quiet", "-A", "config", name, *arguments, "-l", "WARNING"],
        prepare=lambda: ready.unlink(missing_ok=True),
        is_ready=ready.exists,
        environment={"READY_FILE": str(ready), "CELERY_SKIP_CHECKS": "1"},
    )


def _make_monitor(options: Options) -> Service:
    return _make_program(options, "monitor", ["-m", "ops.monitor"])


def _make_program(
    options: Options,
    name: str,
    arguments: list[str],
    *,
    is_ready: Callable[[], bool] = lambda: True,
    prepare: Callable[[], None] = lambda: None,
    pid_file: Path | None = None,
    environment: dict[str, str] | None = None,
) -> Service:
    def start(wait: Wait) -> "subprocess.Popen[bytes]":
        return spawn(
            [options.python, *arguments],
            output=subprocess.PIPE,
            # At once: a request half done is rolled back, a task is done again.
            death_signal=signal.SIGKILL,
            environment={**ALLOCATION, **os.environ, "PYTHONUNBUFFERED": "1", "FORCE_COLOR": "", **(environment or {})},
            folder=options.base_dir,
        )

    return Service(
        name=name,
        start=start,
        is_ready=is_ready,
        prepare=prepare,
        stop=lambda pid: send(pid, signal.SIGTERM),
        kill=kill_group,
        leads_group=True,
        pid_file=pid_file,
    )


_TABLE: dict[str, Callable[[Options], Service]] = {
    "database": _make_database,
    "cache": _make_cache,
    "web": _make_web,
    "terminal": lambda options: _make_sockets("terminal", options.terminal_port, "TERMINAL_PORT", options),
    "assistant": lambda options: _make_sockets("assistant", options.assistant_port, "ASSISTANT_PORT", options),
    "worker": _make_worker,
    "beat": _make_beat,
    "monitor": _make_monitor,
}
# A process exists as soon as the code that it runs does.
_MODULES = {"terminal": "terminal.routing", "assistant": "assistant.routing", "monitor": "ops.monitor"}


def check_names(options: Options) -> None:
    """Raise StartError when `--only` names what there is not."""
    known = list_names(options)
    unknown = [name for name in options.only if name not in known]
    if unknown:
        raise StartError(f"--only: there is no process {', '.join(unknown)} here; choose from {', '.join(known)}")
