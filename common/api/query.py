"""Query parameters, read strictly: a value that cannot be meant is refused, never ignored."""

import datetime as dt
from collections.abc import Collection

from rest_framework.exceptions import ValidationError
from rest_framework.request import Request

from common.api.fields import ExactDateField
from common.errors import InvalidInputError
from common.text import check_text

TRUE, FALSE = frozenset({"1", "true", "yes"}), frozenset({"0", "false", "no"})


def read_text(request: Request, name: str, *, longest: int = 200) -> str:
    """Return the parameter, "" when it is missing; raise InvalidInputError when it stands twice or cannot be text."""
    values = request.query_params.getlist(name)
    if len(values) > 1:
        raise InvalidInputError(f"{name}: stands twice in the address.", code="parameter_twice", field=name)
    return check_text(values[0], field=name, longest=longest) if values else ""


def read_date(request: Request, name: str) -> dt.date | None:
    """Return the ISO date, None when it is missing."""
    return parse_date(read_text(request, name), name) if name in request.query_params else None


def parse_date(text: str, name: str) -> dt.date:
    """Return the ISO date of a parameter or a part of the address."""
    try:
        return ExactDateField().to_internal_value(text)
    except ValidationError as error:
        raise InvalidInputError(f"{name}: {text[:40]!r} is not a date like 2026-03-31.", code="not_a_date", field=name) from error


def read_period(request: Request) -> tuple[dt.date | None, dt.date | None]:
    """Return `from` and `to`; raise InvalidInputError when they are the wrong way round."""
    start, end = read_date(request, "from"), read_date(request, "to")
    if start and end and start > end:
        raise InvalidInputError("from: is after to.", code="period_reversed", field="from")
    return start, end


def read_flag(request: Request, name: str) -> bool:
    """Return whether it is wanted; a missing one is not."""
    word = read_text(request, name).lower()
    if word in TRUE:
        return True
    if word in FALSE or name not in request.query_params:
        return False
    raise InvalidInputError(f"{name}: {word[:20]!r} is not a yes or no; use 1 or 0.", field=name)


def read_choice(request: Request, name: str, choices: Collection[str], default: str = "") -> str:
    """Return the word, `default` when it is missing."""
    if name not in request.query_params:
        return default
    word = read_text(request, name)
    if word not in choices:
        raise InvalidInputError(f"{name}: {word[:40]!r} is none of {', '.join(choices)}.", field=name)
    return word


def read_number(request: Request, name: str, *, default: int, low: int, high: int) -> int:
    """Return the whole number, `default` when it is missing."""
    if name not in request.query_params:
        return default
    text = read_text(request, name)
    if not (text.isascii() and text.isdigit() and len(text) < 12 and low <= int(text) <= high):
        raise InvalidInputError(f"{name}: not a whole number from {low} to {high}.", field=name)
    return int(text)
