"""The euro reference rates of the European Central Bank, read from the files it publishes.

Two formats: CSV (one column a currency, newest day first, "N/A" where there was no fixing; also zipped) and XML
(`<Cube time="…"><Cube currency="…" rate="…"/>`). The bank's web site offers both as `eurofxref-hist`.
"""

import csv
import io
import zipfile
from datetime import date
from decimal import Decimal, InvalidOperation
from pathlib import Path
from xml.parsers import expat

from common.errors import InvalidInputError
from portfolio.providers.base import FxQuote

BASE = "EUR"
LARGEST_FILE = 64 * 2**20


class EcbFile:
    """The rates of one file on this machine; no file, no rates."""

    name = "ecb"

    def __init__(self, path: Path) -> None:
        self.path = path

    def fetch_rates(self, *, start: date, end: date) -> list[FxQuote]:
        if not self.path.exists():
            return []
        return [quote for quote in parse_rates(self.path.read_bytes()) if start <= quote.date <= end]


def parse_rates(content: bytes) -> list[FxQuote]:
    """Return the rates of the file, oldest first. Raises InvalidInputError naming what could not be read."""
    if content[:4] == b"PK\x03\x04":
        content = _unzip(content)
    quotes = _parse_xml(content) if content.lstrip(b"\xef\xbb\xbf \r\n\t").startswith(b"<") else _parse_csv(content)
    return sorted(quotes)


def _unzip(content: bytes) -> bytes:
    try:
        with zipfile.ZipFile(io.BytesIO(content)) as archive:
            member = archive.infolist()[0]
            if member.file_size > LARGEST_FILE:
                raise InvalidInputError("The archive holds more than a file of exchange rates.", code="file_too_large")
            return archive.read(member)
    except (zipfile.BadZipFile, IndexError) as error:
        raise InvalidInputError("The ZIP archive of exchange rates cannot be read.", code="unreadable_file") from error


def _parse_csv(content: bytes) -> list[FxQuote]:
    try:
        rows = list(csv.reader(io.StringIO(content.decode("utf-8-sig")), skipinitialspace=True))
    except (UnicodeDecodeError, csv.Error) as error:
        raise InvalidInputError("The file of exchange rates is not CSV in UTF-8.", code="unreadable_file") from error
    if not rows or not rows[0] or rows[0][0].strip() != "Date":
        raise InvalidInputError("The first column of the bank's CSV must be “Date”.", code="unreadable_file", line=1, field="Date")
    currencies = [name.strip() for name in rows[0][1:]]
    return [quote for number, row in enumerate(rows[1:], start=2) if row for quote in _read_row(number, currencies, row)]


def _read_row(number: int, currencies: list[str], row: list[str]) -> list[FxQuote]:
    day = _read_date(row[0].strip(), line=number)
    cells = zip(currencies, row[1:], strict=False)
    return [_make_quote(day, name, cell.strip(), line=number) for name, cell in cells if name and cell.strip() not in {"", "N/A"}]


def _parse_xml(content: bytes) -> list[FxQuote]:
    quotes: list[FxQuote] = []
    day: date | None = None
    reader = expat.ParserCreate()

    def open_element(name: str, attributes: dict[str, str]) -> None:
        nonlocal day
        if "time" in attributes:
            day = _read_date(attributes["time"], line=reader.CurrentLineNumber)
        if day and "currency" in attributes:
            quotes.append(_make_quote(day, attributes["currency"], attributes.get("rate", ""), line=reader.CurrentLineNumber))

    reader.StartElementHandler = open_element
    reader.StartDoctypeDeclHandler = _refuse_doctype
    try:
        reader.Parse(content, True)
    except expat.ExpatError as error:
        raise InvalidInputError(f"The file of exchange rates is not valid XML: {error}.", code="unreadable_file") from error
    return quotes


def _refuse_doctype(*_: object) -> None:
    # Entities are declared in a document type; the bank's files have none, and an attack on the parser would.
    raise InvalidInputError("A file of exchange rates must not declare a document type.", code="unreadable_file")


def _read_date(text: str, *, line: int) -> date:
    try:
        return date.fromisoformat(text)
    except ValueError as error:
        raise InvalidInputError(f"Line {line}: {text!r} is not a date.", code="invalid_date", line=line, field="Date") from error


def _make_quote(day: date, currency: str, text: str, *, line: int) -> FxQuote:
    try:
        rate = Decimal(text)
    except InvalidOperation:
        rate = Decimal("NaN")
    if not (rate.is_finite() and rate > 0):
        raise InvalidInputError(f"Line {line}: {text!r} is not a rate of {currency}.", code="invalid_rate", line=line, field=currency)
    return FxQuote(day, BASE, currency, rate)
