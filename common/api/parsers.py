"""JSON that means what it says: no NaN, no duplicate keys, no lone surrogates, numbers kept to the digit."""

import json
from collections.abc import Mapping
from decimal import Decimal
from typing import IO, Any, NoReturn

from django.conf import settings
from rest_framework.exceptions import ParseError
from rest_framework.parsers import BaseParser

from common.errors import TooLargeError

LONGEST_NUMBER = 100


class StrictJSONParser(BaseParser):
    media_type = "application/json"

    def parse(self, stream: IO[bytes], media_type: str | None = None, parser_context: Mapping[str, Any] | None = None) -> Any:
        return parse_json(read_limited(stream, settings.DATA_UPLOAD_MAX_MEMORY_SIZE))


class CSVParser(BaseParser):
    """A file as the body: its bytes. Reading them is the importer's work."""

    media_type = "text/csv"

    def parse(self, stream: IO[bytes], media_type: str | None = None, parser_context: Mapping[str, Any] | None = None) -> Any:
        return read_limited(stream, settings.IMPORT_MAX_BYTES)


class RawJSONParser(CSVParser):
    """A file of JSON as the body: its bytes."""

    media_type = "application/json"


def read_limited(stream: IO[bytes], limit: int) -> bytes:
    """Return the body; raise TooLargeError for one that is larger, after reading no more than the limit."""
    content = stream.read(limit + 1)
    if len(content) > limit:
        raise TooLargeError(f"The body is larger than {limit:,} bytes.", limit=limit)
    return content


def parse_json(raw: bytes) -> Any:
    """Return the value; numbers with a point are Decimal. Raises ParseError."""
    try:
        text = raw.decode("utf-8")
        value = json.loads(text, parse_float=_read_number, parse_int=_read_integer, parse_constant=_refuse_constant, object_pairs_hook=_read_object)
        if "\\u" in text:
            json.dumps(value, ensure_ascii=False, default=str).encode("utf-8")
    except UnicodeError as error:
        raise ParseError("The body is not valid UTF-8 text.") from error
    except RecursionError as error:
        raise ParseError("The body is nested too deeply.") from error
    except json.JSONDecodeError as error:
        raise ParseError(f"The body is not valid JSON: {error.msg} in line {error.lineno}, column {error.colno}.") from error
    return value


def _read_number(text: str) -> Decimal:
    if len(text) > LONGEST_NUMBER:
        raise ParseError("A number in the body has too many digits.")
    number = Decimal(text)
    # 1e999999999 is short to write and a gigabyte to write out.
    if abs(int(number.as_tuple().exponent)) > LONGEST_NUMBER:
        raise ParseError("A number in the body has too many digits.")
    return number


def _read_integer(text: str) -> int:
    if len(text) > LONGEST_NUMBER:
        raise ParseError("A number in the body has too many digits.")
    return int(text)


def _refuse_constant(word: str) -> NoReturn:
    raise ParseError(f"{word} is not a number.")


def _read_object(pairs: list[tuple[str, Any]]) -> dict[str, Any]:
    result = dict(pairs)
    if len(result) != len(pairs):
        names = [name for name, _ in pairs]
        twice = next(name for name in names if names.count(name) > 1)
        raise ParseError(f"The name {twice[:40]!r} stands twice in one object.")
    return result
