"""Transactions as CSV.

Columns of the contract: date, type, symbol, quantity, price, amount, fee, tax, currency, fx_rate, account, note, external_id.
Four more carry what only some ledgers have: settlement_date; counter_account (a transfer between two accounts of the portfolio is one
line); id, a label of the line; lots, the chosen lots of a sale as `label:quantity` joined by `|`.
"""

import csv
import datetime as dt
import io
import sys
from collections.abc import Iterable
from decimal import Decimal

from common.decimals import format_decimal
from portfolio.importers.base import DraftLine, Statement, check_length
from portfolio.importers.drafts import ZERO, LotChoice, TransactionDraft
from portfolio.importers.table import LineError, protect, read_date, read_decimal, read_table, unprotect

CONTRACT_COLUMNS = ("date", "type", "symbol", "quantity", "price", "amount", "fee", "tax", "currency", "fx_rate", "account", "note", "external_id")
MORE_COLUMNS = ("settlement_date", "counter_account", "id", "lots")
COLUMNS = (*CONTRACT_COLUMNS, *MORE_COLUMNS)
COLUMN_NAMES = {"trade_date": "date", "kind": "type"}
NUMBERS = ("quantity", "price", "amount", "fx_rate")


def parse(content: bytes) -> Statement:
    """Return the entries of the lines that can be read, and the problems of the others."""
    table, problems = read_table(content, known=COLUMNS, required=("date", "type"))
    lines: list[DraftLine] = []
    days: dict[str, dt.date] = {}
    for line, cells in table or ():
        if too_many := check_length(lines, line):
            problems.append(too_many)
            break
        try:
            lines.append(DraftLine(line, _read(cells, days), cells.get("id", "").strip()))
        except LineError as error:
            problems.append(error.as_problem(line))
    return Statement(lines, problems + (table.problems if table else []))


def looks_like(content: bytes) -> bool:
    """A first line that names at least a date and one more known column."""
    first = content[:4096].decode("utf-8-sig", "ignore").strip().partition("\n")[0].lower()
    names = {name.strip(' "\r') for name in first.replace(";", ",").replace("\t", ",").split(",")}
    return "date" in names and len(names & set(COLUMNS)) > 1


def _read(cells: dict[str, str], days: dict[str, dt.date]) -> TransactionDraft:
    numbers: dict[str, Decimal | None] = {name: read_decimal(cells.get(name, ""), name) for name in NUMBERS}
    settlement = cells.get("settlement_date", "")
    return TransactionDraft(
        kind=_read_kind(cells["type"]),
        trade_date=_read_day(cells["date"], "date", days),
        symbol=_text(cells, "symbol") or None,
        fee=read_decimal(cells.get("fee", ""), "fee") or ZERO,
        tax=read_decimal(cells.get("tax", ""), "tax") or ZERO,
        currency=sys.intern(cells.get("currency", "").strip()) or None,
        account=_text(cells, "account") or None,
        counter_account=_text(cells, "counter_account") or None,
        lots=_read_lots(cells.get("lots", "").strip()),
        note=unprotect(cells.get("note", "")).strip(),
        external_id=unprotect(cells.get("external_id", "")).strip(),
        settlement_date=_read_day(settlement, "settlement_date", days) if settlement.strip() else None,
        **numbers,
    )


def _text(cells: dict[str, str], name: str) -> str:
    # Symbols and accounts come again on every line: one object for all of them.
    return sys.intern(unprotect(cells.get(name, "")).strip())


def _read_kind(cell: str) -> str:
    kind = cell.strip().lower().replace(" ", "_").replace("-", "_")
    if not kind:
        raise LineError("type", "required", "type: is empty.")
    return sys.intern(kind)


def _read_day(cell: str, column: str, days: dict[str, dt.date]) -> dt.date:
    day = days.get(cell)
    if day is None:
        day = days[cell] = read_date(cell, column)
    return day


def _read_lots(cell: str) -> tuple[LotChoice, ...] | None:
    if not cell:
        return None
    choices = []
    for part in cell.split("|"):
        label, _, text = part.rpartition(":")
        quantity = read_decimal(text, "lots")
        if not label.strip() or quantity is None:
            raise LineError("lots", "bad_lots", "lots: write each chosen lot as label:quantity and join them by |.")
        choices.append(LotChoice(label.strip(), quantity))
    return tuple(choices)


def write(lines: Iterable[DraftLine]) -> bytes:
    """Return the entries as CSV that parse reads back to the same drafts.

    The columns are those of the contract; the others are added only when the ledger needs them. A text that a spreadsheet would run
    gets an apostrophe before it, which parse takes away again. Numbers stay numbers, also negative ones.
    """
    rows = [_row_of(line) for line in lines]
    used = [name for name in MORE_COLUMNS if any(row[name] for row in rows)]
    file = io.StringIO(newline="")
    writer = csv.writer(file, lineterminator="\r\n")
    columns = (*CONTRACT_COLUMNS, *used)
    writer.writerow(columns)
    writer.writerows([row[name] for name in columns] for row in rows)
    return file.getvalue().encode("utf-8")


def _row_of(line: DraftLine) -> dict[str, str]:
    draft = line.draft
    row = {name: "" if (value := getattr(draft, name)) is None else format_decimal(value) for name in (*NUMBERS, "fee", "tax")}
    row |= {name: protect(getattr(draft, name) or "") for name in ("symbol", "account", "counter_account", "note", "external_id")}
    lots = "|".join(f"{choice.transaction}:{format_decimal(choice.quantity)}" for choice in draft.lots or ())
    settlement = draft.settlement_date.isoformat() if draft.settlement_date else ""
    row |= {"date": draft.trade_date.isoformat(), "type": str(draft.kind), "currency": draft.currency or ""}
    return row | {"settlement_date": settlement, "id": line.label, "lots": lots}
