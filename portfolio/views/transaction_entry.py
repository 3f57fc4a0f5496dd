"""Adding and changing an entry of the ledger: one form whose fields follow the kind."""

import datetime as dt
from collections.abc import Callable
from typing import Any
from uuid import UUID

from django.core.exceptions import ValidationError
from django.http import Http404, HttpResponse
from django.shortcuts import render
from django.urls import reverse
from django.views.decorators.http import require_GET, require_http_methods

from accounts.models import User
from common.currencies import list_known_currencies
from common.errors import DomainError, NotFoundError
from portfolio.forms.kinds import LAYOUTS, TRANSFER_KINDS, KindLayout, list_layouts
from portfolio.forms.transactions import TransactionForm, keep_values, read_values
from portfolio.models import Instrument, Portfolio, Transaction
from portfolio.selectors.access import find_book_owner
from portfolio.selectors.instruments import list_instruments, resolve_symbols
from portfolio.selectors.lot_choices import OfferedLot, list_offered_lots
from portfolio.selectors.transactions import get_transaction, list_accounts, list_transactions
from portfolio.services.ledger import MAIN_ACCOUNT
from portfolio.services.new_instruments import record_with_new_instrument
from portfolio.services.transactions import TransactionDraft, record_transaction, update_transaction
from portfolio.views.answers import PageRequest, answer_done, page, read_today, with_events
from portfolio.views.selection import find_editable
from portfolio.views.transactions import LEDGER_EVENTS

SUGGESTIONS = 20
# What the next entry of a row of similar ones shares with the one before.
CARRIED = ("trade_date", "account", "counter_account", "currency")


@require_http_methods(["GET", "POST"])
@page
def create_transaction(request: PageRequest, portfolio_id: UUID) -> HttpResponse:
    """A new entry: empty, of a kind and instrument given in the address, or as a copy of another (`?copy=`)."""
    portfolio = find_editable(request, portfolio_id)
    if request.method == "GET":
        return _show(request, _start(request, portfolio))
    layout = _find_layout(portfolio, request.POST.get("kind"))
    if "refresh" in request.POST:
        return _show(request, TransactionForm(initial=keep_values(request.POST, layout), layout=layout, portfolio=portfolio))
    form = TransactionForm(request.POST, layout=layout, portfolio=portfolio)
    saved = _save(form, lambda draft: _record(request, form, draft))
    if saved is None:
        return _show(request, form)
    message = f"{_describe(layout, saved)} recorded."
    if "again" in request.POST:
        return _show_next(request, form, message)
    return answer_done(request, message, url=_list_url(portfolio), events=LEDGER_EVENTS)


@require_http_methods(["GET", "POST"])
@page
def change_transaction(request: PageRequest, portfolio_id: UUID, transaction_id: UUID) -> HttpResponse:
    portfolio = find_editable(request, portfolio_id)
    entry = get_transaction(portfolio=portfolio, transaction_id=transaction_id)
    layout = _find_layout(portfolio, request.POST.get("kind") or entry.kind)
    if request.method == "GET":
        return _show(request, TransactionForm(initial=read_values(entry), layout=layout, portfolio=portfolio, entry=entry))
    if "refresh" in request.POST:
        return _show(request, TransactionForm(initial=keep_values(request.POST, layout), layout=layout, portfolio=portfolio, entry=entry))
    form = TransactionForm(request.POST, layout=layout, portfolio=portfolio, entry=entry)
    version = request.POST.get("version") or None
    saved = _save(form, lambda draft: update_transaction(actor=request.user, transaction=entry, draft=draft, expected_version=version))
    if saved is None:
        return _show(request, form)
    return answer_done(request, f"{_describe(layout, saved)} saved.", url=_list_url(portfolio), events=LEDGER_EVENTS)


@require_GET
@page
def suggest_instruments(request: PageRequest) -> HttpResponse:
    """The options of a symbol field: instruments whose symbol, name or ISIN has the typed text."""
    text = next((request.GET[name] for name in ("q", "symbol", "benchmark") if request.GET.get(name)), "").strip()
    found = list_instruments(user=request.user, text=text)[:SUGGESTIONS]
    return render(request, "portfolio/_instrument_options.html", {"instruments": found})


def _start(request: PageRequest, portfolio: Portfolio) -> TransactionForm:
    if "copy" in request.GET:
        return _start_copy(request, portfolio)
    layout = _find_layout(portfolio, request.GET.get("kind") or "buy")
    last = list_transactions(portfolio=portfolio).order_by("-sequence").first()
    account = last.account.name if last else ""
    return TransactionForm(
        initial={"trade_date": read_today(request.user), "account": account, **keep_values(request.GET, layout)}, layout=layout, portfolio=portfolio
    )


def _start_copy(request: PageRequest, portfolio: Portfolio) -> TransactionForm:
    """A copy is of today and without the broker's number, which belongs to one entry only."""
    entry = get_transaction(portfolio=portfolio, transaction_id=request.GET["copy"])
    values = {**read_values(entry), "trade_date": read_today(request.user), "settlement_date": None, "external_id": ""}
    return TransactionForm(initial=values, layout=_find_layout(portfolio, entry.kind), portfolio=portfolio)


def _find_layout(portfolio: Portfolio, kind: str | None) -> KindLayout:
    layout = LAYOUTS.get(kind or "buy")
    if layout is None:
        raise Http404("There is no such kind of transaction.")
    return layout


def _record(request: PageRequest, form: TransactionForm, draft: TransactionDraft) -> Transaction:
    act = record_with_new_instrument if form.creates_instrument else record_transaction
    return act(actor=request.user, portfolio=form.portfolio, draft=draft)


def _save(form: TransactionForm, act: Callable[[TransactionDraft], Transaction]) -> Transaction | None:
    """Return the stored entry, or None with the reasons on the form."""
    if not form.is_valid():
        return None
    try:
        return act(form.draft())
    except NotFoundError:
        raise
    except DomainError as error:
        form.add_service_error(error)
        return None


def _show(request: PageRequest, form: TransactionForm) -> HttpResponse:
    template = "portfolio/_transaction_form.html" if request.htmx else "portfolio/transaction_form.html"
    context = _describe_form(form, user=request.user, is_refreshed="refresh" in request.POST)
    return render(request, template, context, status=422 if form.errors else 200)


def _describe_form(form: TransactionForm, *, user: User, is_refreshed: bool) -> dict[str, Any]:
    portfolio, entry = form.portfolio, form.entry
    instruments = _list_chosen(form, find_book_owner(portfolio, user))
    is_transfer = entry is not None and entry.kind in TRANSFER_KINDS
    return {
        "portfolio": portfolio,
        "form": form,
        "entry": entry,
        "layout": form.layout,
        "layouts": [] if is_transfer else list_layouts(allow_short=portfolio.allow_short),
        "accounts": list_accounts(portfolio=portfolio),
        "currencies": sorted(list_known_currencies()),
        "instruments": instruments,
        "lots": _list_lots(form, instruments) if form.chooses_lots else [],
        # The kind was changed: the reader's place is at the kinds, not at the first field.
        "is_refreshed": is_refreshed,
    }


def _list_chosen(form: TransactionForm, user: User) -> list[Instrument]:
    """Return the instrument that the form begins with: its currency is the one that an empty field stands for."""
    symbol = str(form["symbol"].value() or "") if "symbol" in form.fields else ""
    return list(resolve_symbols(user=user, symbols=[symbol]).values()) if symbol.isprintable() and symbol else []


def _list_lots(form: TransactionForm, instruments: list[Instrument]) -> list[tuple[OfferedLot, str]]:
    """Return the lots that the sale can take from, each with what is filled in for it."""
    day = _read_day(form)
    if not instruments or day is None:
        return []
    account = str(form["account"].value() or MAIN_ACCOUNT)
    lots = list_offered_lots(portfolio=form.portfolio, instrument=instruments[0], account=account, as_of=day, entry=form.entry)
    return [(lot, form.chosen_lots.get(lot.transaction_id, "")) for lot in lots]


def _read_day(form: TransactionForm) -> dt.date | None:
    try:
        day: dt.date | None = form.fields["trade_date"].clean(str(form["trade_date"].value() or ""))
    except ValidationError:
        return None
    return day


def _show_next(request: PageRequest, form: TransactionForm, message: str) -> HttpResponse:
    """Answer "Save and add another": a fresh form of the same kind, day and account."""
    initial = {name: form.cleaned_data.get(name) for name in CARRIED}
    fresh = TransactionForm(initial=initial, layout=form.layout, portfolio=form.portfolio)
    events = {"toast": {"message": message, "level": "success"}, "ledgerChanged": True}
    return with_events(_show(request, fresh), events)


def _describe(layout: KindLayout, entry: Transaction) -> str:
    return f"{layout.label} of {entry.instrument.symbol}" if entry.instrument else layout.label


def _list_url(portfolio: Portfolio) -> str:
    return reverse("portfolio:transactions", args=[portfolio.pk])
