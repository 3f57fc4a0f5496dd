"""Which portfolio a page is about: the one of its address, or the one looked at last, which is kept in the browser's session."""

from uuid import UUID

from django.http import HttpRequest

from portfolio.models import Portfolio
from portfolio.selectors.access import get_editable_portfolio, get_managed_portfolio, get_portfolio, list_portfolios
from portfolio.services.sharing import note_look
from portfolio.views.answers import PageRequest

SESSION_KEY = "portfolio_id"


def find_remembered_id(request: HttpRequest) -> str:
    """Return the id of the portfolio looked at last, or nothing."""
    return str(request.session.get(SESSION_KEY, ""))


def remember_portfolio(request: HttpRequest, portfolio: Portfolio) -> None:
    """Make this the portfolio that the dashboard opens; writes the session only when it changes."""
    if find_remembered_id(request) != str(portfolio.pk):
        request.session[SESSION_KEY] = str(portfolio.pk)


def find_portfolio(request: PageRequest, portfolio_id: UUID) -> Portfolio:
    """Return the portfolio of the address, if the person may look at it; a look at another's is counted."""
    portfolio = get_portfolio(user=request.user, portfolio_id=portfolio_id)
    note_look(actor=request.user, portfolio=portfolio)
    return portfolio


def find_editable(request: PageRequest, portfolio_id: UUID) -> Portfolio:
    """Return the portfolio of the address, if the person may record entries in it."""
    portfolio = get_editable_portfolio(user=request.user, portfolio_id=portfolio_id)
    note_look(actor=request.user, portfolio=portfolio)
    return portfolio


def find_managed(request: PageRequest, portfolio_id: UUID) -> Portfolio:
    """Return the portfolio of the address, if it is the person's own."""
    return get_managed_portfolio(user=request.user, portfolio_id=portfolio_id)


def list_open_portfolios(request: HttpRequest) -> list[Portfolio]:
    """Return the portfolios that the person may see, the own ones first.

    The page and the bars around it ask one after the other, the database is asked once.
    """
    if not request.user.is_authenticated:
        return []
    known: list[Portfolio] | None = getattr(request, "_open_portfolios", None)
    if known is None:
        known = sorted(list_portfolios(user=request.user), key=lambda portfolio: not portfolio.is_own)
        request._open_portfolios = known  # type: ignore[attr-defined]
    return known


def select_portfolio(request: PageRequest) -> tuple[Portfolio | None, list[Portfolio]]:
    """Return the portfolio asked for by `?portfolio=`, else the one looked at last, else the oldest; and all of them."""
    portfolios = list_open_portfolios(request)
    wanted = (request.GET.get("portfolio", ""), find_remembered_id(request))
    found = next((one for name in wanted for one in portfolios if str(one.pk) == name), None) or next(iter(portfolios), None)
    return found, portfolios
