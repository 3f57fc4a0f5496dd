"""The transactions of a portfolio as a list; deleting one, and taking the deletion back."""

from typing import Any
from uuid import UUID

from django.http import Http404, HttpResponse
from django.shortcuts import render
from django.urls import reverse
from django.views.decorators.http import require_GET, require_POST

from common.errors import DomainError
from portfolio.forms.filters import LedgerFilterForm
from portfolio.forms.kinds import LAYOUTS
from portfolio.models import Transaction
from portfolio.selectors.ledger_pages import get_ledger_page
from portfolio.selectors.transactions import get_transaction, list_accounts, list_transactions
from portfolio.services.transactions import delete_transaction, restore_transaction
from portfolio.views.answers import PageRequest, answer_done, answer_refused, page, replace_address
from portfolio.views.selection import find_editable, find_portfolio, remember_portfolio

# How many deletions a session remembers for their Undo buttons.
REMEMBERED = 10
DELETED = "deleted_transactions"
LEDGER_EVENTS = {"closeModal": True, "ledgerChanged": True}


@require_GET
@page
def show_transactions(request: PageRequest, portfolio_id: UUID) -> HttpResponse:
    """The page; for HTMX only the list, or only the days after a cursor."""
    portfolio = find_portfolio(request, portfolio_id)
    accounts = list(list_accounts(portfolio=portfolio).values_list("name", flat=True))
    filters = LedgerFilterForm(request.GET, accounts=accounts)
    conditions = filters.conditions()
    found = list_transactions(portfolio=portfolio, **conditions)
    cursor = request.GET.get("after", "")
    context: dict[str, Any] = {
        "portfolio": portfolio,
        "ledger": get_ledger_page(transactions=found, cursor=cursor),
        "has_several_accounts": len(accounts) > 1,
    }
    if cursor and request.htmx:
        return render(request, "portfolio/_transaction_days.html", context)
    context |= {"filters": filters, "total": found.count(), "filter_count": len(conditions)}
    remember_portfolio(request, portfolio)
    if request.htmx.target != "ledger":
        return render(request, "portfolio/transactions.html", context)
    answer = render(request, "portfolio/_transaction_list.html", context)
    return replace_address(answer, request)


@require_POST
@page
def remove_transaction(request: PageRequest, portfolio_id: UUID, transaction_id: UUID) -> HttpResponse:
    """Delete at once; the toast that tells it has the button that brings the entry back."""
    portfolio = find_editable(request, portfolio_id)
    entry = get_transaction(portfolio=portfolio, transaction_id=transaction_id)
    url = reverse("portfolio:transactions", args=[portfolio.pk])
    try:
        snapshot = delete_transaction(actor=request.user, transaction=entry)
    except DomainError as error:
        return answer_refused(request, error, url=url)
    _remember(request, transaction_id, snapshot)
    undo = reverse("portfolio:transaction_restore", args=[portfolio.pk, transaction_id])
    return answer_done(request, f"{_describe(entry)} deleted.", url=url, undo=undo, events=LEDGER_EVENTS)


@require_POST
@page
def undo_removal(request: PageRequest, portfolio_id: UUID, transaction_id: UUID) -> HttpResponse:
    portfolio = find_editable(request, portfolio_id)
    snapshot = request.session.get(DELETED, {}).get(str(transaction_id))
    if snapshot is None:
        raise Http404("This deletion cannot be undone any more.")
    url = reverse("portfolio:transactions", args=[portfolio.pk])
    try:
        entry = restore_transaction(actor=request.user, portfolio=portfolio, snapshot=snapshot)
    except DomainError as error:
        return answer_refused(request, error, url=url)
    return answer_done(request, f"{_describe(entry)} restored.", url=url, events=LEDGER_EVENTS)


def _remember(request: PageRequest, transaction_id: UUID, snapshot: dict[str, Any]) -> None:
    """Keep the snapshot in the session, not in the page: no address and no log ever carries the amounts."""
    kept = {**request.session.get(DELETED, {}), str(transaction_id): snapshot}
    request.session[DELETED] = dict(list(kept.items())[-REMEMBERED:])


def _describe(entry: Transaction) -> str:
    label = LAYOUTS[entry.kind].label if entry.kind in LAYOUTS else entry.get_kind_display()
    return f"{label} of {entry.instrument.symbol}" if entry.instrument else label
