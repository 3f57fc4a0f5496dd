"""A file of cases, and whether an answer meets what a case expects."""

import datetime as dt
import json
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from decimal import ROUND_HALF_UP, Decimal, InvalidOperation
from pathlib import Path
from typing import Any

from common.errors import InvalidInputError

SCHEMA = "calculation-cases/1"


@dataclass(frozen=True, slots=True)
class Case:
    """`expected`: metric, value (None: undefined), absolute tolerance, meaning."""

    id: str
    kind: str
    name: str
    inputs: Mapping[str, Any]
    expected: Sequence[Mapping[str, Any]]


def read_cases(path: Path) -> list[Case]:
    """Return the cases of a file of the schema calculation-cases/1. Raises InvalidInputError."""
    try:
        content = json.loads(path.read_bytes())
    except OSError as error:
        raise InvalidInputError(f"{path}: {error.strerror or error}.", code="unreadable_file") from error
    except ValueError as error:
        raise InvalidInputError(f"{path}: not a JSON file ({error}).", code="unreadable_file") from error
    if not isinstance(content, dict) or content.get("schema") != SCHEMA:
        raise InvalidInputError(f"{path}: not a file of the schema {SCHEMA}.", code="unknown_schema")
    try:
        return [Case(case["id"], case["kind"], case["name"], case["inputs"], case["expected"]) for case in content["cases"]]
    except (KeyError, TypeError) as error:
        raise InvalidInputError(f"{path}: a case lacks {error}.", code="unknown_schema") from error


def meets(expected: Any, answer: Any, tolerance: float) -> bool:
    """Whether an answer is what is expected: None is None, lists and objects element by element, numbers within the tolerance.

    A number expected as text with two decimals or more is compared after rounding to them, half up, as the cases say.
    """
    if isinstance(expected, Mapping):
        return isinstance(answer, Mapping) and all(name in answer and meets(value, answer[name], tolerance) for name, value in expected.items())
    if isinstance(expected, list):
        return isinstance(answer, list) and len(answer) == len(expected) and all(map(meets, expected, answer, [tolerance] * len(expected)))
    if expected is None or answer is None or isinstance(expected, bool):
        return expected is answer
    if isinstance(answer, dt.date):
        return bool(expected == answer.isoformat())
    wanted, given = _as_number(expected), _as_number(answer)
    if wanted is None or given is None:
        return bool(expected == answer)
    exponent = wanted.as_tuple().exponent
    if isinstance(expected, str) and isinstance(exponent, int) and exponent <= -2:
        given = given.quantize(Decimal(1).scaleb(exponent), ROUND_HALF_UP)
    return abs(given - wanted) <= Decimal(str(tolerance))


def _as_number(value: Any) -> Decimal | None:
    try:
        return Decimal(str(value))
    except InvalidOperation:
        return None
