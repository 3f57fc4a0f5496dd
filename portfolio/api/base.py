"""What the views of this API share."""

import datetime as dt
from collections.abc import Callable
from typing import Any
from uuid import UUID

from django.http import HttpResponse
from django.utils import timezone
from drf_spectacular.types import OpenApiTypes
from drf_spectacular.utils import OpenApiParameter
from rest_framework.request import Request
from rest_framework.response import Response
from rest_framework.views import APIView

from accounts.models import User
from common.api.etags import PRIVATE, make_etag, read_tags
from common.formatting import find_zone
from portfolio.models import Portfolio
from portfolio.selectors.access import get_editable_portfolio, get_managed_portfolio, get_portfolio
from portfolio.services.sharing import note_look

SAFE_METHODS = frozenset({"GET", "HEAD", "OPTIONS"})
# Part of every computed tag: another version of the program may word the same facts differently.
SHAPE = "1"

FROM = OpenApiParameter("from", OpenApiTypes.DATE, description="First day.")
TO = OpenApiParameter("to", OpenApiTypes.DATE, description="Last day, included.")
AS_OF = OpenApiParameter("as_of", OpenApiTypes.DATE, description="The day; today where you are, if left out.")
IF_MATCH = OpenApiParameter(
    "If-Match", OpenApiTypes.STR, OpenApiParameter.HEADER, description="The ETag that you read: 412 if the object has changed since."
)
IF_NONE_MATCH = OpenApiParameter(
    "If-None-Match", OpenApiTypes.STR, OpenApiParameter.HEADER, description="ETags that you have: 304 if one is still right."
)


class PortfolioAPIView(APIView):
    """A view below /api/v1/; `user` is the person who calls.

    A view that names a `scope_area` is open to personal tokens with the area's scopes (accounts.scopes); others are not.
    """

    scope_area: str | None = None

    @property
    def user(self) -> User:
        return self.request.user  # type: ignore[return-value]  # the permission lets nobody else in

    @property
    def today(self) -> dt.date:
        """The day that it is where the user is."""
        return timezone.now().astimezone(find_zone(self.user.time_zone)).date()

    def find_portfolio(self, portfolio_id: UUID) -> Portfolio:
        """Return the portfolio of the address: to read, or with a method that changes something, to change."""
        is_reading = self.request.method in SAFE_METHODS
        portfolio = (get_portfolio if is_reading else get_editable_portfolio)(user=self.user, portfolio_id=portfolio_id)
        note_look(actor=self.user, portfolio=portfolio)
        return portfolio

    def find_managed_portfolio(self, portfolio_id: UUID) -> Portfolio:
        """Return the portfolio of the address, if it is the user's own; to read its settings, if he may look at it."""
        if self.request.method in SAFE_METHODS:
            return self.find_portfolio(portfolio_id)
        return get_managed_portfolio(user=self.user, portfolio_id=portfolio_id)


def tag_ledger(request: Request, portfolio: Portfolio, *parts: object) -> str:
    """Return the tag of anything computed from the portfolio's facts: its revision rises with each of them.

    What shows percentages only never has the tag of what shows amounts, so neither answers for the other.
    """
    form = () if portfolio.shows_amounts else ("percentages",)
    return make_etag(SHAPE, portfolio.pk, portfolio.revision, portfolio.version, request.path, *sorted(request.query_params.items()), *parts, *form)


def answer_bytes(request: Request, tag: str, compute: Callable[[], bytes]) -> HttpResponse:
    """Answer 304 without computing, else with JSON that is bytes already."""
    headers = {"ETag": f'"{tag}"', "Cache-Control": PRIVATE}
    if tag in read_tags(request, "If-None-Match"):
        return HttpResponse(status=304, headers=headers)
    return HttpResponse(compute(), content_type="application/json", headers=headers)


def read_raw(request: Request) -> bytes | None:
    """Return the body if a parser left it as it came, a file; else None."""
    data: object = request.data
    return data if isinstance(data, bytes) else None


def answer_deleted() -> Response:
    return Response(status=204)


def name_fields(rows: Any, names: tuple[str, ...]) -> list[dict[str, Any]]:
    """Return tuples of values as objects."""
    return [dict(zip(names, row, strict=True)) for row in rows]
