"""Notes outside of the database of how far the audit trail reached: without them nobody would see that its end was cut off.

One line of JSON an hour, in a file that only its owner reads; each is in the log as well.
"""

import json
import logging
import os
from collections.abc import Iterator
from pathlib import Path

from django.utils import timezone

from accounts.audit.digest import format_moment
from accounts.selectors.audit import find_head
from common.errors import InvalidInputError

logger = logging.getLogger("accounts.audit")

FILE = "anchors.jsonl"


def note_anchor(*, folder: Path) -> tuple[int, str] | None:
    """Add (sequence, digest) of the last link to the file; None if there is none yet, or nothing new."""
    head = find_head()
    if head is None or head.sequence in dict(read_anchors(folder=folder)):
        return None
    line = json.dumps({"at": format_moment(timezone.now()), "sequence": head.sequence, "digest": head.digest})
    folder.mkdir(parents=True, exist_ok=True, mode=0o700)
    descriptor = os.open(folder / FILE, os.O_WRONLY | os.O_CREAT | os.O_APPEND, 0o600)
    try:
        os.write(descriptor, f"{line}\n".encode())
        os.fsync(descriptor)
    finally:
        os.close(descriptor)
    logger.info("anchor", extra={"sequence": head.sequence, "digest": head.digest})
    return head.sequence, head.digest


def read_anchors(*, folder: Path) -> list[tuple[int, str]]:
    """Return the anchors noted so far. Raises InvalidInputError for a line that is none."""
    path = folder / FILE
    return list(_read_lines(path)) if path.exists() else []


def _read_lines(path: Path) -> Iterator[tuple[int, str]]:
    for number, line in enumerate(path.read_text(encoding="utf-8").splitlines(), start=1):
        try:
            anchor = json.loads(line)
            yield int(anchor["sequence"]), str(anchor["digest"])
        except (ValueError, KeyError, TypeError) as error:
            raise InvalidInputError(f"{path.name}, line {number}: not an anchor of the audit trail.", code="bad_anchor") from error
