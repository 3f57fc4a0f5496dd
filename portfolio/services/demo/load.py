"""The demo user with two portfolios over the ten years that end today. All prices are simulated and say so."""

from dataclasses import dataclass
from datetime import date

from django.conf import settings

from accounts.models import User
from accounts.services.users import create_user
from common.atomic import atomic_with_retry
from common.errors import PreconditionError
from portfolio.models import Instrument, Portfolio, Transaction
from portfolio.providers.listing import BENCHMARK
from portfolio.providers.registry import get_simulated_market
from portfolio.services.demo.book import Book
from portfolio.services.demo.long_term import write_long_term
from portfolio.services.demo.market import MarketWindow
from portfolio.services.demo.trading import write_trading
from portfolio.services.imports import run_import
from portfolio.services.market_data import list_simulated_instruments, update_fx_rates, update_prices
from portfolio.services.portfolios import create_portfolio

DEMO_EMAIL = "demo@example.com"
DEMO_PASSWORD = "demo-portfolio-2026"  # noqa: S105 -- published on purpose: the sign-in page of a demo shows it
YEARS = 10


@dataclass(frozen=True, slots=True)
class DemoReport:
    """`created` is False when the demo user was there already; then nothing was changed."""

    created: bool
    email: str
    portfolios: int
    transactions: int
    prices: int


@atomic_with_retry
def load_demo(*, today: date) -> DemoReport:
    """Create the demo once; all of it or nothing. Raises PreconditionError where DEMO is off."""
    if not settings.DEMO:
        raise PreconditionError("The demo is switched off here; set DEMO=1 to load it.", code="demo_off")
    if User.objects.filter(email=DEMO_EMAIL).exists():
        return DemoReport(created=False, email=DEMO_EMAIL, portfolios=0, transactions=0, prices=0)
    list_simulated_instruments()
    prices = update_prices(until=today).prices
    user = create_user(email=DEMO_EMAIL, password=DEMO_PASSWORD, name="Demo", base_currency="EUR")
    market = MarketWindow(get_simulated_market(), start=_years_before(today, YEARS), end=today)
    recorded = _load_long_term(user, market) + _load_trading(user, market)
    update_fx_rates(until=today)
    return DemoReport(created=True, email=user.email, portfolios=2, transactions=recorded, prices=prices)


def _years_before(day: date, years: int) -> date:
    # 29 February has no counterpart in most years.
    return day.replace(year=day.year - years, day=min(day.day, 28))


def _load_long_term(user: User, market: MarketWindow) -> int:
    benchmark = Instrument.objects.get(owner=None, symbol=BENCHMARK)
    portfolio = create_portfolio(actor=user, name="Long-term", base_currency="EUR", lot_method="fifo", cash_tracking=True, benchmark=benchmark)
    book = Book(market)
    write_long_term(book, seed=settings.DEMO_SEED)
    return _fill(user, portfolio, book)


def _load_trading(user: User, market: MarketWindow) -> int:
    portfolio = create_portfolio(actor=user, name="Trading", base_currency="USD", lot_method="hifo")
    book = Book(market)
    write_trading(book, seed=settings.DEMO_SEED)
    return _fill(user, portfolio, book)


def _fill(user: User, portfolio: Portfolio, book: Book) -> int:
    """Put the written rows in through the importer, like everybody's files. A row that it refuses is a fault of this program."""
    result = run_import(actor=user, portfolio=portfolio, content=book.as_csv(), file_name=f"demo {portfolio.name}.csv", format="csv")
    if result.problems:
        first = result.problems[0]
        raise RuntimeError(f"the demo's own file has {len(result.problems)} problems; line {first.line}: {first.message}")
    Portfolio.objects.filter(pk=portfolio.pk).update(is_demo=True)
    return Transaction.objects.filter(portfolio=portfolio).count()
