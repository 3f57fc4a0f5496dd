"""A whole ledger as JSON: what the export writes, and what it reads back without loss.

{"format": "portfolio-ledger", "version": 1, "portfolio": {…}, "instruments": [{…}], "transactions": [{…}]}.
The `line` of a problem is the number of the transaction, counted from 1.
"""

import json
from collections.abc import Iterable, Mapping
from decimal import Decimal
from typing import Any

from common.api.renderers import dump_json
from portfolio.importers.base import DraftLine, Statement, check_length
from portfolio.importers.drafts import ZERO, LotChoice, Problem, TransactionDraft
from portfolio.importers.table import LineError, decode, read_date, read_decimal

NAME, VERSION = "portfolio-ledger", 1
TEXTS = ("symbol", "currency", "account", "counter_account")
NUMBERS = ("quantity", "price", "amount", "fx_rate")
FIELDS = frozenset({*TEXTS, *NUMBERS, "id", "kind", "trade_date", "settlement_date", "fee", "tax", "lots", "note", "external_id"})
INSTRUMENT_FIELDS = frozenset({"symbol", "name", "kind", "currency", "isin", "exchange_mic", "sector", "country"})


def looks_like(content: bytes) -> bool:
    return content[:64].lstrip(b"\xef\xbb\xbf \t\r\n").startswith(b"{")


def parse(content: bytes) -> Statement:
    """Return the entries that can be read, and the problems of the others."""
    try:
        document = json.loads(decode(content), parse_float=str, parse_int=str)
        entries, instruments = _open(document)
    except LineError as error:
        return Statement([], [error.as_problem(0)])
    except (json.JSONDecodeError, RecursionError) as error:
        return Statement([], [Problem(getattr(error, "lineno", 0), "", "bad_json", "The file is not valid JSON.")])
    lines: list[DraftLine] = []
    problems: list[Problem] = []
    for number, entry in enumerate(entries, start=1):
        if too_many := check_length(lines, number):
            problems.append(too_many)
            break
        try:
            lines.append(DraftLine(number, _read(entry), str(entry.get("id") or "")))
        except LineError as error:
            problems.append(error.as_problem(number))
    return Statement(lines, problems, instruments)


def _open(document: Any) -> tuple[list[Any], dict[str, Mapping[str, str]]]:
    if not isinstance(document, dict) or document.get("format") != NAME or document.get("version") != str(VERSION):
        raise LineError("format", "unknown_format", f"This JSON is not a {NAME} of version {VERSION}, as the export writes it.")
    entries, instruments = document.get("transactions"), document.get("instruments", [])
    if not isinstance(entries, list) or not isinstance(instruments, list):
        raise LineError("transactions", "required", "transactions: a list is needed.")
    return entries, {symbol: facts for symbol, facts in map(_read_instrument, instruments) if symbol}


def _read_instrument(values: Any) -> tuple[str, dict[str, str]]:
    if not isinstance(values, dict):
        raise LineError("instruments", "bad_value", "instruments: each is an object.")
    facts = {name: value for name, value in values.items() if name in INSTRUMENT_FIELDS and isinstance(value, str)}
    return facts.get("symbol", ""), facts


def _read(entry: Any) -> TransactionDraft:
    if not isinstance(entry, dict):
        raise LineError("", "bad_value", "Each transaction is an object.")
    for name in entry:
        if name not in FIELDS:
            raise LineError(name[:40], "unknown_field", f"{name[:40]!r} is not a field of a transaction.")
    values: dict[str, Any] = {name: _text(entry, name) or None for name in TEXTS}
    values |= {name: _number(entry, name) for name in NUMBERS}
    settlement = _text(entry, "settlement_date")
    return TransactionDraft(
        kind=_text(entry, "kind"),
        trade_date=read_date(_text(entry, "trade_date"), "trade_date"),
        fee=_number(entry, "fee") or ZERO,
        tax=_number(entry, "tax") or ZERO,
        lots=_lots(entry.get("lots")),
        note=_text(entry, "note"),
        external_id=_text(entry, "external_id"),
        settlement_date=read_date(settlement, "settlement_date") if settlement else None,
        **values,
    )


def _text(entry: Mapping[str, Any], name: str) -> str:
    value = entry.get(name)
    if value is not None and not isinstance(value, str):
        raise LineError(name, "bad_value", f"{name}: must be a text.")
    return value or ""


def _number(entry: Mapping[str, Any], name: str) -> Decimal | None:
    return read_decimal(_text(entry, name), name)


def _lots(value: Any) -> tuple[LotChoice, ...] | None:
    if not value:
        return None
    if not isinstance(value, list) or not all(isinstance(choice, dict) for choice in value):
        raise LineError("lots", "bad_lots", "lots: a list of objects with transaction and quantity is needed.")
    return tuple(LotChoice(_text(choice, "transaction"), _number(choice, "quantity") or ZERO) for choice in value)


def write(lines: Iterable[DraftLine], *, portfolio: Mapping[str, Any], instruments: list[dict[str, str]]) -> bytes:
    """Return the ledger as a document that parse reads back to the same drafts."""
    document = {
        "format": NAME,
        "version": VERSION,
        "portfolio": portfolio,
        "instruments": instruments,
        "transactions": [_entry_of(line) for line in lines],
    }
    return dump_json(document)


def _entry_of(line: DraftLine) -> dict[str, Any]:
    """Return the fields that say something."""
    draft = line.draft
    values = {name: getattr(draft, name) for name in ("kind", "trade_date", *TEXTS, *NUMBERS, "settlement_date", "note", "external_id")}
    values |= {"fee": draft.fee or None, "tax": draft.tax or None, "id": line.label}
    if draft.lots:
        values["lots"] = [{"transaction": choice.transaction, "quantity": choice.quantity} for choice in draft.lots]
    return {name: value for name, value in values.items() if value is not None and value != ""}
