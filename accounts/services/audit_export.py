"""The audit trail as a file that proves itself: JSON lines, chained as in the database, signed at the end.

The first line tells the format, the period, the digest that the chain goes on from and the public key. Then come the events, each with
its number and digest. The last line tells their number and signs the SHA-256 of every byte before it.
"""

import datetime as dt
import hashlib
import json
import os
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from django.conf import settings
from django.utils import timezone

from accounts.audit.digest import COLUMNS, digest_event, format_moment
from accounts.audit.signature import is_signed, sign, tell_public_key
from accounts.selectors.audit import TrailCheck, find_previous_digest, read_linked, texts_of
from common.errors import InvalidInputError

FORMAT = "spms-audit-trail/1"


@dataclass(frozen=True, slots=True)
class FileCheck:
    """What a look at an exported file found. `public_key`: whose signature it has; `is_own`: this installation's."""

    trail: TrailCheck
    public_key: str
    is_own: bool


def export_trail(*, path: Path, start: dt.date | None = None, end: dt.date | None = None) -> int:
    """Write the events of the days from `start` to `end`, both included, to a new file; return their number.

    The file appears whole or not at all, readable by its owner only. Raises InvalidInputError if it is there already.
    """
    if path.exists():
        raise InvalidInputError(f"{path} is there already; give another name.", code="file_exists", field="output")
    draft = path.with_name(f".{path.name}.{os.getpid()}")
    with os.fdopen(os.open(draft, os.O_WRONLY | os.O_CREAT | os.O_TRUNC, 0o600), "wb") as file:
        digest, count = hashlib.sha256(), 0
        for line in _write_lines(_at_midnight(start), _at_midnight(end, days=1)):
            count += 1
            digest.update(line)
            file.write(line)
        events = count - 1
        file.write(_line({"events": events, "signature": sign(digest.digest())}))
        file.flush()
        os.fsync(file.fileno())
    draft.rename(path)
    return events


def check_file(*, path: Path) -> FileCheck:
    """Verify an exported file: its chain, its number of events, its signature. Raises InvalidInputError for another kind of file."""
    check, digest = TrailCheck(), hashlib.sha256()
    header: dict[str, Any] = {}
    previous, expected, footer = "", 0, None
    for number, line in enumerate(_read_lines(path), start=1):
        told = _parse(line, path, number)
        if number == 1:
            if told.get("format") != FORMAT:
                raise InvalidInputError(f"{path}: not an exported audit trail.", code="bad_format", field="file")
            header, previous, expected = told, str(told.get("previous")), int(told.get("first") or 0)
        elif "signature" in told:
            footer = told
            break
        else:
            previous = _check_line(check, told, previous, expected)
            expected += 1
        digest.update(line)
    key = str(header.get("public_key", ""))
    if footer is None:
        check.note("cut_off", "The file has no last line: its end is missing.")
    elif footer.get("events") != check.events or not is_signed(digest.digest(), str(footer["signature"]), key):
        check.note("signature", "The signature is not one of this content.")
    return FileCheck(check, key, key == tell_public_key())


def _write_lines(start: dt.datetime | None, end: dt.datetime | None) -> Iterator[bytes]:
    rows = read_linked(start=start, end=end)
    first = next(rows, None)
    header = {
        "format": FORMAT,
        "system": settings.PUBLIC_URL,
        "exported_at": format_moment(timezone.now()),
        "from": format_moment(start) if start else None,
        "to": format_moment(end) if end else None,
        "first": first[0] if first else None,
        "previous": find_previous_digest(first[0]) if first else None,
        "public_key": tell_public_key(),
    }
    yield _line(header)
    if first is not None:
        yield _event_line(first)
        yield from map(_event_line, rows)


def _event_line(row: Any) -> bytes:
    sequence, digest, _, *columns = row
    return _line({"sequence": sequence, "digest": digest, **dict(zip(COLUMNS, texts_of(columns), strict=True))})


def _check_line(check: TrailCheck, told: dict[str, Any], previous: str, expected: int) -> str:
    sequence, digest = told.get("sequence"), str(told.get("digest"))
    check.events += 1
    if sequence != expected:
        check.note("gap", f"Link {expected} should stand here.", expected)
    if digest_event(previous, expected, [told.get(name) for name in COLUMNS]) != digest:
        check.note("changed", "The event, or the chain before it, is not as it was exported.", expected, told.get("id"))
    check.head = (expected, digest)
    return digest


def _line(values: dict[str, Any]) -> bytes:
    return json.dumps(values, ensure_ascii=False, separators=(",", ":")).encode() + b"\n"


def _read_lines(path: Path) -> Iterator[bytes]:
    try:
        with path.open("rb") as file:
            yield from file
    except OSError as error:
        raise InvalidInputError(f"{path}: {error.strerror}.", code="unreadable", field="file") from error


def _parse(line: bytes, path: Path, number: int) -> dict[str, Any]:
    try:
        told = json.loads(line)
    except ValueError:
        told = None
    if not isinstance(told, dict):
        raise InvalidInputError(f"{path}, line {number}: not a line of an exported audit trail.", code="bad_format", field="file")
    return told


def _at_midnight(day: dt.date | None, *, days: int = 0) -> dt.datetime | None:
    return dt.datetime.combine(day + dt.timedelta(days=days), dt.time(), dt.UTC) if day else None
