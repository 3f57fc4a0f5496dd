"""/api/v1/portfolios/{id}/shares: to whom a portfolio is open."""

from typing import Any
from uuid import UUID

from django.http import HttpRequest
from django.urls import reverse
from drf_spectacular.utils import extend_schema
from rest_framework.request import Request
from rest_framework.response import Response

from accounts.api.idempotency import KEY_PARAMETER, idempotent
from accounts.api.serializers import ErrorSerializer
from common.api.etags import answer_by_content, answer_if_changed, answer_object, read_expected_version
from common.api.pagination import CursorPages
from common.api.serializers import read_body
from common.errors import InvalidInputError
from portfolio.api.base import IF_MATCH, IF_NONE_MATCH, PortfolioAPIView, answer_deleted
from portfolio.api.schemas.shares import NewShareBody, NewShareSerializer, ShareBody, ShareSerializer
from portfolio.models import Portfolio, Share
from portfolio.selectors.access import get_managed_portfolio, get_share, list_shares
from portfolio.services.sharing import change_grant, create_share_link, grant_access, revoke_access

TAGS = ["Sharing"]
ERRORS = {400: ErrorSerializer, 403: ErrorSerializer, 404: ErrorSerializer, 409: ErrorSerializer}
FIELDS = ("id", "kind", "role", "state", "expires_at", "look_count", "last_look_at", "created_at", "updated_at")


class SharePages(CursorPages):
    ordering = ("created_at", "id")


class SharesView(PortfolioAPIView):
    pagination_class = SharePages

    @extend_schema(
        operation_id="shares_list", responses={200: ShareSerializer(many=True), 403: ErrorSerializer}, parameters=[IF_NONE_MATCH], tags=TAGS
    )
    def get(self, request: Request, portfolio_id: UUID) -> Response:
        """List the grants and links of one's portfolio, oldest first."""
        pages = self.pagination_class()
        rows = pages.paginate_queryset(list_shares(portfolio=_find_own(self, portfolio_id)), request, view=self)
        return answer_by_content(request, pages.wrap([show_share(row) for row in rows]))

    @extend_schema(
        operation_id="shares_create",
        request=NewShareBody,
        responses={201: NewShareSerializer, **ERRORS, 422: ErrorSerializer},
        parameters=[KEY_PARAMETER],
        tags=TAGS,
    )
    def post(self, request: Request, portfolio_id: UUID) -> Response:
        """Grant access to the person of an e-mail address, or make a link.

        The answer to an address is the same whether it has an account. The address of a link is told once: a repeated request with
        the same Idempotency-Key gets null, because it is not stored.
        """
        self.token = ""
        answer = self._create(request, portfolio_id)
        if answer.status_code == 201:
            answer.data = {**answer.data, "url": name_link(request, self.token) if self.token else None}
        return answer

    @idempotent
    def _create(self, request: Request, portfolio_id: UUID) -> Response:
        portfolio = _find_own(self, portfolio_id)
        share, self.token = _make(self, portfolio, read_body(NewShareBody, request.data))
        return answer_object(show_share(share), version=share.version, status=201, location=f"{request.path}/{share.pk}")


class ShareView(PortfolioAPIView):
    @extend_schema(
        operation_id="shares_read",
        responses={200: ShareSerializer, 403: ErrorSerializer, 404: ErrorSerializer},
        parameters=[IF_NONE_MATCH],
        tags=TAGS,
    )
    def get(self, request: Request, portfolio_id: UUID, share_id: UUID) -> Response:
        """Read one grant or link."""
        row = self._find(portfolio_id, share_id)
        return answer_if_changed(request, row.version, lambda: show_share(row))

    @extend_schema(
        operation_id="shares_update",
        request=ShareBody(partial=True),
        responses={200: ShareSerializer, **ERRORS, 412: ErrorSerializer},
        parameters=[IF_MATCH],
        tags=TAGS,
    )
    def patch(self, request: Request, portfolio_id: UUID, share_id: UUID) -> Response:
        """Change what a grant or link shows, or when it ends. Holds from the next request on."""
        row = self._find(portfolio_id, share_id)
        expected = read_expected_version(request, current=row.version)
        row = change_grant(actor=self.user, share=row, expected_version=expected, **read_body(ShareBody, request.data, partial=True))
        return answer_object(show_share(row), version=row.version)

    @extend_schema(operation_id="shares_delete", responses={204: None, **ERRORS, 412: ErrorSerializer}, parameters=[IF_MATCH], tags=TAGS)
    def delete(self, request: Request, portfolio_id: UUID, share_id: UUID) -> Response:
        """Take a grant or link back. Holds from the next request on."""
        row = self._find(portfolio_id, share_id)
        revoke_access(actor=self.user, share=row, expected_version=read_expected_version(request, current=row.version))
        return answer_deleted()

    def _find(self, portfolio_id: UUID, share_id: UUID) -> Share:
        return get_share(portfolio=_find_own(self, portfolio_id), share_id=share_id)


def show_share(row: Share) -> dict[str, Any]:
    return {**{name: getattr(row, name) for name in FIELDS}, "email": row.email or None, "label": row.label}


def name_link(request: HttpRequest | Request, token: str) -> str:
    """Return the whole address of a link."""
    return request.build_absolute_uri(reverse("portfolio:shared", args=[token]))


def _find_own(view: PortfolioAPIView, portfolio_id: UUID) -> Portfolio:
    """Also to read: to whom a portfolio is open is for its owner to know."""
    return get_managed_portfolio(user=view.user, portfolio_id=portfolio_id)


def _make(view: PortfolioAPIView, portfolio: Portfolio, values: dict[str, Any]) -> tuple[Share, str]:
    kind = values.pop("kind")
    foreign = "label" if kind == Share.Kind.PERSON else "email"
    if values.get(foreign):
        raise InvalidInputError(f"{foreign}: does not belong to a {kind}.", code="unknown_field", field=foreign)
    values.pop(foreign, None)
    if kind == Share.Kind.LINK:
        return create_share_link(actor=view.user, portfolio=portfolio, **values)
    if "email" not in values:
        raise InvalidInputError("email: name the person's address.", code="required", field="email")
    return grant_access(actor=view.user, portfolio=portfolio, **values), ""
