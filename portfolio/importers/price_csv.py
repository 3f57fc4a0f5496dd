"""Closes as CSV: symbol, date, close, currency."""

import datetime as dt
from dataclasses import dataclass
from decimal import Decimal

from portfolio.importers.drafts import Problem
from portfolio.importers.table import LineError, read_date, read_decimal, read_rows, unprotect

COLUMNS = ("symbol", "date", "close", "currency")


@dataclass(frozen=True, slots=True)
class PriceRow:
    """One close; `symbol` and `currency` are empty where the file leaves them to the address it is sent to."""

    line: int
    symbol: str
    date: dt.date
    close: Decimal
    currency: str


def parse_prices(content: bytes) -> tuple[list[PriceRow], list[Problem]]:
    """Return the rows that can be read and the problems of the others."""
    return read_rows(content, known=COLUMNS, required=("date", "close"), read=_read)


def _read(line: int, cells: dict[str, str]) -> PriceRow:
    close = read_decimal(cells.get("close", ""), "close")
    if close is None:
        raise LineError("close", "required", "close: is empty.")
    date = read_date(cells.get("date", ""), "date")
    return PriceRow(line, unprotect(cells.get("symbol", "")), date, close, cells.get("currency", "").strip())
