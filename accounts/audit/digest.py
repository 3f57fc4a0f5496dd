"""The chain: the digest of every event covers the event, its number and the digest before it.

The database computes it when the event is committed (migration 0003); here it is computed again to verify, from exported files too.
"""

import datetime as dt
import hashlib

FIRST = "0" * 64
# The columns that a digest covers, in this order.
COLUMNS = (
    "id",
    "occurred_at",
    "action",
    "actor_id",
    "actor_name",
    "owner_id",
    "session_id",
    "ip",
    "source",
    "object_type",
    "object_id",
    "object_name",
    "record",
)


def digest_event(previous: str, sequence: int, texts: list[str | None]) -> str:
    """Return the SHA-256 of an event, in hexadecimal; `texts`: its COLUMNS as text.

    Every part is preceded by its length, so that none can take over characters of its neighbour.
    """
    parts = [previous, str(sequence), *("-" if text is None else f"{len(text)}:{text}" for text in texts)]
    return hashlib.sha256("\n".join(parts).encode()).hexdigest()


def format_moment(moment: dt.datetime) -> str:
    return moment.astimezone(dt.UTC).strftime("%Y-%m-%dT%H:%M:%S.%fZ")
