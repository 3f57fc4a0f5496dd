"""What an event says beside its columns: a JSON text that stays as it was written, secrets masked."""

import datetime as dt
from collections.abc import Mapping
from decimal import Decimal
from typing import Any
from uuid import UUID

import orjson

MASK = "•••"
# Parts of the names whose values nobody may read later.
SECRET_PARTS = ("password", "secret", "token", "otp", "seed", "private", "recovery", "hash", "cookie", "authorization", "api_key")
LONGEST_TEXT = 2_000

Values = Mapping[str, Any]


def write_record(*, before: Values | None, after: Values | None, detail: Values | None) -> str:
    """Return the JSON text of what was, what is, and what else there is to say; of a change only what differs."""
    if before is not None and after is not None:
        before, after = _differences(before, after)
    told = {"before": before, "after": after, "detail": detail}
    return orjson.dumps({name: _plain(values) for name, values in told.items() if values is not None}, option=orjson.OPT_SORT_KEYS).decode()


def _differences(before: Values, after: Values) -> tuple[Values, Values]:
    changed = [name for name in before.keys() | after.keys() if before.get(name) != after.get(name)]
    return {name: before.get(name) for name in changed}, {name: after.get(name) for name in changed}


def _plain(value: Any, name: str = "") -> Any:
    """Return a value as JSON can say it: numbers as text, so that no digit is lost."""
    if value is not None and any(part in name.lower() for part in SECRET_PARTS):
        return MASK
    if value is None or isinstance(value, bool):
        return value
    if isinstance(value, Mapping):
        return {str(key): _plain(item, str(key)) for key, item in value.items()}
    if isinstance(value, list | tuple | set | frozenset):
        return [_plain(item) for item in value]
    if isinstance(value, int) and abs(value) < 2**53:
        return value
    return _as_text(value)[:LONGEST_TEXT].replace("\x00", "")


def _as_text(value: Any) -> str:
    if isinstance(value, Decimal):
        return format(value, "f")
    if isinstance(value, dt.date):
        return value.isoformat()
    # Lone surrogates can be neither written as JSON nor stored.
    return str(value).encode("utf-8", "replace").decode() if not isinstance(value, UUID) else str(value)
