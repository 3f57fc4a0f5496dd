"""/api/v1/portfolios/{id}/imports: files into the ledger, and out again."""

from typing import Any
from uuid import UUID

from drf_spectacular.types import OpenApiTypes
from drf_spectacular.utils import OpenApiParameter, extend_schema
from rest_framework.parsers import MultiPartParser
from rest_framework.request import Request
from rest_framework.response import Response

from accounts.api.idempotency import KEY_PARAMETER, idempotent
from accounts.api.serializers import ErrorSerializer
from common.api.etags import answer_by_content, answer_if_changed
from common.api.pagination import CursorPages
from common.api.parsers import CSVParser, RawJSONParser
from common.api.query import read_flag, read_text
from common.errors import InvalidInputError
from portfolio.api.base import IF_NONE_MATCH, PortfolioAPIView, answer_deleted, read_raw, tag_ledger
from portfolio.api.schemas.responses import ImportBatchSerializer, ImportResultSerializer, RefusedImportSerializer
from portfolio.importers.registry import list_formats
from portfolio.models import ImportBatch
from portfolio.selectors.transactions import get_import, list_imports
from portfolio.services.imports import ImportPreview, PreviewRow, preview_import, run_import, undo_import

TAGS = ["Imports"]
ERRORS = {403: ErrorSerializer, 404: ErrorSerializer, 409: ErrorSerializer, 413: ErrorSerializer, 415: ErrorSerializer, 422: ErrorSerializer}
PREVIEW_FIELDS = (
    "kind",
    "trade_date",
    "symbol",
    "quantity",
    "price",
    "amount",
    "fee",
    "tax",
    "currency",
    "fx_rate",
    "account",
    "counter_account",
    "note",
    "external_id",
)
PARAMETERS = [
    OpenApiParameter("format", str, enum=[name for name, _ in list_formats()], default="auto"),
    OpenApiParameter("dry_run", OpenApiTypes.BOOL, description="Only say what would happen."),
    OpenApiParameter("partial", OpenApiTypes.BOOL, description="Take the lines without problems; else one problem refuses the file."),
    OpenApiParameter("create_instruments", OpenApiTypes.BOOL, description="Create private instruments for unknown symbols."),
    KEY_PARAMETER,
]


class ImportPages(CursorPages):
    ordering = ("-created_at", "-id")


class ImportsView(PortfolioAPIView):
    scope_area = "portfolio"
    pagination_class = ImportPages
    parser_classes = [MultiPartParser, CSVParser, RawJSONParser]

    @extend_schema(operation_id="imports_list", responses=ImportBatchSerializer(many=True), parameters=[IF_NONE_MATCH], tags=TAGS)
    def get(self, request: Request, portfolio_id: UUID) -> Response:
        """List the imports, newest first."""
        portfolio = self.find_portfolio(portfolio_id)
        pages = self.pagination_class()
        rows = pages.paginate_queryset(list_imports(portfolio=portfolio), request, view=self)
        return answer_by_content(request, pages.wrap([show_batch(row) for row in rows]))

    @extend_schema(
        operation_id="imports_create",
        request={
            "multipart/form-data": {"type": "object", "required": ["file"], "properties": {"file": {"type": "string", "format": "binary"}}},
            "text/csv": OpenApiTypes.STR,
            "application/json": OpenApiTypes.OBJECT,
        },
        responses={200: ImportResultSerializer, 201: ImportResultSerializer, 400: RefusedImportSerializer, **ERRORS},
        parameters=PARAMETERS,
        tags=TAGS,
    )
    @idempotent
    def post(self, request: Request, portfolio_id: UUID) -> Response:
        """Import a file: what the portfolio holds already is left out, and one bad line refuses the whole file.

        400 with the problems when it is refused, 201 when something was stored, 200 for a dry run or a file without anything new.
        """
        portfolio = self.find_portfolio(portfolio_id)
        content, file_name = _read_file(request)
        options: dict[str, Any] = {
            "actor": self.user,
            "portfolio": portfolio,
            "content": content,
            "file_name": file_name,
            "format": read_text(request, "format") or "auto",
            "create_instruments": read_flag(request, "create_instruments"),
        }
        partial = read_flag(request, "partial")
        if read_flag(request, "dry_run"):
            return Response(show_preview(preview_import(**options), None))
        result = run_import(**options, partial=partial)
        shown = show_preview(result.preview, result.batch)
        if result.batch is None:
            first = result.problems[0]
            message = f"Line {first.line}: {first.message}" if first.line else first.message
            return Response({"code": "invalid_file", "message": message, "detail": {"problems": len(result.problems)}, **shown}, status=400)
        return Response(shown, status=201 if result.created else 200, headers={"Location": f"{request.path}/{result.batch.pk}"})


class ImportView(PortfolioAPIView):
    scope_area = "portfolio"

    @extend_schema(operation_id="imports_read", responses={200: ImportBatchSerializer, 404: ErrorSerializer}, parameters=[IF_NONE_MATCH], tags=TAGS)
    def get(self, request: Request, portfolio_id: UUID, import_id: UUID) -> Response:
        """Read what an import did."""
        portfolio = self.find_portfolio(portfolio_id)
        batch = get_import(portfolio=portfolio, import_id=import_id)
        return answer_if_changed(request, tag_ledger(request, portfolio), lambda: show_batch(batch))

    @extend_schema(operation_id="imports_undo", responses={204: None, **ERRORS}, tags=TAGS)
    def delete(self, request: Request, portfolio_id: UUID, import_id: UUID) -> Response:
        """Undo an import: its entries go. 409 when later entries depend on them or it has been undone already."""
        undo_import(actor=self.user, batch=get_import(portfolio=self.find_portfolio(portfolio_id), import_id=import_id))
        return answer_deleted()


def show_preview(preview: ImportPreview, batch: ImportBatch | None) -> dict[str, Any]:
    return {
        "id": batch.pk if batch else None,
        "format": preview.format,
        "created": preview.created,
        "duplicates": preview.duplicates,
        "problems": preview.problems,
        "preview": [_show_row(row) for row in preview.rows],
    }


def show_batch(batch: ImportBatch) -> dict[str, Any]:
    return {
        "id": batch.pk,
        "file_name": batch.file_name,
        "format": batch.format,
        "created": batch.created_count,
        "duplicates": batch.duplicate_count,
        "problems": batch.problem_count,
        "created_at": batch.created_at,
        "undone_at": batch.undone_at,
    }


def _show_row(row: PreviewRow) -> dict[str, Any]:
    return {"line": row.line, "status": row.status, **{name: getattr(row.draft, name) for name in PREVIEW_FIELDS}}


def _read_file(request: Request) -> tuple[bytes, str]:
    """Return the file's bytes and name: the part `file` of a form, or the body itself."""
    content = read_raw(request)
    if content is not None:
        return content, ""
    file = request.FILES.get("file")
    if file is None:
        raise InvalidInputError("file: send the file as the form's part `file`, or as a text/csv body.", code="required", field="file")
    file.seek(0)
    return file.read(), file.name or ""
