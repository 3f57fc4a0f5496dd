"""The API answers JSON, whatever the browser says it likes."""

from collections.abc import Iterable
from typing import Any

from rest_framework.negotiation import BaseContentNegotiation
from rest_framework.parsers import BaseParser
from rest_framework.renderers import BaseRenderer
from rest_framework.request import Request
from rest_framework.utils.mediatypes import media_type_matches


class OneAnswer(BaseContentNegotiation):
    """The view's first renderer; the parser by Content-Type. `?format=` stays free for what an endpoint means by it."""

    def select_parser(self, request: Request, parsers: Iterable[BaseParser]) -> BaseParser | None:
        return next((parser for parser in parsers if media_type_matches(parser.media_type, request.content_type)), None)

    def select_renderer(self, request: Request, renderers: Iterable[BaseRenderer], format_suffix: str | None = None) -> tuple[BaseRenderer, Any]:
        first = next(iter(renderers))
        return first, first.media_type
