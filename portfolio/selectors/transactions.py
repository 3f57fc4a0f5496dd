"""The ledger as lists."""

import datetime as dt
from uuid import UUID

from django.db.models import Q, QuerySet

from common.errors import NotFoundError
from common.identifiers import read_uuid
from portfolio.models import BrokerageAccount, ImportBatch, Portfolio, Transaction
from portfolio.selectors.access import require_amounts


def list_transactions(
    *,
    portfolio: Portfolio,
    kind: str | None = None,
    symbol: str | None = None,
    start: dt.date | None = None,
    end: dt.date | None = None,
    account: str | None = None,
    text: str | None = None,
) -> QuerySet[Transaction]:
    """Return the portfolio's entries, newest first. `start` and `end` are included; `text` is looked for in symbol, name, note and number."""
    require_amounts(portfolio)
    wanted = Q(portfolio=portfolio)
    for name, value in (
        ("kind", kind),
        ("instrument__symbol", symbol),
        ("trade_date__gte", start),
        ("trade_date__lte", end),
        ("account__name", account),
    ):
        if value:
            wanted &= Q((name, value))
    if text:
        wanted &= (
            Q(instrument__symbol__icontains=text) | Q(instrument__name__icontains=text) | Q(note__icontains=text) | Q(external_id__icontains=text)
        )
    return Transaction.objects.filter(wanted).select_related("instrument", "account", "counter_account").order_by("-trade_date", "-sequence")


def get_transaction(*, portfolio: Portfolio, transaction_id: UUID | str) -> Transaction:
    """Return one entry of the portfolio; raise NotFoundError."""
    require_amounts(portfolio)
    wanted = read_uuid(transaction_id)
    rows = Transaction.objects.filter(portfolio=portfolio).select_related("instrument", "account", "counter_account")
    found = rows.filter(pk=wanted).first() if wanted else None
    if found is None:
        raise NotFoundError("There is no such transaction.")
    found.portfolio = portfolio
    return found


def list_imports(*, portfolio: Portfolio) -> QuerySet[ImportBatch]:
    """Return the portfolio's imports, newest first, undone ones included."""
    require_amounts(portfolio)
    return ImportBatch.objects.filter(portfolio=portfolio).select_related("created_by")


def get_import(*, portfolio: Portfolio, import_id: UUID | str) -> ImportBatch:
    """Return one import of the portfolio; raise NotFoundError."""
    wanted = read_uuid(import_id)
    found = list_imports(portfolio=portfolio).filter(pk=wanted).first() if wanted else None
    if found is None:
        raise NotFoundError("There is no such import.")
    return found


def list_accounts(*, portfolio: Portfolio) -> QuerySet[BrokerageAccount]:
    """Return the portfolio's accounts by name."""
    require_amounts(portfolio)
    return BrokerageAccount.objects.filter(portfolio=portfolio).order_by("name")


def get_account(*, portfolio: Portfolio, account_id: UUID | str) -> BrokerageAccount:
    """Return one account of the portfolio; raise NotFoundError."""
    wanted = read_uuid(account_id)
    found = list_accounts(portfolio=portfolio).filter(pk=wanted).first() if wanted else None
    if found is None:
        raise NotFoundError("There is no such account.")
    return found
