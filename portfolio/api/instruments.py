"""/api/v1/instruments and their quotes."""

from typing import Any

from drf_spectacular.utils import OpenApiParameter, extend_schema
from rest_framework.request import Request
from rest_framework.response import Response

from accounts.api.idempotency import KEY_PARAMETER, idempotent
from accounts.api.serializers import ErrorSerializer
from common.api.etags import answer_by_content, answer_if_changed, answer_object, read_expected_version
from common.api.pagination import CursorPages
from common.api.query import read_date, read_text
from common.api.serializers import read_body
from portfolio.api.base import AS_OF, IF_MATCH, IF_NONE_MATCH, PortfolioAPIView, answer_deleted
from portfolio.api.schemas.requests import InstrumentBody, NewInstrumentBody
from portfolio.api.schemas.responses import InstrumentSerializer, QuoteSerializer
from portfolio.models import Instrument
from portfolio.selectors.instruments import get_instrument, get_quote, list_instruments
from portfolio.services.instruments import create_instrument, delete_instrument, update_instrument

TAGS = ["Instruments"]
FIELDS = ("id", "symbol", "name", "kind", "currency", "isin", "exchange_mic", "sector", "country", "price_source", "created_at", "updated_at")
ERRORS = {400: ErrorSerializer, 403: ErrorSerializer, 404: ErrorSerializer, 409: ErrorSerializer, 412: ErrorSerializer}
TEXT = OpenApiParameter("text", str, description="Part of the symbol or name, or the ISIN.")


class InstrumentPages(CursorPages):
    ordering = ("symbol", "id")


class InstrumentsView(PortfolioAPIView):
    scope_area = "market"
    pagination_class = InstrumentPages

    @extend_schema(operation_id="instruments_list", responses=InstrumentSerializer(many=True), parameters=[TEXT, IF_NONE_MATCH], tags=TAGS)
    def get(self, request: Request) -> Response:
        """List the shared instruments and one's own."""
        pages = self.pagination_class()
        rows = pages.paginate_queryset(list_instruments(user=self.user, text=read_text(request, "text")).values(*FIELDS, "owner"), request, view=self)
        return answer_by_content(request, pages.wrap([_show_row(row) for row in rows]))

    @extend_schema(
        operation_id="instruments_create",
        request=NewInstrumentBody,
        responses={201: InstrumentSerializer, **ERRORS},
        parameters=[KEY_PARAMETER],
        tags=TAGS,
    )
    @idempotent
    def post(self, request: Request) -> Response:
        """Add an instrument: a private one, or by staff a shared one."""
        facts = {"shared": self.user.is_staff, **read_body(NewInstrumentBody, request.data)}
        row = create_instrument(actor=self.user, **facts)
        return answer_object(show_instrument(row), version=row.version, status=201, location=f"/api/v1/instruments/{row.symbol}")


class InstrumentView(PortfolioAPIView):
    scope_area = "market"

    @extend_schema(
        operation_id="instruments_read", responses={200: InstrumentSerializer, 404: ErrorSerializer}, parameters=[IF_NONE_MATCH], tags=TAGS
    )
    def get(self, request: Request, symbol: str) -> Response:
        """Read one instrument; one's own goes before the shared one of the same symbol."""
        row = get_instrument(user=self.user, symbol=symbol)
        return answer_if_changed(request, row.version, lambda: show_instrument(row))

    @extend_schema(
        operation_id="instruments_update",
        request=InstrumentBody(partial=True),
        responses={200: InstrumentSerializer, **ERRORS},
        parameters=[IF_MATCH],
        tags=TAGS,
    )
    def patch(self, request: Request, symbol: str) -> Response:
        """Change what is known of an instrument."""
        row = get_instrument(user=self.user, symbol=symbol)
        changes = read_body(InstrumentBody, request.data, partial=True)
        expected = read_expected_version(request, current=row.version)
        row = update_instrument(actor=self.user, instrument=row, expected_version=expected, **changes)
        return answer_object(show_instrument(row), version=row.version)

    @extend_schema(operation_id="instruments_delete", responses={204: None, **ERRORS}, parameters=[IF_MATCH], tags=TAGS)
    def delete(self, request: Request, symbol: str) -> Response:
        """Delete an instrument without entries, and its prices."""
        row = get_instrument(user=self.user, symbol=symbol)
        delete_instrument(actor=self.user, instrument=row, expected_version=read_expected_version(request, current=row.version))
        return answer_deleted()


class QuoteView(PortfolioAPIView):
    scope_area = "market"

    @extend_schema(
        operation_id="instruments_quote", responses={200: QuoteSerializer, 404: ErrorSerializer}, parameters=[AS_OF, IF_NONE_MATCH], tags=TAGS
    )
    def get(self, request: Request, symbol: str) -> Response:
        """Read the last known close and its change."""
        as_of = read_date(request, "as_of") or self.today
        return answer_by_content(request, get_quote(instrument=get_instrument(user=self.user, symbol=symbol), as_of=as_of))


def show_instrument(row: Instrument) -> dict[str, Any]:
    return {**{name: getattr(row, name) for name in FIELDS}, "shared": row.owner_id is None}


def _show_row(row: dict[str, Any]) -> dict[str, Any]:
    return {**{name: row[name] for name in FIELDS}, "shared": row["owner"] is None}
