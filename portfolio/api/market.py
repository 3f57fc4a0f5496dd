"""Prices and exchange rates: lists as JSON, whole files as CSV."""

from typing import Any

from drf_spectacular.types import OpenApiTypes
from drf_spectacular.utils import OpenApiParameter, extend_schema
from rest_framework.exceptions import ValidationError
from rest_framework.request import Request
from rest_framework.response import Response

from accounts.api.idempotency import KEY_PARAMETER, idempotent
from accounts.api.serializers import ErrorSerializer
from common.api.etags import answer_by_content
from common.api.pagination import CursorPages
from common.api.parsers import CSVParser, StrictJSONParser
from common.api.query import parse_date, read_date, read_flag, read_period, read_text
from common.api.serializers import StrictSerializer
from common.errors import InvalidInputError, TooLargeError
from portfolio.api.base import FROM, IF_NONE_MATCH, TO, PortfolioAPIView, answer_deleted, read_raw
from portfolio.api.schemas.requests import FxRateBody, PriceBody, SymbolPriceBody
from portfolio.api.schemas.responses import FxRateSerializer, PriceSerializer, WrittenSerializer
from portfolio.importers.fx_csv import FxRow
from portfolio.selectors.instruments import get_instrument, list_prices
from portfolio.selectors.rates import list_fx_rates
from portfolio.services.fx import delete_fx_rate, import_fx_csv, record_fx_rates
from portfolio.services.prices import PriceImport, delete_price, import_prices_csv, record_prices, record_prices_by_symbol

TAGS = ["Prices and rates"]
MOST_ROWS = 100_000
ERRORS = {400: ErrorSerializer, 403: ErrorSerializer, 404: ErrorSerializer, 413: ErrorSerializer, 415: ErrorSerializer}
SHARED = OpenApiParameter("shared", OpenApiTypes.BOOL, description="For everybody (staff only; for staff the default).")
CREATE = OpenApiParameter("create_instruments", OpenApiTypes.BOOL, description="Create private instruments for unknown symbols of a CSV.")
PAIR = [OpenApiParameter(name, str, description="ISO 4217 code.") for name in ("base", "quote")]


class PricePages(CursorPages):
    ordering = ("date",)
    page_size = 500
    max_page_size = 5_000


class FxRatePages(CursorPages):
    ordering = ("-date", "base", "quote", "id")
    page_size = 500
    max_page_size = 5_000


class InstrumentPricesView(PortfolioAPIView):
    scope_area = "market"
    pagination_class = PricePages
    parser_classes = [StrictJSONParser, CSVParser]

    @extend_schema(operation_id="prices_list", responses=PriceSerializer(many=True), parameters=[FROM, TO, IF_NONE_MATCH], tags=TAGS)
    def get(self, request: Request, symbol: str) -> Response:
        """List the daily closes, oldest first."""
        start, end = read_period(request)
        rows = list_prices(instrument=get_instrument(user=self.user, symbol=symbol), start=start, end=end)
        pages = self.pagination_class()
        return answer_by_content(request, pages.wrap(pages.paginate_queryset(rows.values("date", "close", "source"), request, view=self)))

    @extend_schema(
        operation_id="prices_write",
        request={"application/json": PriceBody(many=True), "text/csv": OpenApiTypes.STR},
        responses={200: WrittenSerializer, **ERRORS},
        parameters=[KEY_PARAMETER],
        tags=TAGS,
    )
    @idempotent
    def post(self, request: Request, symbol: str) -> Response:
        """Write closes of one instrument, as a list or as CSV (date,close). A day that has one gets the new one; all or nothing."""
        instrument = get_instrument(user=self.user, symbol=symbol)
        if (content := read_raw(request)) is not None:
            return _answer_file(import_prices_csv(actor=self.user, content=content, instrument=instrument))
        rows = read_rows(PriceBody, request.data)
        written = record_prices(actor=self.user, instrument=instrument, rows=[(row["date"], row["close"]) for row in rows])
        return _answer_written(len(rows), written)


class PriceView(PortfolioAPIView):
    scope_area = "market"

    @extend_schema(
        operation_id="prices_delete",
        responses={204: None, **ERRORS},
        parameters=[OpenApiParameter("date", OpenApiTypes.DATE, OpenApiParameter.PATH)],
        tags=TAGS,
    )
    def delete(self, request: Request, symbol: str, date: str) -> Response:
        """Remove the close of one day."""
        day = parse_date(date, "date")
        delete_price(actor=self.user, instrument=get_instrument(user=self.user, symbol=symbol), date=day)
        return answer_deleted()


class PricesView(PortfolioAPIView):
    scope_area = "market"
    parser_classes = [StrictJSONParser, CSVParser]

    @extend_schema(
        operation_id="prices_write_many",
        request={"application/json": SymbolPriceBody(many=True), "text/csv": OpenApiTypes.STR},
        responses={200: WrittenSerializer, **ERRORS},
        parameters=[CREATE, KEY_PARAMETER],
        tags=TAGS,
    )
    @idempotent
    def post(self, request: Request) -> Response:
        """Write closes of several instruments, as a list or as CSV (symbol,date,close,currency); all or nothing."""
        if (content := read_raw(request)) is not None:
            create = read_flag(request, "create_instruments")
            return _answer_file(import_prices_csv(actor=self.user, content=content, create_instruments=create))
        rows = read_rows(SymbolPriceBody, request.data)
        written = record_prices_by_symbol(actor=self.user, rows=[(row["symbol"], row["date"], row["close"]) for row in rows])
        return _answer_written(len(rows), written)


class FxRatesView(PortfolioAPIView):
    scope_area = "market"
    pagination_class = FxRatePages
    parser_classes = [StrictJSONParser, CSVParser]

    @extend_schema(operation_id="fx_rates_list", responses=FxRateSerializer(many=True), parameters=[*PAIR, FROM, TO, IF_NONE_MATCH], tags=TAGS)
    def get(self, request: Request) -> Response:
        """List the shared exchange rates and one's own, newest first."""
        start, end = read_period(request)
        rows = list_fx_rates(user=self.user, base=read_text(request, "base"), quote=read_text(request, "quote"), start=start, end=end)
        pages = self.pagination_class()
        found = pages.paginate_queryset(rows.values("id", "date", "base", "quote", "rate", "source", "owner"), request, view=self)
        return answer_by_content(request, pages.wrap([_show_rate(row) for row in found]))

    @extend_schema(
        operation_id="fx_rates_write",
        request={"application/json": FxRateBody(many=True), "text/csv": OpenApiTypes.STR},
        responses={200: WrittenSerializer, **ERRORS},
        parameters=[SHARED, KEY_PARAMETER],
        tags=TAGS,
    )
    @idempotent
    def post(self, request: Request) -> Response:
        """Write exchange rates, as a list or as CSV (date,base,quote,rate): 1 base = rate quote. All or nothing."""
        shared = self._reads_shared(request)
        if (content := read_raw(request)) is not None:
            done = import_fx_csv(actor=self.user, content=content, shared=shared)
            return _answer_file(PriceImport(done.received, done.written, (), done.problems))
        rows = read_rows(FxRateBody, request.data)
        rates = [FxRow(index, row["date"], row["base"], row["quote"], row["rate"]) for index, row in enumerate(rows)]
        return _answer_written(len(rows), record_fx_rates(actor=self.user, rows=rates, shared=shared))

    @extend_schema(
        operation_id="fx_rates_delete",
        responses={204: None, **ERRORS},
        parameters=[*PAIR, OpenApiParameter("date", OpenApiTypes.DATE, required=True), SHARED],
        tags=TAGS,
    )
    def delete(self, request: Request) -> Response:
        """Remove the rate of one day and pair."""
        date = read_date(request, "date")
        if date is None:
            raise InvalidInputError("date: which day's rate?", code="required", field="date")
        shared = self._reads_shared(request)
        delete_fx_rate(actor=self.user, date=date, base=read_text(request, "base"), quote=read_text(request, "quote"), shared=shared)
        return answer_deleted()

    def _reads_shared(self, request: Request) -> bool:
        return read_flag(request, "shared") if read_text(request, "shared") else self.user.is_staff


def read_rows(body: type[StrictSerializer], data: Any) -> list[dict[str, Any]]:
    """Return the validated rows of a list; raise naming the row, counted from 0."""
    if not isinstance(data, list):
        raise InvalidInputError("The body must be a list of objects.", code="not_a_list")
    if len(data) > MOST_ROWS:
        raise TooLargeError(f"At most {MOST_ROWS:,} rows at once.", limit=MOST_ROWS)
    # One serializer for all rows: making it costs more than running it.
    serializer = body()
    rows = []
    for index, row in enumerate(data):
        try:
            rows.append(serializer.run_validation(row))
        except ValidationError as error:
            raise ValidationError({f"[{index}]": error.detail}) from error
    return rows


def _answer_written(received: int, written: int) -> Response:
    return Response({"received": received, "written": written, "created_instruments": [], "problems": []})


def _answer_file(done: PriceImport) -> Response:
    if done.problems:
        first = done.problems[0]
        raise InvalidInputError(f"Line {first.line}: {first.message}", code="invalid_file", received=done.received, written=0, problems=done.problems)
    return Response({"received": done.received, "written": done.written, "created_instruments": done.created_instruments, "problems": []})


def _show_rate(row: dict[str, Any]) -> dict[str, Any]:
    return {**{name: row[name] for name in ("date", "base", "quote", "rate", "source")}, "shared": row["owner"] is None}
