"""Exchange rates as CSV: date, base, quote, rate."""

import datetime as dt
from dataclasses import dataclass
from decimal import Decimal

from portfolio.importers.drafts import Problem
from portfolio.importers.table import LineError, read_date, read_decimal, read_rows

COLUMNS = ("date", "base", "quote", "rate")


@dataclass(frozen=True, slots=True)
class FxRow:
    """1 base = rate quote. `line` is the line of the file, or the index in a list."""

    line: int
    date: dt.date
    base: str
    quote: str
    rate: Decimal


def parse_fx_rates(content: bytes) -> tuple[list[FxRow], list[Problem]]:
    """Return the rows that can be read and the problems of the others."""
    return read_rows(content, known=COLUMNS, required=COLUMNS, read=_read)


def _read(line: int, cells: dict[str, str]) -> FxRow:
    rate = read_decimal(cells.get("rate", ""), "rate")
    if rate is None:
        raise LineError("rate", "required", "rate: is empty.")
    date = read_date(cells.get("date", ""), "date")
    return FxRow(line, date, cells.get("base", "").strip(), cells.get("quote", "").strip(), rate)
