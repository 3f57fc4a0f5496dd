"""Time-ordered identifiers: random enough to be unguessable, ordered enough to keep indexes compact."""

import datetime as dt
import secrets
import time
import uuid


def uuid7() -> uuid.UUID:
    """Return a UUID of version 7 (RFC 9562): 48 bits of milliseconds, then 74 random bits."""
    milliseconds = time.time_ns() // 1_000_000
    value = (milliseconds & (2**48 - 1)) << 80 | 0x7 << 76 | secrets.randbits(12) << 64 | 0b10 << 62 | secrets.randbits(62)
    return uuid.UUID(int=value)


def read_uuid(value: uuid.UUID | str) -> uuid.UUID | None:
    """Return the identifier, or None for text that is none: what no object can have, no object is found by."""
    if isinstance(value, uuid.UUID):
        return value
    try:
        return uuid.UUID(value)
    except ValueError:
        return None


def format_version(changed_at: dt.datetime) -> str:
    """Return the version of an object that changed at that moment: to the microsecond, as text."""
    return changed_at.strftime("%Y%m%d%H%M%S%f")
