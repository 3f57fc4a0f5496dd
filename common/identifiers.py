"""Time-ordered identifiers: random enough to be unguessable, ordered enough to keep indexes compact."""

import secrets
import time
import uuid


def uuid7() -> uuid.UUID:
    """Return a UUID of version 7 (RFC 9562): 48 bits of milliseconds, then 74 random bits."""
    milliseconds = time.time_ns() // 1_000_000
    value = (milliseconds & (2**48 - 1)) << 80 | 0x7 << 76 | secrets.randbits(12) << 64 | 0b10 << 62 | secrets.randbits(62)
    return uuid.UUID(int=value)
