"""Portfolios and the accounts within them."""

from typing import TYPE_CHECKING, Any

from django.db import IntegrityError, transaction

from accounts.services.audit import columns_of, record_event
from common.atomic import atomic_with_retry
from common.currencies import check_currency
from common.errors import ConflictError, InvalidInputError, NotFoundError, PreconditionError
from common.text import check_text
from portfolio.models import BrokerageAccount, Instrument, Portfolio, Transaction
from portfolio.services.ledger import check_instruments, finish_change, lock_portfolio

if TYPE_CHECKING:
    from accounts.models import User

SETTINGS = ("name", "base_currency", "lot_method", "cash_tracking", "allow_short", "benchmark")


@atomic_with_retry
def create_portfolio(
    *,
    actor: "User",
    name: str,
    base_currency: str,
    lot_method: str = "fifo",
    cash_tracking: bool = False,
    allow_short: bool = False,
    benchmark: Instrument | None = None,
) -> Portfolio:
    """Open a portfolio for the actor. Raises InvalidInputError, or ConflictError when he has one of this name."""
    portfolio = Portfolio(owner=actor)
    wanted = {
        "name": name,
        "base_currency": base_currency,
        "lot_method": lot_method,
        "cash_tracking": cash_tracking,
        "allow_short": allow_short,
        "benchmark": benchmark,
    }
    _apply(actor, portfolio, wanted)
    _save_named(portfolio)
    record_event(action="portfolio.created", actor=actor, target=portfolio, after=_list_settings(portfolio))
    return portfolio


@atomic_with_retry
def update_portfolio(*, actor: "User", portfolio: Portfolio, expected_version: str | None = None, **changes: Any) -> Portfolio:
    """Change settings (those of create_portfolio). A setting that the recorded history contradicts is refused with ConflictError."""
    locked = lock_portfolio(actor=actor, portfolio_id=portfolio.pk, managed=True)
    if expected_version is not None and locked.version != expected_version:
        raise PreconditionError("The portfolio has been changed in the meantime; read it again.")
    before, said = {name: getattr(locked, name) for name in SETTINGS}, _list_settings(locked)
    _apply(actor, locked, changes)
    changed = {name for name in SETTINGS if getattr(locked, name) != before[name]}
    if not changed:
        return locked
    rows = Transaction.objects.filter(portfolio=locked)
    if "base_currency" in changed and rows.exclude(fx_rate=None).exists():
        raise ConflictError(
            "base_currency: transactions with an exchange rate of their own are recorded in the old one.",
            code="base_currency_fixed",
            field="base_currency",
        )
    _save_named(locked)
    if changed & {"allow_short", "lot_method"}:
        check_instruments(locked, rows.exclude(instrument=None).values_list("instrument", flat=True).distinct())
    finish_change(locked)
    record_event(action="portfolio.updated", actor=actor, target=locked, before=said, after=_list_settings(locked))
    return locked


@atomic_with_retry
def delete_portfolio(*, actor: "User", portfolio: Portfolio, expected_version: str | None = None) -> None:
    """Remove the portfolio and everything recorded in it."""
    locked = lock_portfolio(actor=actor, portfolio_id=portfolio.pk, managed=True)
    if expected_version is not None and locked.version != expected_version:
        raise PreconditionError("The portfolio has been changed in the meantime; read it again.")
    # Transactions protect their accounts, so they go first.
    count, _ = Transaction.objects.filter(portfolio=locked).delete()
    record_event(action="portfolio.deleted", actor=actor, target=locked, before=_list_settings(locked), detail={"transactions": count})
    locked.delete()


@atomic_with_retry
def create_account(*, actor: "User", portfolio: Portfolio, name: str) -> BrokerageAccount:
    """Open an account (a depot or wallet) in the portfolio."""
    locked = lock_portfolio(actor=actor, portfolio_id=portfolio.pk, managed=True)
    account = BrokerageAccount(portfolio=locked, name=check_text(name, field="name", longest=100, required=True))
    _save_named(account)
    record_event(action="account.created", actor=actor, target=account, owner_id=locked.owner_id, after=columns_of(account))
    return account


@atomic_with_retry
def rename_account(*, actor: "User", account: BrokerageAccount, name: str) -> BrokerageAccount:
    """Give the account another name; its entries stay with it."""
    locked = lock_portfolio(actor=actor, portfolio_id=account.portfolio_id, managed=True)
    row = _find_account(locked, account)
    before = columns_of(row)
    row.name = check_text(name, field="name", longest=100, required=True)
    _save_named(row)
    record_event(action="account.renamed", actor=actor, target=row, owner_id=locked.owner_id, before=before, after=columns_of(row))
    finish_change(locked)
    return row


@atomic_with_retry
def delete_account(*, actor: "User", account: BrokerageAccount) -> None:
    """Remove an account without entries. Raises ConflictError while it has some."""
    locked = lock_portfolio(actor=actor, portfolio_id=account.portfolio_id, managed=True)
    row = _find_account(locked, account)
    if Transaction.objects.filter(account=row).exists() or Transaction.objects.filter(counter_account=row).exists():
        raise ConflictError("This account has transactions; delete or move them first.", code="account_in_use")
    record_event(action="account.deleted", actor=actor, target=row, owner_id=locked.owner_id, before=columns_of(row))
    row.delete()


def _list_settings(portfolio: Portfolio) -> dict[str, Any]:
    return {name: value for name, value in columns_of(portfolio).items() if name in SETTINGS}


def _find_account(portfolio: Portfolio, account: BrokerageAccount) -> BrokerageAccount:
    row = BrokerageAccount.objects.filter(portfolio=portfolio, pk=account.pk).first()
    if row is None:
        raise NotFoundError("There is no such account.")
    return row


def _apply(actor: "User", portfolio: Portfolio, changes: dict[str, Any]) -> None:
    """Check the settings and write them on the object."""
    for name, value in changes.items():
        match name:
            case "name":
                portfolio.name = check_text(value, field="name", longest=100, required=True)
            case "base_currency":
                portfolio.base_currency = check_currency(value, field="base_currency", allow_minor=False)
            case "lot_method":
                if value not in Portfolio.LotMethod.values:
                    raise InvalidInputError(f"lot_method: one of {', '.join(Portfolio.LotMethod.values)}.", field="lot_method")
                portfolio.lot_method = value
            case "cash_tracking" | "allow_short":
                if not isinstance(value, bool):
                    raise InvalidInputError(f"{name}: true or false.", field=name)
                setattr(portfolio, name, value)
            case "benchmark":
                portfolio.benchmark = _check_benchmark(actor, value)
            case _:
                raise InvalidInputError(f"{name}: a portfolio has no such setting.", code="unknown_field", field=name)


def _check_benchmark(actor: "User", benchmark: Instrument | None) -> Instrument | None:
    if benchmark is not None and not Instrument.objects.visible_to(actor).filter(pk=benchmark.pk).exists():
        raise NotFoundError("There is no such instrument.", code="unknown_symbol", field="benchmark")
    return benchmark


def _save_named(row: Portfolio | BrokerageAccount) -> None:
    """Save; the database decides whether the name is free, so two at once cannot both have it."""
    try:
        with transaction.atomic():
            row.save()
    except IntegrityError as error:
        raise ConflictError(f"name: {row.name!r} is taken already.", code="name_taken", field="name") from error
