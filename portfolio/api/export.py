"""/api/v1/portfolios/{id}/export: the whole ledger as a file."""

import re
from uuid import UUID

from django.http import HttpResponse
from drf_spectacular.types import OpenApiTypes
from drf_spectacular.utils import OpenApiParameter, OpenApiResponse, extend_schema
from rest_framework.request import Request

from accounts.api.serializers import ErrorSerializer
from accounts.services.audit import record_event
from common.api.etags import PRIVATE, read_tags
from common.api.query import read_choice
from portfolio.api.base import IF_NONE_MATCH, PortfolioAPIView, tag_ledger
from portfolio.importers import ledger_json, transaction_csv
from portfolio.models import Portfolio
from portfolio.selectors.access import require_amounts
from portfolio.selectors.ledger_export import list_draft_lines, list_export_instruments

TYPES = {"csv": "text/csv; charset=utf-8", "json": "application/json"}
SETTINGS = ("name", "base_currency", "lot_method", "cash_tracking", "allow_short")


class ExportView(PortfolioAPIView):
    scope_area = "portfolio"
    is_heavy = True

    @extend_schema(
        operation_id="ledger_export",
        responses={
            (200, "text/csv"): OpenApiTypes.STR,
            (200, "application/json"): OpenApiTypes.OBJECT,
            304: OpenApiResponse(description="You have this version."),
            400: ErrorSerializer,
            403: ErrorSerializer,
            404: ErrorSerializer,
        },
        parameters=[OpenApiParameter("format", str, enum=tuple(TYPES), default="csv"), IF_NONE_MATCH],
        tags=["Imports"],
    )
    def get(self, request: Request, portfolio_id: UUID) -> HttpResponse:
        """The whole ledger. Importing it into an empty portfolio of the same settings gives the same entries and figures."""
        portfolio = self.find_portfolio(portfolio_id)
        require_amounts(portfolio)
        kind = read_choice(request, "format", tuple(TYPES), "csv")
        tag = tag_ledger(request, portfolio, "export")
        headers = {"ETag": f'"{tag}"', "Cache-Control": PRIVATE}
        if tag in read_tags(request, "If-None-Match"):
            return HttpResponse(status=304, headers=headers)
        record_event(action="portfolio.exported", actor=request.user, target=portfolio, detail={"format": kind})
        headers["Content-Disposition"] = f'attachment; filename="{_name_file(portfolio)}.{kind}"'
        return HttpResponse(write_ledger(portfolio, kind), content_type=TYPES[kind], headers=headers)


def write_ledger(portfolio: Portfolio, kind: str) -> bytes:
    """Return the ledger in the format of that name."""
    lines = list_draft_lines(portfolio=portfolio)
    if kind == "csv":
        return transaction_csv.write(lines)
    settings = {name: getattr(portfolio, name) for name in SETTINGS} | {"benchmark": portfolio.benchmark.symbol if portfolio.benchmark else None}
    return ledger_json.write(lines, portfolio=settings, instruments=list_export_instruments(portfolio=portfolio))


def _name_file(portfolio: Portfolio) -> str:
    """Return a name of letters, digits and dashes, safe in a header and on every system."""
    return re.sub(r"[^A-Za-z0-9]+", "-", portfolio.name).strip("-").lower()[:60] or "portfolio"
