"""What other processes do to runners: stop them, restart what they run, end everything at once."""

import signal
import time

from ops.runtime.children import kill_group
from ops.runtime.errors import StartError
from ops.runtime.layout import Layout
from ops.runtime.postgres import EmbeddedPostgres
from ops.runtime.processes import is_alive, send, wait_gone
from ops.runtime.runner import RESTART_SIGNAL
from ops.runtime.services import SERVERS
from ops.runtime.state import RunnerState, list_runners
from ops.runtime.valkey import EmbeddedValkey

STOP_SECONDS = 150.0
RESTART_SECONDS = 180.0


def stop_runners(layout: Layout) -> list[int]:
    """Stop every runner of this VAR_DIR gracefully, the ones that run servers last; return their pids."""
    states = sorted(list_runners(layout), key=_runs_servers)
    for state in states:
        send(state.pid, signal.SIGTERM)
        if not wait_gone(state.pid, seconds=STOP_SECONDS):
            raise StartError(f"the runner (process {state.pid}) has not stopped after {STOP_SECONDS:.0f} seconds; `emergency_stop` ends it at once")
    return [state.pid for state in states]


def stop_servers(layout: Layout) -> list[str]:
    """Stop embedded servers that run without a runner; return their names."""
    servers: dict[str, EmbeddedValkey | EmbeddedPostgres] = {"cache": EmbeddedValkey(layout), "database": EmbeddedPostgres(layout)}
    return [name for name, server in servers.items() if server.stop()]


def restart_programs(layout: Layout) -> list[int]:
    """Have every runner restart its programs, and wait until they are ready; return the runners' pids."""
    states = [state for state in list_runners(layout) if set(state.services) - set(SERVERS)]
    if not states:
        raise StartError("nothing runs that could be restarted; start it with `make run` or `python manage.py start`")
    for state in states:
        send(state.pid, RESTART_SIGNAL)
    for state in states:
        _await_restart(layout, state)
    return [state.pid for state in states]


def _await_restart(layout: Layout, before: RunnerState) -> None:
    deadline = time.monotonic() + RESTART_SECONDS
    while time.monotonic() < deadline:
        now = next((state for state in list_runners(layout) if state.pid == before.pid), None)
        if now is None:
            raise StartError(f"the runner (process {before.pid}) ended instead of restarting; see its output")
        if now.failure and now.phase == "ready":
            raise StartError(f"not restarted, the old processes go on: {now.failure}")
        if now.generation > before.generation and now.phase == "ready":
            return
        time.sleep(0.1)
    raise StartError(f"not ready again after {RESTART_SECONDS:.0f} seconds; see the runner's output")


def end_everything(layout: Layout) -> dict[str, list[int]]:
    """Kill the programs at once and stop the servers without waiting for anybody; return what was ended.

    The database recovers from this at its next start; nothing that was committed is lost.
    """
    states = list_runners(layout)
    programs = [facts["pid"] for state in states for name, facts in state.services.items() if name not in SERVERS and facts["pid"]]
    for state in states:
        # First the runner, or it would start again what is ended.
        send(state.pid, signal.SIGKILL)
    for pid in filter(is_alive, programs):
        kill_group(pid)
    database, cache = EmbeddedPostgres(layout), EmbeddedValkey(layout)
    servers = [pid for pid in (cache.running_pid(), database.running_pid()) if pid]
    cache.stop()
    database.stop(immediately=True)
    return {"runners": [state.pid for state in states], "programs": programs, "servers": servers}


def _runs_servers(state: RunnerState) -> bool:
    return bool(set(state.services) & set(SERVERS))
