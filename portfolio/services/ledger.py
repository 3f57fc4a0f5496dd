"""What every change of a ledger shares: the lock, sequence numbers, accounts, the check of the whole history."""

import datetime as dt
from collections.abc import Iterable, Mapping
from decimal import Decimal
from typing import TYPE_CHECKING, Any
from uuid import UUID

from django.utils import timezone

from common.decimals import format_decimal
from common.errors import ConflictError, InvalidInputError
from common.text import check_text
from portfolio.engine.errors import EngineError
from portfolio.engine.positions import check_history
from portfolio.importers.drafts import Problem, TransactionDraft
from portfolio.models import BrokerageAccount, Instrument, Portfolio, Transaction
from portfolio.selectors.access import explain_closed
from portfolio.selectors.facts_entries import load_entries
from portfolio.services.kinds import complete_draft
from portfolio.services.revisions import send_on_commit
from portfolio.signals import ledger_changed

if TYPE_CHECKING:
    from accounts.models import User

MAIN_ACCOUNT = "Main"


def lock_portfolio(*, actor: "User", portfolio_id: UUID, managed: bool = False) -> Portfolio:
    """Return the portfolio, locked until the end of the transaction: every change of one ledger happens one after the other.

    `managed`: for what only its owner may do. Raises NotFoundError when it is gone or not the actor's to see, NotAllowedError when he
    may only look.
    """
    rows = Portfolio.objects.managed_by(actor) if managed else Portfolio.objects.editable_by(actor)
    locked = rows.select_for_update(no_key=True, of=("self",)).filter(pk=portfolio_id).first()
    if locked is None:
        raise explain_closed(user=actor, portfolio_id=portfolio_id)
    return locked


def take_sequences(portfolio: Portfolio, count: int) -> int:
    """Return the first of `count` new sequence numbers of a locked portfolio; finish_change stores what was taken."""
    first = portfolio.next_sequence
    portfolio.next_sequence += count
    return first


def finish_change(portfolio: Portfolio) -> None:
    """Raise the revision of a locked portfolio and tell the listeners once the change is committed."""
    portfolio.revision += 1
    portfolio.save(update_fields=["revision", "next_sequence"])
    send_on_commit(ledger_changed, portfolio=portfolio)


def latest_bookable_day() -> dt.date:
    """Tomorrow in UTC: it is already today somewhere."""
    return timezone.now().date() + dt.timedelta(days=1)


def find_accounts(*, portfolio: Portfolio, names: Iterable[str | None], store: bool = True) -> dict[str | None, BrokerageAccount]:
    """Return the account of each name, made when missing (with `store` False: not saved); None is the main account.

    The portfolio must be locked to store, so that none is made twice.
    """
    wanted = {name: check_text(name or MAIN_ACCOUNT, field="account", longest=100, required=True) for name in names}
    known = {account.name: account for account in BrokerageAccount.objects.filter(portfolio=portfolio, name__in=set(wanted.values()))}
    missing = [BrokerageAccount(portfolio=portfolio, name=name) for name in sorted(set(wanted.values()) - known.keys())]
    if store:
        BrokerageAccount.objects.bulk_create(missing)
    known |= {account.name: account for account in missing}
    return {name: known[clean] for name, clean in wanted.items()}


def column_values(
    draft: TransactionDraft, *, portfolio: Portfolio, instrument: Instrument | None, accounts: Mapping[str | None, BrokerageAccount]
) -> dict[str, Any]:
    """Return what the draft says by column of the table; asks nothing of the database. The one place where a draft becomes a row."""
    return {
        "kind": draft.kind,
        "trade_date": draft.trade_date,
        "settlement_date": draft.settlement_date,
        "instrument_id": instrument.pk if instrument else None,
        "quantity": draft.quantity,
        "price": draft.price,
        "amount": complete_draft(draft),
        "fee": draft.fee,
        "tax": draft.tax,
        "currency": draft.currency or (instrument.currency if instrument else portfolio.base_currency),
        "fx_rate": draft.fx_rate,
        "account_id": accounts[draft.account].pk,
        "counter_account_id": accounts[draft.counter_account].pk if draft.counter_account else None,
        "lots": [{"transaction": choice.transaction, "quantity": format_decimal(choice.quantity)} for choice in draft.lots] if draft.lots else None,
        "note": draft.note,
        "external_id": draft.external_id,
    }


def fill_transaction(
    row: Transaction, draft: TransactionDraft, *, instrument: Instrument | None, accounts: dict[str | None, BrokerageAccount]
) -> None:
    """Write the draft on the row."""
    for column, value in column_values(draft, portfolio=row.portfolio, instrument=instrument, accounts=accounts).items():
        setattr(row, column, value)
    row.instrument = instrument
    row.account = accounts[draft.account]
    row.counter_account = accounts[draft.counter_account] if draft.counter_account else None


def check_instruments(portfolio: Portfolio, instrument_ids: Iterable[UUID | None]) -> None:
    """Check the stored history of each instrument from its first entry to its last; raise ConflictError at the first impossible one."""
    for instrument_id in {found for found in instrument_ids if found is not None}:
        entries = load_entries(portfolio, instrument_ids=[instrument_id])
        try:
            check_history(entries, method=portfolio.lot_method, allow_short=portfolio.allow_short)
        except EngineError as error:
            symbol = Instrument.objects.values_list("symbol", flat=True).get(pk=instrument_id)
            raise explain_refusal(error, symbol=symbol) from error


def explain_refusal(error: EngineError, *, symbol: str) -> ConflictError:
    """Translate the engine's refusal of a history for people; `detail` has symbol, date, held and asked where they are known."""
    known = error.detail
    detail: dict[str, Any] = {"symbol": symbol}
    if isinstance(known.get("date"), dt.date):
        detail["date"] = known["date"].isoformat()
    for name in ("held", "asked"):
        if known.get(name) is not None:
            detail[name] = format_decimal(Decimal(known[name]))
    message = f"{symbol}: {error.message}"
    if error.code == "oversold" and {"date", "held", "asked"} <= detail.keys():
        message = f"On {detail['date']} only {detail['held']} {symbol} would be held, but {detail['asked']} are to be sold or moved."
    return ConflictError(message, code=error.code, **detail)


def raise_problems(problems: list[Problem]) -> None:
    """Raise InvalidInputError with the first problem's message and all of them in its detail, unless there is none."""
    if not problems:
        return
    first = problems[0]
    found = [{"field": problem.field, "code": problem.code, "message": problem.message} for problem in problems]
    raise InvalidInputError(first.message, code=first.code, field=first.field, problems=found)
