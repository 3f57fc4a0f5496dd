"""Fill a database with users, portfolios and ledgers of a chosen size, for load tests. Everything is invented.

The rows go in by COPY, past the services that would check one entry after the other: the ledgers are valid by the way
they are written, and the database's own constraints check every row all the same.
"""

import itertools
import secrets
from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass
from datetime import date, timedelta
from typing import Any

from django.contrib.auth.hashers import make_password
from django.db import connection, transaction
from django.utils import timezone

from accounts.models import User
from common.errors import ConflictError, PreconditionError
from common.identifiers import uuid7
from portfolio.models import BrokerageAccount, Instrument, Portfolio
from portfolio.providers.listing import LOAD_LISTINGS
from portfolio.providers.registry import get_simulated_market
from portfolio.services.market_data import append_rates, list_simulated_instruments, update_prices
from portfolio.services.seeding.ledger import Market, write_entries

HISTORY = timedelta(days=3652)
# A COPY must end before the database's statement time-out, and a batch of lines must fit in memory.
COPY_ROWS = 20_000
COLUMNS = (
    "id", "portfolio_id", "account_id", "kind", "instrument_id", "trade_date", "quantity", "price", "amount", "fee", "tax", "currency",
    "note", "external_id", "sequence", "created_at", "updated_at",
)  # fmt: skip
METHODS = ("fifo", "average", "hifo")


@dataclass(frozen=True, slots=True)
class SeedPlan:
    """`large` lists the sizes of portfolios that the first user owns besides his ordinary ones."""

    users: int
    portfolios: int
    transactions: int
    large: tuple[int, ...]
    seed: int

    @property
    def total(self) -> int:
        return self.users * self.portfolios * self.transactions + sum(self.large)


@dataclass(frozen=True, slots=True)
class SeedReport:
    users: int
    portfolios: int
    transactions: int
    prices: int
    password: str


def seed_load(*, plan: SeedPlan, today: date, report_progress: Callable[[int], None]) -> SeedReport:
    """Create the plan's rows in one transaction. Raises ConflictError when the test users exist.

    `report_progress` is told how many transactions have been written since the last time.
    """
    password = secrets.token_urlsafe(12)
    with transaction.atomic(), connection.cursor() as cursor:
        # The checks of foreign keys would otherwise pile up until the commit and meet the statement time-out there.
        cursor.execute("SET CONSTRAINTS ALL IMMEDIATE")
        prices = _seed_market(today)
        users = _create_users(plan.users, password)
        owned = _create_portfolios(users, plan)
        lines = _write_lines(owned, plan, today)
        for batch in _batched(lines, COPY_ROWS):
            _copy(cursor, batch)
            report_progress(len(batch))
        cursor.execute("ANALYZE")
    return SeedReport(len(users), len(owned), plan.total, prices, password)


def email_of(number: int) -> str:
    """Return the address of a test user, counted from 1."""
    return f"load{number:04}@example.com"


def _seed_market(today: date) -> int:
    list_simulated_instruments(listings=LOAD_LISTINGS)
    append_rates(get_simulated_market(), None, today)
    return update_prices(until=today).prices


def _create_users(count: int, password: str) -> list[User]:
    if User.objects.filter(email=email_of(1)).exists():
        raise ConflictError("The test users are here already; use an empty database.", code="already_seeded")
    # One hash for all: a hundred would cost as much time as the rest.
    hashed = make_password(password)
    numbers = range(1, count + 1)
    return User.objects.bulk_create(User(email=email_of(number), name=f"Load {number}", base_currency="EUR", password=hashed) for number in numbers)


def _create_portfolios(users: list[User], plan: SeedPlan) -> list[tuple[BrokerageAccount, int]]:
    """Return an account and a number of transactions for each new portfolio."""
    benchmark = Instrument.objects.get(owner=None, symbol=LOAD_LISTINGS[0].symbol)
    rows = [
        (Portfolio(owner=user, name=f"Portfolio {number + 1}", base_currency="EUR", lot_method=METHODS[number % 3]), plan.transactions)
        for user in users
        for number in range(plan.portfolios)
    ]
    rows += [(Portfolio(owner=users[0], name=f"Large {size}", base_currency="EUR"), size) for size in plan.large]
    for portfolio, size in rows:
        portfolio.benchmark, portfolio.next_sequence = benchmark, size + 1
    Portfolio.objects.bulk_create(portfolio for portfolio, _ in rows)
    accounts = BrokerageAccount.objects.bulk_create(BrokerageAccount(portfolio=portfolio, name="Main") for portfolio, _ in rows)
    return list(zip(accounts, (size for _, size in rows), strict=True))


def _write_lines(owned: list[tuple[BrokerageAccount, int]], plan: SeedPlan, today: date) -> Iterator[str]:
    symbols = [listing.symbol for listing in LOAD_LISTINGS]
    ids = dict(Instrument.objects.filter(owner=None, symbol__in=symbols).values_list("symbol", "pk"))
    market = read_market(today)
    if not market.days:
        raise PreconditionError("There are no simulated prices: MARKET_DATA must name the provider `simulated`.", code="no_prices")
    now = timezone.now().isoformat()
    for stream, (account, size) in enumerate(owned):
        entries = write_entries(market, count=size, seed=plan.seed, stream=stream)
        for sequence, entry in enumerate(entries, start=1):
            listing = LOAD_LISTINGS[entry.instrument]
            yield (
                f"{uuid7().hex}\t{account.portfolio_id}\t{account.pk}\t{entry.kind}\t{ids[listing.symbol]}\t{entry.day}\t{entry.quantity}\t{entry.price}\t"
                f"{entry.amount}\t{entry.fee}\t{entry.tax}\t{listing.currency}\t\t\t{sequence}\t{now}\t{now}\n"
            )


def read_market(today: date) -> Market:
    """Return the stored closes, so that trades are at prices that the figures will show."""
    start = today - HISTORY
    columns = []
    days: list[date] = []
    for listing in LOAD_LISTINGS:
        rows = Instrument.objects.get(owner=None, symbol=listing.symbol).prices.filter(date__gte=start).order_by("date").values_list("date", "close")
        days = [day for day, _ in rows]
        columns.append([float(close) for _, close in rows])
    return Market(days=days, closes=columns)


def _copy(cursor: Any, lines: list[str]) -> None:
    with cursor.copy(f"COPY portfolio_transaction ({', '.join(COLUMNS)}) FROM STDIN") as copy:
        copy.write("".join(lines))


def _batched(lines: Iterable[str], size: int) -> Iterator[list[str]]:
    rest = iter(lines)
    while batch := list(itertools.islice(rest, size)):
        yield batch
