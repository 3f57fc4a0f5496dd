"""CSV as people's programs write it: any order of columns, comma, semicolon or tab, with or without a byte order mark."""

import csv
import datetime as dt
import io
import re
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass, field
from decimal import Decimal
from itertools import zip_longest
from typing import TypeVar

from portfolio.importers.drafts import Problem

DELIMITERS = ",;\t"
NUMBER = re.compile(r"[+-]?[0-9]+(?:\.[0-9]+)?", re.ASCII)
DATE = re.compile(r"[0-9]{4}-[0-9]{2}-[0-9]{2}", re.ASCII)
LONGEST_NUMBER = 60
# A spreadsheet takes a cell that begins with one of these for a formula.
FORMULA_STARTS = ("=", "+", "-", "@", "\t", "\r")


Row = TypeVar("Row")


class LineError(Exception):
    """A cell cannot be read: which, and why."""

    def __init__(self, field_name: str, code: str, message: str) -> None:
        super().__init__(message)
        self.field, self.code, self.message = field_name, code, message

    def as_problem(self, line: int) -> Problem:
        return Problem(line, self.field, self.code, self.message)


@dataclass(frozen=True, slots=True)
class Table:
    """A file whose header has been understood. Iterating gives (physical line number, cells by column name) and fills `problems`."""

    columns: tuple[str, ...]
    text: str
    delimiter: str
    problems: list[Problem] = field(default_factory=list)

    def __iter__(self) -> Iterator[tuple[int, dict[str, str]]]:
        reader = csv.reader(io.StringIO(self.text, newline=""), delimiter=self.delimiter, strict=True)
        line = 1
        is_header = True
        try:
            for cells in reader:
                start, line = line, reader.line_num + 1
                if not any(cell.strip() for cell in cells):
                    continue
                if is_header:
                    is_header = False
                elif len(cells) > len(self.columns):
                    self.problems.append(Problem(start, "", "too_many_cells", f"The line has {len(cells)} cells, the header {len(self.columns)}."))
                else:
                    # Programs leave out empty cells at the end of a line.
                    yield start, dict(zip_longest(self.columns, cells, fillvalue=""))
        except csv.Error as error:
            self.problems.append(Problem(line, "", "bad_csv", f"This line cannot be read as CSV: {error}."))


def decode(content: bytes) -> str:
    """Return the text of a UTF-8 file; raise LineError otherwise."""
    try:
        return content.decode("utf-8-sig")
    except UnicodeDecodeError as error:
        line = content.count(b"\n", 0, error.start) + 1
        raise LineError("", "not_utf8", f"Line {line} is not UTF-8 text; save the file as “CSV UTF-8”.") from error


def read_table(content: bytes, *, known: Sequence[str], required: Sequence[str]) -> tuple[Table | None, list[Problem]]:
    """Return the table, or the problems that make its header unreadable (unknown, missing or doubled columns)."""
    try:
        text = decode(content)
    except LineError as error:
        return None, [error.as_problem(0)]
    line, header = _find_header(text)
    if not header:
        return None, [Problem(1, "", "empty_file", "The file is empty; its first line must name the columns.")]
    try:
        delimiter, names = _split_header(header, known)
    except csv.Error as error:
        return None, [Problem(line, "", "bad_csv", f"This line cannot be read as CSV: {error}.")]
    problems = [
        Problem(line, name, "unknown_column", f"{name[:40]!r} is not a column of this format: {', '.join(known)}.")
        for name in names
        if name not in known
    ]
    problems += [Problem(line, name, "missing_column", f"The column {name!r} is missing.") for name in required if name not in names]
    problems += [Problem(line, name, "column_twice", f"The column {name!r} stands twice.") for name in sorted(set(names)) if names.count(name) > 1]
    return (None, problems) if problems else (Table(tuple(names), text, delimiter), [])


def read_rows(
    content: bytes, *, known: Sequence[str], required: Sequence[str], read: Callable[[int, dict[str, str]], Row]
) -> tuple[list[Row], list[Problem]]:
    """Return what `read` makes of each (line, cells), and the problems of the header or of the lines that it refuses by LineError."""
    table, problems = read_table(content, known=known, required=required)
    rows = []
    for line, cells in table or ():
        try:
            rows.append(read(line, cells))
        except LineError as error:
            problems.append(error.as_problem(line))
    return rows, problems + (table.problems if table else [])


def _find_header(text: str) -> tuple[int, str]:
    for number, line in enumerate(io.StringIO(text, newline=""), start=1):
        if line.strip(" \r\n\t,;"):
            return number, line.rstrip("\r\n")
    return 0, ""


def _split_header(header: str, known: Sequence[str]) -> tuple[str, list[str]]:
    """Return the delimiter that yields the most known columns, and the columns."""
    splits = {mark: [cell.strip().lower() for cell in next(csv.reader([header], delimiter=mark), [])] for mark in DELIMITERS}
    best = max(splits, key=lambda mark: sum(name in known for name in splits[mark]))
    return best, splits[best]


def read_decimal(cell: str, column: str) -> Decimal | None:
    """Return the number of a cell, None for an empty one. Strict: a point, no thousands separators, no exponent."""
    text = cell.strip()
    if not text:
        return None
    if len(text) > LONGEST_NUMBER and NUMBER.fullmatch(text):
        raise LineError(column, "too_many_digits", f"{column}: more digits than can be stored.")
    if not NUMBER.fullmatch(text):
        raise LineError(column, "not_a_number", f"{column}: {text[:40]!r} is not a plain number like 1234.50.")
    return Decimal(text)


def read_date(cell: str, column: str) -> dt.date:
    """Return the date of a cell; ISO only, because 03/04 is two different days to two people."""
    text = cell.strip()
    if not text:
        raise LineError(column, "required", f"{column}: is empty.")
    try:
        if DATE.fullmatch(text):
            return dt.date.fromisoformat(text)
    except ValueError:
        pass
    raise LineError(column, "not_a_date", f"{column}: {text[:40]!r} is not a date like 2026-03-31.")


def protect(text: str) -> str:
    """Return the text with an apostrophe before it when a spreadsheet would run it (or when it has one already)."""
    return "'" + text if text.startswith((*FORMULA_STARTS, "'")) else text


def unprotect(cell: str) -> str:
    """Undo protect: the inverse for every text that protect wrote."""
    text = cell.strip(" ")
    return text[1:] if text.startswith("'") and text[1:].startswith((*FORMULA_STARTS, "'")) else text
