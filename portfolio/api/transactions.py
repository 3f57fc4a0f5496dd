"""/api/v1/portfolios/{id}/transactions: the ledger."""

from dataclasses import replace
from typing import Any
from uuid import UUID

from django.db.models import QuerySet
from drf_spectacular.utils import OpenApiParameter, extend_schema
from rest_framework.request import Request
from rest_framework.response import Response

from accounts.api.idempotency import KEY_PARAMETER, idempotent
from accounts.api.serializers import ErrorSerializer
from common.api.etags import answer_if_changed, answer_object, read_expected_version
from common.api.pagination import CursorPages
from common.api.query import read_choice, read_period, read_text
from common.api.serializers import read_body
from portfolio.api.base import FROM, IF_MATCH, IF_NONE_MATCH, TO, PortfolioAPIView, answer_deleted, tag_ledger
from portfolio.api.schemas.requests import TransactionBody
from portfolio.api.schemas.responses import TransactionSerializer
from portfolio.importers.drafts import ZERO, LotChoice, TransactionDraft
from portfolio.models import Portfolio, Transaction
from portfolio.selectors.access import require_amounts
from portfolio.selectors.transactions import get_transaction, list_transactions
from portfolio.services.kinds import list_kind_choices
from portfolio.services.transactions import delete_transaction, draft_of, record_transaction, update_transaction

TAGS = ["Transactions"]
ERRORS = {400: ErrorSerializer, 403: ErrorSerializer, 404: ErrorSerializer, 409: ErrorSerializer, 412: ErrorSerializer, 422: ErrorSerializer}
KINDS = tuple(kind for kind, _ in list_kind_choices())
# The columns of an answer, as the database names them.
COLUMNS = {
    "id": "id",
    "kind": "kind",
    "symbol": "instrument__symbol",
    "trade_date": "trade_date",
    "settlement_date": "settlement_date",
    "quantity": "quantity",
    "price": "price",
    "amount": "amount",
    "fee": "fee",
    "tax": "tax",
    "currency": "currency",
    "fx_rate": "fx_rate",
    "account": "account__name",
    "counter_account": "counter_account__name",
    "lots": "lots",
    "note": "note",
    "external_id": "external_id",
    "import_id": "import_batch",
    "created_at": "created_at",
    "updated_at": "updated_at",
}
FILTERS = [
    OpenApiParameter("kind", str, enum=KINDS),
    OpenApiParameter("symbol", str),
    FROM,
    TO,
    OpenApiParameter("account", str, description="Name of an account."),
    OpenApiParameter("text", str, description="Part of the symbol, the instrument's name, the note or the number."),
]


class TransactionPages(CursorPages):
    ordering = ("-trade_date", "-sequence")


class TransactionsView(PortfolioAPIView):
    scope_area = "portfolio"
    pagination_class = TransactionPages

    @extend_schema(operation_id="transactions_list", responses=TransactionSerializer(many=True), parameters=[*FILTERS, IF_NONE_MATCH], tags=TAGS)
    def get(self, request: Request, portfolio_id: UUID) -> Response:
        """List the entries, newest first."""
        portfolio = self.find_portfolio(portfolio_id)
        require_amounts(portfolio)
        rows = _filter(request, portfolio)
        return answer_if_changed(request, tag_ledger(request, portfolio), lambda: self._list(request, rows))

    def _list(self, request: Request, rows: QuerySet[Transaction]) -> dict[str, Any]:
        pages = self.pagination_class()
        found = pages.paginate_queryset(rows.values(*COLUMNS.values(), "sequence"), request, view=self)
        return pages.wrap([{name: row[column] for name, column in COLUMNS.items()} for row in found])

    @extend_schema(
        operation_id="transactions_create",
        request=TransactionBody,
        responses={201: TransactionSerializer, **ERRORS},
        parameters=[KEY_PARAMETER],
        tags=TAGS,
    )
    @idempotent
    def post(self, request: Request, portfolio_id: UUID) -> Response:
        """Record an entry. 409 `oversold` when more would be sold than is held, on that day or by any later entry."""
        portfolio = self.find_portfolio(portfolio_id)
        row = record_transaction(actor=self.user, portfolio=portfolio, draft=read_draft(request.data))
        return answer_object(show_transaction(row), version=row.version, status=201, location=f"{request.path}/{row.pk}")


class TransactionView(PortfolioAPIView):
    scope_area = "portfolio"

    @extend_schema(
        operation_id="transactions_read", responses={200: TransactionSerializer, 404: ErrorSerializer}, parameters=[IF_NONE_MATCH], tags=TAGS
    )
    def get(self, request: Request, portfolio_id: UUID, transaction_id: UUID) -> Response:
        """Read one entry."""
        row = self._find(portfolio_id, transaction_id)
        return answer_if_changed(request, row.version, lambda: show_transaction(row))

    @extend_schema(
        operation_id="transactions_replace",
        request=TransactionBody,
        responses={200: TransactionSerializer, **ERRORS},
        parameters=[IF_MATCH],
        tags=TAGS,
    )
    def put(self, request: Request, portfolio_id: UUID, transaction_id: UUID) -> Response:
        """Replace an entry; the later history must still be possible."""
        return self._update(request, self._find(portfolio_id, transaction_id), read_draft(request.data))

    @extend_schema(
        operation_id="transactions_update",
        request=TransactionBody(partial=True),
        responses={200: TransactionSerializer, **ERRORS},
        parameters=[IF_MATCH],
        tags=TAGS,
    )
    def patch(self, request: Request, portfolio_id: UUID, transaction_id: UUID) -> Response:
        """Change some fields of an entry; the later history must still be possible."""
        row = self._find(portfolio_id, transaction_id)
        return self._update(request, row, replace(draft_of(row), **read_values(request.data, partial=True)))

    @extend_schema(operation_id="transactions_delete", responses={204: None, **ERRORS}, parameters=[IF_MATCH], tags=TAGS)
    def delete(self, request: Request, portfolio_id: UUID, transaction_id: UUID) -> Response:
        """Delete an entry that no later one needs; of a transfer between two accounts both."""
        row = self._find(portfolio_id, transaction_id)
        delete_transaction(actor=self.user, transaction=row, expected_version=read_expected_version(request, current=row.version))
        return answer_deleted()

    def _find(self, portfolio_id: UUID, transaction_id: UUID) -> Transaction:
        return get_transaction(portfolio=self.find_portfolio(portfolio_id), transaction_id=transaction_id)

    def _update(self, request: Request, row: Transaction, draft: TransactionDraft) -> Response:
        expected = read_expected_version(request, current=row.version)
        row = update_transaction(actor=self.user, transaction=row, draft=draft, expected_version=expected)
        return answer_object(show_transaction(row), version=row.version)


def show_transaction(row: Transaction) -> dict[str, Any]:
    """Return the entry as the API shows it."""
    shown = {name: getattr(row, name) for name in COLUMNS if name not in {"symbol", "account", "counter_account", "import_id"}}
    shown |= {"symbol": row.instrument.symbol if row.instrument else None, "account": row.account.name}
    shown |= {"counter_account": row.counter_account.name if row.counter_account else None, "import_id": row.import_batch_id}
    return {name: shown[name] for name in COLUMNS}


def read_draft(data: Any) -> TransactionDraft:
    return TransactionDraft(**read_values(data))


def read_values(data: Any, *, partial: bool = False) -> dict[str, Any]:
    """Return the fields of a body as a draft has them: an empty text that names something stands for nothing."""
    values = read_body(TransactionBody, data, partial=partial)
    for name in ("symbol", "currency", "account", "counter_account"):
        if name in values:
            values[name] = values[name] or None
    for name in ("fee", "tax"):
        if name in values:
            values[name] = values[name] or ZERO
    if "lots" in values:
        values["lots"] = tuple(LotChoice(str(lot["transaction"]), lot["quantity"]) for lot in values["lots"] or ()) or None
    return values


def _filter(request: Request, portfolio: Portfolio) -> QuerySet[Transaction]:
    start, end = read_period(request)
    return list_transactions(
        portfolio=portfolio,
        kind=read_choice(request, "kind", KINDS),
        symbol=read_text(request, "symbol"),
        start=start,
        end=end,
        account=read_text(request, "account"),
        text=read_text(request, "text"),
    )
