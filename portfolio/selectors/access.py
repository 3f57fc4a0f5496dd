"""Portfolios as their reader may see them.

Who may not see one learns nothing of it (NotFoundError); who may look but not do more is told so (NotAllowedError).
"""

import hashlib
from typing import TYPE_CHECKING
from uuid import UUID

from django.db.models import QuerySet

from accounts.models import User
from common.errors import NotAllowedError, NotFoundError
from common.identifiers import read_uuid
from portfolio.models import AccessReason, Portfolio, Share
from portfolio.models.portfolio import PortfolioQuerySet
from portfolio.models.share import OwnerName

if TYPE_CHECKING:
    from portfolio.models.share import ShareQuerySet

LONGEST_TOKEN = 100
SHOWN_REASONS = 20


def list_portfolios(*, user: User) -> PortfolioQuerySet:
    """Return the portfolios the user may read, oldest first, each with `reader_role` and, where another shares it, `owner_name`."""
    return Portfolio.objects.visible_to(user).select_related("benchmark").annotate(owner_name=OwnerName(user.pk))  # type: ignore[no-redef]  # fills it


def get_portfolio(*, user: User, portfolio_id: UUID | str) -> Portfolio:
    """Return the portfolio if the user may read it; raise NotFoundError."""
    wanted = read_uuid(portfolio_id)
    # Without the order of lists, which one row has no need of.
    rows = Portfolio.objects.visible_to(user).select_related("benchmark").order_by().filter(pk=wanted) if wanted else ()
    found = next(iter(rows), None)
    if found is None:
        raise NotFoundError("There is no such portfolio.")
    if found.owner_id == user.pk:
        # Known already: not read again with every portfolio.
        found.owner = user
    else:
        found.owner_name = found.owner.get_full_name()
    return found


def get_editable_portfolio(*, user: User, portfolio_id: UUID | str) -> Portfolio:
    """Return the portfolio if the user may change its entries; raise NotFoundError, or NotAllowedError when he may only read."""
    found = get_portfolio(user=user, portfolio_id=portfolio_id)
    if not found.is_editable:
        raise NotAllowedError("You may read this portfolio, but not change it. Its owner can let you edit.", code="read_only")
    return found


def get_managed_portfolio(*, user: User, portfolio_id: UUID | str) -> Portfolio:
    """Return the portfolio if it is the user's own; raise NotFoundError, or NotAllowedError when it is only shared with him."""
    found = get_portfolio(user=user, portfolio_id=portfolio_id)
    if not found.is_own:
        raise NotAllowedError("Only its owner may set up, share or delete this portfolio.", code="owner_only")
    return found


def require_amounts(portfolio: Portfolio) -> None:
    """Raise NotAllowedError unless the portfolio's reader may see amounts."""
    if not portfolio.shows_amounts:
        raise NotAllowedError("Only percentages of this portfolio are shared with you; this would show amounts.", code="amounts_hidden")


def explain_closed(*, user: User, portfolio_id: UUID) -> NotFoundError | NotAllowedError:
    """Return why a portfolio could not be taken for a change: not there for the user, or there only to be read."""
    if not Portfolio.objects.visible_to(user).filter(pk=portfolio_id).exists():
        return NotFoundError("There is no such portfolio, or you may not change it.")
    return NotAllowedError("You may read this portfolio, but not do this. Ask its owner.", code="read_only")


def get_default_portfolio(*, user: User) -> Portfolio | None:
    """Return the user's oldest portfolio, if there is one."""
    return list_portfolios(user=user).first()


def find_book_owner(portfolio: Portfolio, actor: User) -> User:
    """Return whose instruments the entries of a portfolio name: its owner's, whoever writes."""
    return actor if portfolio.owner_id == actor.pk else portfolio.owner


def list_shares(*, portfolio: Portfolio) -> "ShareQuerySet":
    """Return to whom the portfolio has been opened, oldest first, what is over included."""
    return Share.objects.filter(portfolio=portfolio).order_by("created_at", "id")


def get_share(*, portfolio: Portfolio, share_id: UUID | str) -> Share:
    """Return one share of the portfolio; raise NotFoundError."""
    wanted = read_uuid(share_id)
    found = list_shares(portfolio=portfolio).filter(pk=wanted).first() if wanted else None
    if found is None:
        raise NotFoundError("There is no such share.")
    found.portfolio = portfolio
    return found


def list_access_reasons(*, portfolio: Portfolio) -> QuerySet[AccessReason]:
    """Return why people of the staff looked at the portfolio's amounts, newest first."""
    return AccessReason.objects.filter(portfolio=portfolio).select_related("user")[:SHOWN_REASONS]


def get_linked_portfolio(*, token: str) -> tuple[Portfolio, Share]:
    """Return the portfolio that a link shows, with the role of the link; raise NotFoundError for one that is wrong, over or revoked."""
    rows = Share.objects.live_links().filter(token_hash=hash_token(token), portfolio__owner__is_active=True)
    share = rows.select_related("portfolio__owner", "portfolio__benchmark").first() if len(token) <= LONGEST_TOKEN else None
    if share is None:
        raise NotFoundError("This link does not work: it is wrong, has expired or was taken back.")
    portfolio = share.portfolio
    portfolio.reader_role, portfolio.owner_name = share.role, portfolio.owner.get_full_name()
    return portfolio, share


def hash_token(token: str) -> str:
    """Return what is stored of a link's token. It has 256 random bits, so a plain hash cannot be turned back."""
    return hashlib.sha256(token.encode("utf-8", "surrogatepass")).hexdigest()
