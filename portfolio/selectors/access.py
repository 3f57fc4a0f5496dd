"""Portfolios as their reader may see them."""

from typing import TYPE_CHECKING
from uuid import UUID

from common.errors import NotFoundError
from common.identifiers import read_uuid
from portfolio.models import Portfolio
from portfolio.models.portfolio import PortfolioQuerySet

if TYPE_CHECKING:
    from accounts.models import User


def list_portfolios(*, user: "User") -> PortfolioQuerySet:
    """Return the portfolios the user may read, oldest first."""
    return Portfolio.objects.visible_to(user).select_related("benchmark")


def get_portfolio(*, user: "User", portfolio_id: UUID | str) -> Portfolio:
    """Return the portfolio if the user may read it; raise NotFoundError."""
    return _one(Portfolio.objects.visible_to(user), user, portfolio_id)


def get_editable_portfolio(*, user: "User", portfolio_id: UUID | str) -> Portfolio:
    """Return the portfolio if the user may change it; raise NotFoundError."""
    return _one(Portfolio.objects.editable_by(user), user, portfolio_id)


def get_default_portfolio(*, user: "User") -> Portfolio | None:
    """Return the user's oldest portfolio, if there is one."""
    return list_portfolios(user=user).first()


def _one(queryset: PortfolioQuerySet, user: "User", portfolio_id: UUID | str) -> Portfolio:
    wanted = read_uuid(portfolio_id)
    # Without the order of lists, which one row has no need of.
    found = next(iter(queryset.select_related("benchmark").order_by().filter(pk=wanted)), None) if wanted else None
    if found is None:
        raise NotFoundError("There is no such portfolio.")
    if found.owner_id == user.pk:
        # Known already: not read again with every portfolio.
        found.owner = user
    return found
