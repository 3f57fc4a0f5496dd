"""Lists come in pages: {"results", "next", "previous"}."""

from rest_framework.pagination import CursorPagination
from rest_framework.response import Response


class CursorPages(CursorPagination):
    page_size = 50
    max_page_size = 500
    page_size_query_param = "page_size"
    ordering = "-created_at"

    def get_paginated_response(self, data: object) -> Response:
        return Response({"results": data, "next": self.get_next_link(), "previous": self.get_previous_link()})
