"""/api/v1/portfolios and the accounts in them."""

from typing import Any
from uuid import UUID

from drf_spectacular.utils import extend_schema
from rest_framework.request import Request
from rest_framework.response import Response

from accounts.api.idempotency import KEY_PARAMETER, idempotent
from accounts.api.serializers import ErrorSerializer
from accounts.models import User
from common.api.etags import answer_by_content, answer_if_changed, answer_object, read_expected_version
from common.api.pagination import CursorPages
from common.api.serializers import read_body
from common.errors import NotFoundError
from portfolio.api.base import IF_MATCH, IF_NONE_MATCH, PortfolioAPIView, answer_deleted
from portfolio.api.schemas.requests import AccountBody, PortfolioBody
from portfolio.api.schemas.responses import AccountSerializer, PortfolioSerializer
from portfolio.models import BrokerageAccount, Portfolio
from portfolio.selectors.access import list_portfolios
from portfolio.selectors.instruments import get_instrument
from portfolio.selectors.transactions import list_accounts
from portfolio.services.portfolios import create_account, create_portfolio, delete_account, delete_portfolio, rename_account, update_portfolio

PORTFOLIO_FIELDS = ("id", "name", "base_currency", "lot_method", "cash_tracking", "allow_short", "is_demo", "created_at", "updated_at")
ERRORS = {400: ErrorSerializer, 403: ErrorSerializer, 404: ErrorSerializer, 409: ErrorSerializer, 412: ErrorSerializer}


class PortfolioPages(CursorPages):
    ordering = ("created_at", "id")


class AccountPages(CursorPages):
    ordering = ("name",)


class PortfoliosView(PortfolioAPIView):
    scope_area = "portfolio"
    pagination_class = PortfolioPages

    @extend_schema(operation_id="portfolios_list", responses=PortfolioSerializer(many=True), parameters=[IF_NONE_MATCH], tags=["Portfolios"])
    def get(self, request: Request) -> Response:
        """List one's portfolios and those that others share with one, oldest first."""
        pages = self.pagination_class()
        rows = pages.paginate_queryset(list_portfolios(user=self.user), request, view=self)
        return answer_by_content(request, pages.wrap([show_portfolio(row) for row in rows]))

    @extend_schema(
        operation_id="portfolios_create",
        request=PortfolioBody,
        responses={201: PortfolioSerializer, **ERRORS},
        parameters=[KEY_PARAMETER],
        tags=["Portfolios"],
    )
    @idempotent
    def post(self, request: Request) -> Response:
        """Open a portfolio."""
        row = create_portfolio(actor=self.user, **read_settings(self.user, request.data))
        return answer_object(show_portfolio(row), version=row.version, status=201, location=f"/api/v1/portfolios/{row.pk}")


class PortfolioView(PortfolioAPIView):
    scope_area = "portfolio"

    @extend_schema(
        operation_id="portfolios_read", responses={200: PortfolioSerializer, 404: ErrorSerializer}, parameters=[IF_NONE_MATCH], tags=["Portfolios"]
    )
    def get(self, request: Request, portfolio_id: UUID) -> Response:
        """Read one portfolio's settings."""
        row = self.find_portfolio(portfolio_id)
        return show_version(request, show_portfolio(row), row.version if row.is_own else f"{row.version}.{row.reader_role}")

    @extend_schema(
        operation_id="portfolios_replace",
        request=PortfolioBody,
        responses={200: PortfolioSerializer, **ERRORS},
        parameters=[IF_MATCH],
        tags=["Portfolios"],
    )
    def put(self, request: Request, portfolio_id: UUID) -> Response:
        """Replace the settings; what is left out gets its default."""
        row = self.find_managed_portfolio(portfolio_id)
        defaults = {"lot_method": "fifo", "cash_tracking": False, "allow_short": False, "benchmark": None}
        return self._update(request, row, defaults | read_settings(self.user, request.data))

    @extend_schema(
        operation_id="portfolios_update",
        request=PortfolioBody(partial=True),
        responses={200: PortfolioSerializer, **ERRORS},
        parameters=[IF_MATCH],
        tags=["Portfolios"],
    )
    def patch(self, request: Request, portfolio_id: UUID) -> Response:
        """Change some settings."""
        row = self.find_managed_portfolio(portfolio_id)
        return self._update(request, row, read_settings(self.user, request.data, partial=True))

    @extend_schema(operation_id="portfolios_delete", responses={204: None, **ERRORS}, parameters=[IF_MATCH], tags=["Portfolios"])
    def delete(self, request: Request, portfolio_id: UUID) -> Response:
        """Delete the portfolio with everything recorded in it."""
        row = self.find_managed_portfolio(portfolio_id)
        delete_portfolio(actor=self.user, portfolio=row, expected_version=read_expected_version(request, current=row.version))
        return answer_deleted()

    def _update(self, request: Request, row: Portfolio, changes: dict[str, Any]) -> Response:
        expected = read_expected_version(request, current=row.version)
        row = update_portfolio(actor=self.user, portfolio=row, expected_version=expected, **changes)
        return answer_object(show_portfolio(row), version=row.version)


class AccountsView(PortfolioAPIView):
    scope_area = "portfolio"
    pagination_class = AccountPages

    @extend_schema(operation_id="accounts_list", responses=AccountSerializer(many=True), parameters=[IF_NONE_MATCH], tags=["Portfolios"])
    def get(self, request: Request, portfolio_id: UUID) -> Response:
        """List the accounts (depots, wallets) of a portfolio."""
        pages = self.pagination_class()
        rows = pages.paginate_queryset(list_accounts(portfolio=self.find_managed_portfolio(portfolio_id)), request, view=self)
        return answer_by_content(request, pages.wrap([show_account(row) for row in rows]))

    @extend_schema(
        operation_id="accounts_create",
        request=AccountBody,
        responses={201: AccountSerializer, **ERRORS},
        parameters=[KEY_PARAMETER],
        tags=["Portfolios"],
    )
    @idempotent
    def post(self, request: Request, portfolio_id: UUID) -> Response:
        """Open an account."""
        row = create_account(actor=self.user, portfolio=self.find_managed_portfolio(portfolio_id), **read_body(AccountBody, request.data))
        return Response(show_account(row), status=201, headers={"Location": f"/api/v1/portfolios/{portfolio_id}/accounts/{row.pk}"})


class AccountView(PortfolioAPIView):
    scope_area = "portfolio"

    @extend_schema(
        operation_id="accounts_read", responses={200: AccountSerializer, 404: ErrorSerializer}, parameters=[IF_NONE_MATCH], tags=["Portfolios"]
    )
    def get(self, request: Request, portfolio_id: UUID, account_id: UUID) -> Response:
        """Read one account."""
        return answer_by_content(request, show_account(self._find(portfolio_id, account_id)))

    @extend_schema(
        operation_id="accounts_update", request=AccountBody(partial=True), responses={200: AccountSerializer, **ERRORS}, tags=["Portfolios"]
    )
    def patch(self, request: Request, portfolio_id: UUID, account_id: UUID) -> Response:
        """Rename the account; its entries stay with it."""
        row = self._find(portfolio_id, account_id)
        return Response(
            show_account(rename_account(actor=self.user, account=row, **{"name": row.name, **read_body(AccountBody, request.data, partial=True)}))
        )

    @extend_schema(operation_id="accounts_delete", responses={204: None, **ERRORS}, tags=["Portfolios"])
    def delete(self, request: Request, portfolio_id: UUID, account_id: UUID) -> Response:
        """Remove an account without entries."""
        delete_account(actor=self.user, account=self._find(portfolio_id, account_id))
        return answer_deleted()

    def _find(self, portfolio_id: UUID, account_id: UUID) -> BrokerageAccount:
        row = list_accounts(portfolio=self.find_managed_portfolio(portfolio_id)).filter(pk=account_id).first()
        if row is None:
            raise NotFoundError("There is no such account.")
        return row


def show_version(request: Request, data: dict[str, Any], version: str) -> Response:
    return answer_if_changed(request, version, lambda: data)


def show_portfolio(row: Portfolio) -> dict[str, Any]:
    values = {name: getattr(row, name) for name in PORTFOLIO_FIELDS}
    shared = {"access": "owner" if row.is_own else row.reader_role, "shared_by": row.owner_name or None}
    return {**values, "benchmark": row.benchmark.symbol if row.benchmark else None, **shared}


def show_account(row: BrokerageAccount) -> dict[str, Any]:
    return {"id": row.pk, "name": row.name, "created_at": row.created_at}


def read_settings(user: User, data: Any, *, partial: bool = False) -> dict[str, Any]:
    """Return the settings of a body; the benchmark's symbol becomes the instrument."""
    values = read_body(PortfolioBody, data, partial=partial)
    if values.get("benchmark"):
        values["benchmark"] = get_instrument(user=user, symbol=values["benchmark"])
    return values
