"""A portfolio's beginning, its settings, its accounts and its end."""

from typing import Any
from uuid import UUID

from django.contrib import messages
from django.http import HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.views.decorators.http import require_http_methods, require_POST

from common.errors import DomainError
from portfolio.forms.portfolios import AccountForm, DeletePortfolioForm, PortfolioForm
from portfolio.models import Portfolio
from portfolio.selectors.access import list_portfolios
from portfolio.selectors.transactions import get_account, list_accounts
from portfolio.services.portfolios import create_account, create_portfolio, delete_account, delete_portfolio, rename_account, update_portfolio
from portfolio.views.answers import PageRequest, answer_done, answer_refused, page
from portfolio.views.selection import find_managed

SETTINGS = ("name", "base_currency", "lot_method", "cash_tracking", "allow_short")
REFUSED = 422


@require_http_methods(["GET", "POST"])
@page
def open_portfolio(request: PageRequest) -> HttpResponse:
    """The form of a new portfolio; then on to its first transactions."""
    form = PortfolioForm(request.POST or None, user=request.user, initial={"base_currency": request.user.base_currency, "lot_method": "fifo"})
    if request.method == "POST" and form.is_valid():
        try:
            portfolio = create_portfolio(actor=request.user, **form.cleaned_data)
        except DomainError as error:
            form.add_service_error(error)
        else:
            messages.success(request, f"{portfolio.name} is open.")
            return redirect("portfolio:transactions", portfolio.pk)
    context = {"form": form, "is_first": not list_portfolios(user=request.user).exists()}
    return render(request, "portfolio/portfolio_form.html", context, status=REFUSED if form.errors else 200)


@require_http_methods(["GET", "POST"])
@page
def change_settings(request: PageRequest, portfolio_id: UUID) -> HttpResponse:
    portfolio = find_managed(request, portfolio_id)
    form = PortfolioForm(request.POST or None, user=request.user, initial=_read_settings(portfolio))
    if request.method == "POST" and form.is_valid():
        try:
            update_portfolio(actor=request.user, portfolio=portfolio, expected_version=request.POST.get("version") or None, **form.cleaned_data)
        except DomainError as error:
            form.add_service_error(error)
        else:
            messages.success(request, "Settings saved.")
            return redirect("portfolio:settings", portfolio.pk)
    return _show_settings(request, portfolio, form=form)


@require_http_methods(["GET", "POST"])
@page
def remove_portfolio(request: PageRequest, portfolio_id: UUID) -> HttpResponse:
    """Delete everything recorded in the portfolio, once its name is typed."""
    portfolio = find_managed(request, portfolio_id)
    form = DeletePortfolioForm(request.POST or None, portfolio=portfolio)
    if request.method == "POST" and form.is_valid():
        delete_portfolio(actor=request.user, portfolio=portfolio)
        messages.success(request, f"{portfolio.name} is deleted.")
        return redirect("portfolio:dashboard")
    context = {"portfolio": portfolio, "form": form, "transaction_count": portfolio.transactions.count()}
    return render(request, "portfolio/portfolio_delete.html", context, status=REFUSED if form.errors else 200)


@require_POST
@page
def add_account(request: PageRequest, portfolio_id: UUID) -> HttpResponse:
    portfolio = find_managed(request, portfolio_id)
    form = AccountForm(request.POST)
    if form.is_valid():
        try:
            create_account(actor=request.user, portfolio=portfolio, name=form.cleaned_data["name"])
        except DomainError as error:
            form.add_service_error(error)
        else:
            return answer_done(request, "Account added.", url=_accounts_url(portfolio))
    return _show_settings(request, portfolio, new_account=form)


@require_POST
@page
def change_account(request: PageRequest, portfolio_id: UUID, account_id: UUID) -> HttpResponse:
    portfolio = find_managed(request, portfolio_id)
    account = get_account(portfolio=portfolio, account_id=account_id)
    form = AccountForm(request.POST, account=account)
    if form.is_valid():
        try:
            rename_account(actor=request.user, account=account, name=form.cleaned_data["name"])
        except DomainError as error:
            form.add_service_error(error)
        else:
            return answer_done(request, "Account renamed.", url=_accounts_url(portfolio))
    return _show_settings(request, portfolio, renamed=form)


@require_POST
@page
def remove_account(request: PageRequest, portfolio_id: UUID, account_id: UUID) -> HttpResponse:
    portfolio = find_managed(request, portfolio_id)
    account = get_account(portfolio=portfolio, account_id=account_id)
    try:
        delete_account(actor=request.user, account=account)
    except DomainError as error:
        return answer_refused(request, error, url=_accounts_url(portfolio))
    return answer_done(request, f"Account {account.name} deleted.", url=_accounts_url(portfolio))


def _show_settings(
    request: PageRequest,
    portfolio: Portfolio,
    *,
    form: PortfolioForm | None = None,
    new_account: AccountForm | None = None,
    renamed: AccountForm | None = None,
) -> HttpResponse:
    """The settings page; of its forms, the one that was sent comes with its errors."""
    form = form or PortfolioForm(user=request.user, initial=_read_settings(portfolio))
    accounts = [renamed if renamed and renamed.account == row else AccountForm(account=row) for row in list_accounts(portfolio=portfolio)]
    context = {"portfolio": portfolio, "form": form, "accounts": accounts, "new_account": new_account or AccountForm()}
    has_errors = any(sent is not None and sent.errors for sent in (form, new_account, renamed))
    return render(request, "portfolio/settings.html", context, status=REFUSED if has_errors else 200)


def _read_settings(portfolio: Portfolio) -> dict[str, Any]:
    values = {name: getattr(portfolio, name) for name in SETTINGS}
    return values | {"benchmark": portfolio.benchmark.symbol if portfolio.benchmark else ""}


def _accounts_url(portfolio: Portfolio) -> str:
    return reverse("portfolio:settings", args=[portfolio.pk]) + "#accounts"
