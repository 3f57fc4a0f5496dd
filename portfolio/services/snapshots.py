"""A deleted entry as plain JSON values, so that a page can offer to undo the deletion."""

import datetime as dt
from dataclasses import dataclass
from decimal import Decimal, InvalidOperation
from typing import Any
from uuid import UUID

from common.decimals import format_decimal
from common.errors import InvalidInputError
from portfolio.importers.drafts import LotChoice, TransactionDraft
from portfolio.models import Transaction

Snapshot = dict[str, Any]

DECIMALS = ("quantity", "price", "amount", "fee", "tax", "fx_rate")
DATES = ("trade_date", "settlement_date")
TEXTS = ("kind", "symbol", "currency", "account", "counter_account", "note", "external_id")


@dataclass(frozen=True, slots=True)
class SnapshotRow:
    id: UUID
    sequence: int
    draft: TransactionDraft


def draft_of(transaction: Transaction) -> TransactionDraft:
    """Return the stored entry as a draft."""
    row = transaction
    return TransactionDraft(
        kind=row.kind,
        trade_date=row.trade_date,
        symbol=row.instrument.symbol if row.instrument else None,
        quantity=row.quantity,
        price=row.price,
        amount=row.amount,
        fee=row.fee,
        tax=row.tax,
        currency=row.currency,
        fx_rate=row.fx_rate,
        account=row.account.name,
        counter_account=row.counter_account.name if row.counter_account else None,
        lots=tuple(LotChoice(lot["transaction"], Decimal(lot["quantity"])) for lot in row.lots) if row.lots else None,
        note=row.note,
        external_id=row.external_id,
        settlement_date=row.settlement_date,
    )


def take_snapshot(legs: list[Transaction]) -> Snapshot:
    return {"rows": [list_values(leg) for leg in legs]}


def list_values(row: Transaction) -> dict[str, Any]:
    """Return everything the entry says, by name, as plain JSON values."""
    draft = draft_of(row)
    values: dict[str, Any] = {"id": str(row.pk), "sequence": row.sequence}
    values |= {name: getattr(draft, name) for name in TEXTS}
    values |= {name: format_decimal(value) if (value := getattr(draft, name)) is not None else None for name in DECIMALS}
    values |= {name: day.isoformat() if (day := getattr(draft, name)) else None for name in DATES}
    return values | {"lots": row.lots}


def read_snapshot(snapshot: Snapshot) -> list[SnapshotRow]:
    """Return the rows of a snapshot that may have passed through a browser; raise InvalidInputError when it is none."""
    try:
        rows = [_read(values) for values in snapshot["rows"]]
    except (KeyError, TypeError, ValueError, InvalidOperation, AttributeError) as error:
        raise InvalidInputError("This cannot be restored.", code="bad_snapshot") from error
    if not 1 <= len(rows) <= 2:
        raise InvalidInputError("This cannot be restored.", code="bad_snapshot")
    return rows


def _read(values: dict[str, Any]) -> SnapshotRow:
    fields: dict[str, Any] = {name: values[name] if values[name] is None else str(values[name]) for name in TEXTS}
    fields |= {name: None if values[name] is None else Decimal(values[name]) for name in DECIMALS}
    fields |= {name: None if values[name] is None else dt.date.fromisoformat(values[name]) for name in DATES}
    if values["lots"]:
        fields["lots"] = tuple(LotChoice(str(lot["transaction"]), Decimal(lot["quantity"])) for lot in values["lots"])
    return SnapshotRow(id=UUID(values["id"]), sequence=int(values["sequence"]), draft=TransactionDraft(**fields))
