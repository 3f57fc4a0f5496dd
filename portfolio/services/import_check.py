"""Does the history still work out with the lines of an import in it? One instrument after the other, so that memory stays bounded."""

from collections.abc import Iterable, Mapping
from decimal import Decimal
from typing import Any
from uuid import UUID

from portfolio.engine.errors import EngineError
from portfolio.engine.ledger import CASH_KINDS, Entry, rank
from portfolio.engine.positions import check_history
from portfolio.importers.drafts import Problem
from portfolio.models import Transaction
from portfolio.selectors.facts_entries import load_entries
from portfolio.services.import_plan import NEW, ImportPlan, PlannedLine, build_rows
from portfolio.services.ledger import explain_refusal

# After so many impossible lines in one instrument something else is wrong with the file: the rest of its lines is not looked at one by one.
MOST_TRIES = 100


def check_histories(plan: ImportPlan) -> None:
    """Refuse the lines that the history forbids, each with its problem. The plan's lines must be numbered."""
    groups: dict[str, list[PlannedLine]] = {}
    for line in plan.select(NEW):
        if line.draft.symbol:
            groups.setdefault(line.draft.symbol, []).append(line)
    ids = {plan.instruments[symbol].pk for symbol in groups}
    stored = set(Transaction.objects.filter(portfolio=plan.portfolio, instrument__in=ids).order_by().values_list("instrument", flat=True).distinct())
    for symbol, lines in groups.items():
        if any(line.draft.kind not in CASH_KINDS for line in lines):
            _check_group(plan, symbol, lines, stored)


def _check_group(plan: ImportPlan, symbol: str, lines: list[PlannedLine], stored: set[UUID]) -> None:
    instrument = plan.instruments[symbol]
    existing = load_entries(plan.portfolio, instrument_ids=[instrument.pk]) if instrument.pk in stored else []
    fresh = {str(line.id): (line, [_entry_of(row) for row in build_rows(plan, line)]) for line in lines}
    for _ in range(MOST_TRIES):
        error = _find_refusal(plan, existing, fresh.values())
        if error is None:
            return
        key = _find_culprit(error, fresh)
        line, _entries = fresh.pop(key)
        refusal = explain_refusal(error, symbol=symbol)
        plan.refuse(line, Problem(line.line, "quantity", refusal.code, refusal.message))
        if not fresh:
            return
    for line, _entries in fresh.values():
        plan.refuse(
            line, Problem(line.line, "symbol", "history", f"{symbol}: more than {MOST_TRIES} lines do not fit its history; the rest was not checked.")
        )


def _find_refusal(plan: ImportPlan, existing: list[Entry], fresh: Iterable[tuple[PlannedLine, list[Entry]]]) -> EngineError | None:
    entries = [*existing, *(entry for _, group in fresh for entry in group)]
    try:
        check_history(entries, method=plan.portfolio.lot_method, allow_short=plan.portfolio.allow_short)
    except EngineError as error:
        return error
    return None


def _find_culprit(error: EngineError, fresh: dict[str, tuple[PlannedLine, list[Entry]]]) -> str:
    """Return the key of the line to blame: the refused one itself, else the last line of the file that takes units away before it.

    A back-dated sale is possible by itself and makes a later, stored one impossible: the sale of the file is the one in the wrong.
    """
    for key, (_, entries) in fresh.items():
        if any(entry.key == error.key for entry in entries):
            return key
    return max(fresh, key=lambda key: (fresh[key][0].draft.kind in {"sell", "transfer_out", "split"}, rank(fresh[key][1][0])))


def _entry_of(row: Mapping[str, Any]) -> Entry:
    """Return a row that is not stored as the engine takes it."""
    lots = row["lots"]
    return Entry(
        key=str(row["id"]),
        kind=row["kind"],
        trade_date=row["trade_date"],
        account=str(row["account_id"]),
        instrument=str(row["instrument_id"]),
        quantity=row["quantity"],
        price=row["price"],
        amount=row["amount"],
        fee=row["fee"],
        tax=row["tax"],
        currency=row["currency"],
        fx_rate=row["fx_rate"],
        lots=tuple((lot["transaction"], Decimal(lot["quantity"])) for lot in lots) if lots else None,
        sequence=row["sequence"],
        counter_account=str(row["counter_account_id"]) if row["counter_account_id"] else None,
    )
