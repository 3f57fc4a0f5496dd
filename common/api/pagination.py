"""Lists come in pages: {"results", "next", "previous"}.

A page is found by the values of the row it begins after, not by an offset: rows that come or go meanwhile shift nothing, and the
hundredth page costs what the first does.
"""

import base64
import binascii
from collections.abc import Sequence
from typing import Any
from urllib.parse import urlencode

from django.core.exceptions import ValidationError
from django.db import DataError
from django.db.models import Model, Q, QuerySet
from rest_framework.exceptions import ParseError
from rest_framework.pagination import BasePagination
from rest_framework.request import Request
from rest_framework.response import Response
from rest_framework.views import APIView

from common.api.parsers import parse_json
from common.api.query import read_number, read_text
from common.api.renderers import dump_json
from common.errors import InvalidInputError


class CursorPages(BasePagination):
    """`ordering` must end in a field that is unique; rows may be model instances or the dicts of values()."""

    page_size = 50
    max_page_size = 500
    ordering: str | Sequence[str] = ("-created_at", "-id")

    request: Request
    previous_link: str | None = None
    next_link: str | None = None

    def paginate_queryset(self, queryset: Any, request: Request, view: APIView | None = None) -> list[Any]:
        self.request = request
        ordering = (self.ordering,) if isinstance(self.ordering, str) else tuple(self.ordering)
        size = read_number(request, "page_size", default=self.page_size, low=1, high=self.max_page_size)
        backwards, position = read_cursor(read_text(request, "cursor", longest=1000), len(ordering))
        if backwards:
            ordering = tuple(name[1:] if name.startswith("-") else f"-{name}" for name in ordering)
        rows = self._fetch(queryset.order_by(*ordering), ordering, position, size + 1)
        has_more, rows = len(rows) > size, rows[:size]
        if backwards:
            rows.reverse()
        names = [name.lstrip("-") for name in ordering]
        after, before = (position is not None, has_more) if backwards else (has_more, position is not None)
        self.next_link = self._link(rows[-1], names, backwards=False) if rows and after else None
        self.previous_link = self._link(rows[0], names, backwards=True) if rows and before else None
        return rows

    def _fetch(self, queryset: QuerySet[Any], ordering: Sequence[str], position: list[Any] | None, count: int) -> list[Any]:
        try:
            return list(queryset.filter(_after(ordering, position))[:count] if position else queryset[:count])
        except (ValueError, TypeError, ValidationError, DataError) as error:
            raise _bad_cursor() from error

    def _link(self, row: Any, names: Sequence[str], *, backwards: bool) -> str:
        values = [getattr(row, name) if isinstance(row, Model) else row[name] for name in names]
        cursor = base64.urlsafe_b64encode(dump_json([int(backwards), *values])).decode("ascii").rstrip("=")
        query = {name: value for name, value in self.request.query_params.items() if name != "cursor"}
        return self.request.build_absolute_uri(f"{self.request.path}?{urlencode({**query, 'cursor': cursor})}")

    def get_paginated_response(self, data: Any) -> Response:
        return Response(self.wrap(data))

    def wrap(self, data: Any) -> dict[str, Any]:
        return {"results": data, "next": self.next_link, "previous": self.previous_link}

    def get_paginated_response_schema(self, schema: dict[str, Any]) -> dict[str, Any]:
        link = {"type": ["string", "null"], "format": "uri"}
        properties = {"results": schema, "next": link, "previous": link}
        return {"type": "object", "required": ["results", "next", "previous"], "properties": properties}

    def get_schema_operation_parameters(self, view: APIView) -> list[dict[str, Any]]:
        size = {"type": "integer", "minimum": 1, "maximum": self.max_page_size, "default": self.page_size}
        return [
            {
                "name": "cursor",
                "in": "query",
                "required": False,
                "description": "The page, as `next` or `previous` named it.",
                "schema": {"type": "string"},
            },
            {"name": "page_size", "in": "query", "required": False, "description": "Rows on a page.", "schema": size},
        ]


def read_cursor(text: str, count: int) -> tuple[bool, list[Any] | None]:
    """Return (backwards, values of the row to begin after); raise InvalidInputError for what no page ever named."""
    if not text:
        return False, None
    try:
        values = parse_json(base64.urlsafe_b64decode(text + "=" * (-len(text) % 4)))
    except (binascii.Error, ValueError, ParseError) as error:
        raise _bad_cursor() from error
    if not isinstance(values, list) or len(values) != count + 1 or values[0] not in (0, 1):
        raise _bad_cursor()
    return values[0] == 1, values[1:]


def _after(ordering: Sequence[str], position: Sequence[Any]) -> Q:
    """Rows that come after the position: (a > x) or (a = x and b > y) …"""
    condition, equal = Q(pk__in=[]), Q()
    for name, value in zip(ordering, position, strict=True):
        field = name.lstrip("-")
        condition |= equal & Q((f"{field}__lt" if name.startswith("-") else f"{field}__gt", value))
        equal &= Q((field, value))
    return condition


def _bad_cursor() -> InvalidInputError:
    return InvalidInputError("cursor: not a page of this list; begin again without it.", code="bad_cursor", field="cursor")
