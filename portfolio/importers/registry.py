"""The statement formats that can be read, and which one a file is."""

from common.errors import InvalidInputError
from portfolio.importers import ledger_json, transaction_csv
from portfolio.importers.base import StatementFormat

FORMATS = {
    found.name: found
    for found in (
        StatementFormat("json", "Ledger as JSON, from an export", ledger_json.parse, ledger_json.looks_like),
        StatementFormat("csv", "CSV", transaction_csv.parse, transaction_csv.looks_like, transaction_csv.COLUMN_NAMES),
    )
}
# Known by their first bytes, so that somebody who tries gets a better answer than "no header".
FOREIGN = {b"OFXHEADER": "OFX", b"<OFX": "OFX", b"<?XML": "XML", b"!TYPE": "QIF", b"!ACCOUNT": "QIF", b"PK\x03\x04": "XLSX or ZIP", b"%PDF": "PDF"}


def find_format(*, name: str, content: bytes) -> StatementFormat:
    """Return the format of that name, for `auto` the one the file looks like; raise InvalidInputError."""
    if name != "auto":
        found = FORMATS.get(name)
        if found is None:
            raise InvalidInputError(f"format: {name[:20]!r} is none of auto, {', '.join(FORMATS)}.", code="unknown_format", field="format")
        return found
    start = content[:64].lstrip(b"\xef\xbb\xbf \t\r\n").upper()
    for mark, label in FOREIGN.items():
        if start.startswith(mark):
            raise InvalidInputError(
                f"This is a file of the kind {label}, which cannot be read; use {' or '.join(FORMATS)}.", code="unknown_format", field="file"
            )
    return next((found for found in FORMATS.values() if found.looks_like(content)), FORMATS["csv"])


def list_formats() -> list[tuple[str, str]]:
    """Return (name, label) of the formats, `auto` first."""
    return [("auto", "Detect"), *((found.name, found.label) for found in FORMATS.values())]
