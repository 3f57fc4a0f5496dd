"""Whence an act comes: kept beside the work in hand, so that no service has to pass it on."""

import getpass
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from contextvars import ContextVar
from dataclasses import dataclass, replace
from pathlib import Path
from uuid import UUID

from accounts.models import User


@dataclass(frozen=True, slots=True)
class Origin:
    """`source`: one of AuditEvent.Source; `actor`: who is signed in there; `name`: who it is when it is no user."""

    source: str = "system"
    actor: User | None = None
    session_id: UUID | None = None
    ip: str = ""
    name: str = ""


_current: ContextVar[Origin | None] = ContextVar("audit_origin", default=None)


def find_origin() -> Origin:
    """Return whence the work in hand comes: what was told, else the command that runs, else the system itself."""
    return _current.get() or _find_command()


def set_origin(origin: Origin) -> None:
    """Tell it for all that follows in this context."""
    _current.set(origin)


def name_actor(actor: User, session_id: UUID | None) -> None:
    """Tell who it is, once that is known, in this session of his."""
    _current.set(replace(find_origin(), actor=actor, session_id=session_id))


@contextmanager
def acting_from(origin: Origin) -> Iterator[None]:
    """Let everything inside come from there."""
    token = _current.set(origin)
    try:
        yield
    finally:
        _current.reset(token)


def _find_command() -> Origin:
    if Path(sys.argv[0]).name != "manage.py":
        return Origin()
    return Origin("command", name=f"operator {_find_operator()}")


def _find_operator() -> str:
    try:
        return getpass.getuser()
    except (OSError, KeyError):
        # A container's user may have no name.
        return "unknown"
