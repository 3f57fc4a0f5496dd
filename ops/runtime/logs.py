"""Rotation of log files. Many processes write to one file, so only the runner renames it; the writers notice and reopen."""

import os
import shutil
from pathlib import Path

LARGEST = 10 * 2**20
KEPT = 5
# The output of a runner in the background: it holds the file open, so the file is emptied instead of renamed.
HELD_OPEN = "runner.log"


def rotate_logs(folder: Path) -> None:
    """Rename each `name.log` that has grown too large to `name.log.1`, the older ones one further; drop the last."""
    for path in folder.glob("*.log"):
        if path.stat().st_size > LARGEST:
            _rotate(path)


def _rotate(path: Path) -> None:
    for number in range(KEPT - 1, 0, -1):
        older = path.with_name(f"{path.name}.{number}")
        if older.exists():
            older.rename(path.with_name(f"{path.name}.{number + 1}"))
    newest = path.with_name(f"{path.name}.1")
    if path.name == HELD_OPEN:
        shutil.copyfile(path, newest)
        os.truncate(path, 0)
    else:
        path.rename(newest)
