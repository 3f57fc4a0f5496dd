"""Record, change and remove entries of the ledger.

A transfer between two accounts of one portfolio is two entries, which name each other's account and have neighbouring sequence
numbers. They live together: recording, changing, removing or restoring one does it to both.
"""

from dataclasses import replace
from typing import TYPE_CHECKING, Any

from accounts.services.audit import record_event
from common.atomic import atomic_with_retry
from common.errors import ConflictError, InvalidInputError, NotFoundError, PreconditionError
from common.identifiers import read_uuid
from portfolio.importers.drafts import LotChoice, Problem, TransactionDraft
from portfolio.models import Instrument, Portfolio, Transaction
from portfolio.selectors.access import find_book_owner
from portfolio.selectors.instruments import resolve_symbols
from portfolio.services import snapshots
from portfolio.services.kinds import check_draft, check_rate
from portfolio.services.ledger import (
    MAIN_ACCOUNT,
    check_instruments,
    fill_transaction,
    find_accounts,
    finish_change,
    latest_bookable_day,
    lock_portfolio,
    raise_problems,
    take_sequences,
)

if TYPE_CHECKING:
    from accounts.models import User

__all__ = ["LotChoice", "TransactionDraft", "delete_transaction", "draft_of", "record_transaction", "restore_transaction", "update_transaction"]

OTHER_LEG = {"transfer_out": "transfer_in", "transfer_in": "transfer_out"}


@atomic_with_retry
def record_transaction(*, actor: "User", portfolio: Portfolio, draft: TransactionDraft) -> Transaction:
    """Add one entry (a transfer with a counter account: two) and return it.

    Raises InvalidInputError for what is wrong with the entry itself, ConflictError when the history forbids it
    (`oversold` …) or the broker's number is taken, NotFoundError when the portfolio is not the actor's to change.
    """
    instrument = _validate(actor, portfolio, draft)
    locked = lock_portfolio(actor=actor, portfolio_id=portfolio.pk)
    _refuse_taken_number(locked, draft.external_id)
    drafts = legs_of(draft)
    first = take_sequences(locked, len(drafts))
    legs = [_fill(Transaction(portfolio=locked, sequence=first + step), leg, instrument) for step, leg in enumerate(drafts)]
    for leg in legs:
        leg.save(force_insert=True)
        _note(actor, "recorded", leg, after=snapshots.list_values(leg))
    check_instruments(locked, [legs[0].instrument_id])
    finish_change(locked)
    return next(leg for leg in legs if leg.kind == draft.kind)


@atomic_with_retry
def update_transaction(*, actor: "User", transaction: Transaction, draft: TransactionDraft, expected_version: str | None = None) -> Transaction:
    """Replace everything the entry says by the draft; its place in the order of the day stays.

    `expected_version` is Transaction.version as the caller read it: PreconditionError when somebody was faster.
    """
    instrument = _validate(actor, transaction.portfolio, draft)
    locked, row = _lock_row(actor, transaction, expected_version)
    if draft.external_id != row.external_id:
        _refuse_taken_number(locked, draft.external_id)
    partner = find_partner(row)
    if (partner is None) == bool(draft.counter_account) or (partner is not None and draft.kind != row.kind):
        raise ConflictError(
            "A transfer between accounts and a single entry cannot be turned into each other; delete this one and record it anew.",
            code="transfer_pair",
        )
    before = row.instrument_id
    drafts = [draft] if partner is None else _legs_onto(row, partner, draft)
    for leg, leg_draft in zip((row, partner), drafts, strict=False):
        if leg is not None:
            said = snapshots.list_values(leg)
            _fill(leg, leg_draft, instrument).save()
            _note(actor, "updated", leg, before=said, after=snapshots.list_values(leg))
    check_instruments(locked, [before, row.instrument_id])
    finish_change(locked)
    return row


@atomic_with_retry
def delete_transaction(*, actor: "User", transaction: Transaction, expected_version: str | None = None) -> snapshots.Snapshot:
    """Remove the entry, with its other leg, and return what restore_transaction needs to bring it back (plain JSON values).

    Raises ConflictError when later entries depend on it.
    """
    locked, row = _lock_row(actor, transaction, expected_version)
    legs = [leg for leg in (row, find_partner(row)) if leg is not None]
    snapshot = snapshots.take_snapshot(legs)
    for leg in legs:
        _note(actor, "deleted", leg, before=snapshots.list_values(leg))
    Transaction.objects.filter(pk__in=[leg.pk for leg in legs]).delete()
    check_instruments(locked, [row.instrument_id])
    finish_change(locked)
    return snapshot


@atomic_with_retry
def restore_transaction(*, actor: "User", portfolio: Portfolio, snapshot: snapshots.Snapshot) -> Transaction:
    """Bring a deleted entry back under its old id and at its old place. The snapshot is checked like any input.

    Raises ConflictError when the entry is there already or its place is taken.
    """
    rows = snapshots.read_snapshot(snapshot)
    locked = lock_portfolio(actor=actor, portfolio_id=portfolio.pk)
    if Transaction.objects.filter(pk__in=[row.id for row in rows]).exists():
        raise ConflictError("This transaction has been restored already.", code="already_restored")
    numbers = [row.sequence for row in rows]
    if max(numbers) >= locked.next_sequence or Transaction.objects.filter(portfolio=locked, sequence__in=numbers).exists():
        raise ConflictError("The place of this transaction is taken.", code="sequence_taken")
    legs = []
    for row in rows:
        instrument = _validate(actor, locked, row.draft)
        _refuse_taken_number(locked, row.draft.external_id)
        legs.append(_fill(Transaction(id=row.id, portfolio=locked, sequence=row.sequence), row.draft, instrument))
        legs[-1].save(force_insert=True)
        _note(actor, "restored", legs[-1], after=snapshots.list_values(legs[-1]))
    check_instruments(locked, [leg.instrument_id for leg in legs])
    finish_change(locked)
    return legs[0]


def draft_of(transaction: Transaction) -> TransactionDraft:
    """Return the entry as the draft that would record it: what a form or a partial change starts from."""
    return snapshots.draft_of(transaction)


def legs_of(draft: TransactionDraft) -> list[TransactionDraft]:
    """Return the entries a draft stands for: itself, for a transfer between accounts the one out and the one in, in this order.

    The order gives them neighbouring numbers, which is what tells them apart from two single entries. Chosen lots and the broker's
    number, which exists once, are with the units that leave.
    """
    if not draft.counter_account:
        return [draft]
    other = replace(draft, kind=OTHER_LEG[draft.kind], account=draft.counter_account, counter_account=draft.account or MAIN_ACCOUNT)
    out, into = (draft, other) if draft.kind == "transfer_out" else (other, draft)
    return [out, replace(into, lots=None, external_id="")]


def _legs_onto(row: Transaction, partner: Transaction, draft: TransactionDraft) -> list[TransactionDraft]:
    """Return the drafts of the row and of its partner. What only the leaving leg has survives a change made on the arriving one."""
    out, into = legs_of(draft)
    if row.kind == "transfer_out":
        return [out, into]
    kept = draft_of(partner)
    same_units = kept.quantity == draft.quantity
    return [into, replace(out, external_id=draft.external_id or kept.external_id, lots=kept.lots if same_units else None)]


def find_partner(row: Transaction) -> Transaction | None:
    """Return the other leg of a transfer between two accounts of the portfolio, or None for a single entry."""
    if row.counter_account_id is None:
        return None
    step = 1 if row.kind == "transfer_out" else -1
    return Transaction.objects.filter(
        portfolio=row.portfolio_id,
        sequence=row.sequence + step,
        kind=OTHER_LEG[row.kind],
        account=row.counter_account_id,
        counter_account=row.account_id,
    ).first()


def _validate(actor: "User", portfolio: Portfolio, draft: TransactionDraft) -> Instrument | None:
    """Return the draft's instrument; raise InvalidInputError for anything that is wrong without looking at other entries."""
    raise_problems(check_draft(draft, latest=latest_bookable_day()))
    instrument = None
    if draft.symbol:
        instrument = resolve_symbols(user=find_book_owner(portfolio, actor), symbols=[draft.symbol]).get(draft.symbol)
        if instrument is None:
            raise_problems([unknown_symbol(draft.symbol)])
    raise_problems(check_context(draft, portfolio=portfolio, instrument=instrument))
    return instrument


def check_context(draft: TransactionDraft, *, portfolio: Portfolio, instrument: Instrument | None, line: int = 0) -> list[Problem]:
    """Return what is wrong with a draft in this portfolio, its history aside."""
    currency = draft.currency or (instrument.currency if instrument else portfolio.base_currency)
    problems = []
    if message := check_rate(currency=currency, base_currency=portfolio.base_currency, fx_rate=draft.fx_rate):
        problems.append(Problem(line, "fx_rate", "fx_rate_mismatch", message))
    if draft.counter_account and draft.counter_account == (draft.account or MAIN_ACCOUNT):
        problems.append(Problem(line, "counter_account", "same_account", "counter_account: a transfer needs two different accounts."))
    return problems


def unknown_symbol(symbol: str, line: int = 0) -> Problem:
    return Problem(line, "symbol", "unknown_symbol", f"symbol: there is no instrument {symbol[:40]!r}; create it first.")


def _note(actor: "User", verb: str, row: Transaction, **said: dict[str, Any]) -> None:
    record_event(action=f"transaction.{verb}", actor=actor, target=row, owner_id=row.portfolio.owner_id, **said)


def _lock_row(actor: "User", transaction: Transaction, expected_version: str | None) -> tuple[Portfolio, Transaction]:
    """Lock the portfolio, then read the row anew: only what is read under the lock is true."""
    locked = lock_portfolio(actor=actor, portfolio_id=transaction.portfolio_id)
    row = Transaction.objects.filter(portfolio=locked, pk=transaction.pk).select_related("instrument", "account", "counter_account").first()
    if row is None:
        raise NotFoundError("There is no such transaction.")
    if expected_version is not None and row.version != expected_version:
        raise PreconditionError("The transaction has been changed in the meantime; read it again.")
    row.portfolio = locked
    return locked, row


def _fill(row: Transaction, draft: TransactionDraft, instrument: Instrument | None) -> Transaction:
    names = {draft.account} | ({draft.counter_account} if draft.counter_account else set())
    fill_transaction(row, draft, instrument=instrument, accounts=find_accounts(portfolio=row.portfolio, names=names))
    _check_lots(row)
    return row


def _refuse_taken_number(portfolio: Portfolio, external_id: str) -> None:
    if external_id and Transaction.objects.filter(portfolio=portfolio, external_id=external_id).exists():
        raise ConflictError(f"external_id: {external_id!r} is in this portfolio already.", code="duplicate_external_id", field="external_id")


def _check_lots(row: Transaction) -> None:
    """Raise InvalidInputError unless every lot named is an entry of this portfolio in this instrument."""
    if not row.lots:
        return
    ids = {found for lot in row.lots if (found := read_uuid(str(lot["transaction"])))}
    known = Transaction.objects.filter(portfolio=row.portfolio, instrument=row.instrument, pk__in=ids).count()
    if known != len(row.lots):
        raise InvalidInputError("lots: name each acquisition by the id of its transaction in this portfolio.", code="lot_not_found", field="lots")
