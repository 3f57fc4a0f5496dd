"""What a runner tells other processes: its pid, its processes, whether it is ready. One small file each in VAR_DIR/run."""

import json
import os
import time
from dataclasses import asdict, dataclass, field
from pathlib import Path
from typing import Any

from ops.runtime.layout import Layout
from ops.runtime.processes import is_alive, read_pid

RUNNER_MODULE = "ops.runtime"


@dataclass
class RunnerState:
    pid: int
    phase: str = "starting"  # starting, ready, restarting, stopping
    generation: int = 0  # counts completed starts and restarts
    failure: str = ""  # why the last restart was not made
    started_at: float = field(default_factory=time.time)
    services: dict[str, dict[str, Any]] = field(default_factory=dict)
    logins: list[str] = field(default_factory=list)


def state_path(layout: Layout, pid: int) -> Path:
    return layout.run_dir / f"runner-{pid}.json"


def write_state(layout: Layout, state: RunnerState) -> None:
    """Replace the file in one step: a reader sees the old state or the new one."""
    path = state_path(layout, state.pid)
    draft = path.with_suffix(".new")
    draft.write_text(json.dumps(asdict(state)), encoding="utf-8")
    draft.rename(path)


def list_runners(layout: Layout) -> list[RunnerState]:
    """Return the runners that live; remove what dead ones have left."""
    found = []
    for path in sorted(layout.run_dir.glob("runner-*.json")):
        state = _read(path)
        if state is not None and is_alive(state.pid, argument=RUNNER_MODULE):
            found.append(state)
        else:
            path.unlink(missing_ok=True)
    return found


def _read(path: Path) -> RunnerState | None:
    try:
        return RunnerState(**json.loads(path.read_text(encoding="utf-8")))
    except (OSError, ValueError, TypeError):
        return None


def write_pid_file(path: Path, pid: int) -> None:
    """Write the pid, unless the file names another runner that lives."""
    other = read_pid(path)
    if other != pid and is_alive(other, argument=RUNNER_MODULE):
        return
    draft = path.with_name(f"{path.name}.{os.getpid()}")
    draft.write_text(f"{pid}\n", encoding="ascii")
    draft.rename(path)


def remove_pid_file(path: Path, pid: int) -> None:
    """Remove the file if it is that process's."""
    if read_pid(path) == pid:
        path.unlink(missing_ok=True)
