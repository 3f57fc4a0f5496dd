"""Which portfolio the person looked at last: kept in the browser's session."""

from django.http import HttpRequest

from portfolio.models import Portfolio
from portfolio.selectors.access import list_portfolios
from portfolio.views.answers import PageRequest

SESSION_KEY = "portfolio_id"


def find_remembered_id(request: HttpRequest) -> str:
    """Return the id of the portfolio looked at last, or nothing."""
    return str(request.session.get(SESSION_KEY, ""))


def remember_portfolio(request: HttpRequest, portfolio: Portfolio) -> None:
    """Make this the portfolio that the dashboard opens; writes the session only when it changes."""
    if find_remembered_id(request) != str(portfolio.pk):
        request.session[SESSION_KEY] = str(portfolio.pk)


def list_own_portfolios(request: HttpRequest) -> list[Portfolio]:
    """Return the portfolios of the person: the page and the bars around it ask one after the other, the database is asked once."""
    if not request.user.is_authenticated:
        return []
    known: list[Portfolio] | None = getattr(request, "_own_portfolios", None)
    if known is None:
        known = list(list_portfolios(user=request.user))
        request._own_portfolios = known  # type: ignore[attr-defined]
    return known


def select_portfolio(request: PageRequest) -> tuple[Portfolio | None, list[Portfolio]]:
    """Return the portfolio asked for by `?portfolio=`, else the one looked at last, else the oldest; and all of them."""
    portfolios = list_own_portfolios(request)
    wanted = (request.GET.get("portfolio", ""), find_remembered_id(request))
    found = next((one for name in wanted for one in portfolios if str(one.pk) == name), None) or next(iter(portfolios), None)
    return found, portfolios
