"""The way around: which portfolio is selected, and the addresses of the top and bottom bars."""

from dataclasses import dataclass
from functools import cached_property

from django.http import HttpRequest
from django.urls import NoReverseMatch, reverse

from portfolio.models import Portfolio
from portfolio.views.selection import find_remembered_id, list_open_portfolios

# Label, icon, name of the page, whether it belongs to one portfolio, and what one must be allowed there.
PAGES = (
    ("Dashboard", "layout-dashboard", "portfolio:dashboard", False, ""),
    ("Holdings", "chart-pie", "portfolio:detail", True, ""),
    ("Transactions", "arrow-left-right", "portfolio:transactions", True, "shows_amounts"),
    ("Import", "upload", "portfolio:imports", True, "is_editable"),
    ("Instruments", "chart-candlestick", "portfolio:instruments", False, ""),
)
RIGHTS = {page: right for _, _, page, of_portfolio, right in PAGES if of_portfolio}
# A page that lies below another one keeps that one marked in the bars.
FAMILIES = {
    "transaction": "portfolio:transactions",
    "import": "portfolio:imports",
    "instrument": "portfolio:instruments",
    "price": "portfolio:instruments",
}


@dataclass(frozen=True, slots=True)
class Link:
    label: str
    icon: str
    address: str
    is_current: bool


@dataclass(frozen=True, slots=True)
class Choice:
    """One line of the portfolio switcher: the present page for another portfolio."""

    portfolio: Portfolio
    address: str
    is_current: bool


class Navigation:
    """Reads the user's portfolios at most once, and only on a page that shows them."""

    def __init__(self, request: HttpRequest) -> None:
        self._request = request

    @cached_property
    def portfolios(self) -> list[Portfolio]:
        return list_open_portfolios(self._request)

    @cached_property
    def portfolio(self) -> Portfolio | None:
        """The portfolio of the page, else the one looked at last, else the oldest."""
        wanted = self._find_id()
        return next((one for one in self.portfolios if str(one.pk) == wanted), None) or next(iter(self.portfolios), None)

    @cached_property
    def links(self) -> list[Link]:
        current = self._find_page()
        return [
            Link(label, icon, reverse(page, args=[self.portfolio.pk] if of_portfolio and self.portfolio else None), page == current)
            for label, icon, page, of_portfolio, right in PAGES
            if not of_portfolio or (self.portfolio and (not right or getattr(self.portfolio, right)))
        ]

    @cached_property
    def choices(self) -> list[Choice]:
        return [Choice(one, self._find_twin(one), one == self.portfolio) for one in self.portfolios]

    def _find_id(self) -> str:
        match = self._request.resolver_match
        if match and "portfolio_id" in match.kwargs:
            return str(match.kwargs["portfolio_id"])
        return self._request.GET.get("portfolio", "") or find_remembered_id(self._request)

    def _find_page(self) -> str:
        match = self._request.resolver_match
        name = match.view_name if match else ""
        page = name.partition(":")[2]
        return next((family for start, family in FAMILIES.items() if page.startswith(start)), name)

    def _find_twin(self, portfolio: Portfolio) -> str:
        """The same page of another portfolio, where there is one that may be seen; else its dashboard."""
        match = self._request.resolver_match
        if match and list(match.kwargs) == ["portfolio_id"]:
            page = match.view_name if _may_see(portfolio, match.view_name) else "portfolio:detail"
            try:
                return reverse(page, kwargs={"portfolio_id": portfolio.pk})
            except NoReverseMatch:
                return reverse("portfolio:detail", kwargs={"portfolio_id": portfolio.pk})
        return f"{reverse('portfolio:dashboard')}?portfolio={portfolio.pk}"


def _may_see(portfolio: Portfolio, page: str) -> bool:
    """Pages that are not in the bars are about setting the portfolio up: its owner's."""
    right = RIGHTS.get(page, "is_own")
    return not right or bool(getattr(portfolio, right))
