"""Files of the European Central Bank: what they say, and what is refused."""

import io
import zipfile
from datetime import date
from decimal import Decimal
from pathlib import Path

import pytest

from common.errors import InvalidInputError
from portfolio.providers.base import FxQuote
from portfolio.providers.ecb import EcbFile, parse_rates

CSV = b"Date,USD,JPY,CYP,\n2024-01-03,1.0919,155.40,N/A,\n2024-01-02,1.0956,155.68,N/A,\n"
XML = b"""<?xml version="1.0" encoding="UTF-8"?>
<gesmes:Envelope xmlns:gesmes="http://www.gesmes.org/xml/2002-08-01" xmlns="http://www.ecb.int/vocabulary/2002-08-01/eurofxref">
<Cube><Cube time="2024-01-03"><Cube currency="USD" rate="1.0919"/><Cube currency="JPY" rate="155.40"/></Cube>
<Cube time="2024-01-02"><Cube currency="USD" rate="1.0956"/><Cube currency="JPY" rate="155.68"/></Cube></Cube></gesmes:Envelope>"""
QUOTES = [
    FxQuote(date(2024, 1, 2), "EUR", "JPY", Decimal("155.68")),
    FxQuote(date(2024, 1, 2), "EUR", "USD", Decimal("1.0956")),
    FxQuote(date(2024, 1, 3), "EUR", "JPY", Decimal("155.40")),
    FxQuote(date(2024, 1, 3), "EUR", "USD", Decimal("1.0919")),
]


def zipped(content: bytes) -> bytes:
    file = io.BytesIO()
    with zipfile.ZipFile(file, "w") as archive:
        archive.writestr("eurofxref-hist.csv", content)
    return file.getvalue()


@pytest.mark.parametrize("content", [CSV, b"\xef\xbb\xbf" + CSV, zipped(CSV), XML], ids=["csv", "csv with mark", "zip", "xml"])
def test_every_published_format_gives_the_same_rates(content: bytes) -> None:
    assert parse_rates(content) == QUOTES


@pytest.mark.parametrize(
    ("content", "code"),
    [
        (b"", "unreadable_file"),
        (b"Day,USD\n2024-01-02,1.1\n", "unreadable_file"),
        (b"Date,USD\n02.01.2024,1.1\n", "invalid_date"),
        (b"Date,USD\n2024-01-02,abc\n", "invalid_rate"),
        (b"Date,USD\n2024-01-02,NaN\n", "invalid_rate"),
        (b"Date,USD\n2024-01-02,-1\n", "invalid_rate"),
        (b"Date,USD\n2024-01-02,\xff\n", "unreadable_file"),
        (b"PK\x03\x04broken", "unreadable_file"),
        (b"<Cube><Cube time='2024-01-02'><Cube currency='USD' rate='x'/></Cube></Cube>", "invalid_rate"),
        (b"<Cube>", "unreadable_file"),
        (b"<!DOCTYPE a [<!ENTITY b 'c'>]><a>&b;</a>", "unreadable_file"),
    ],
)
def test_what_is_no_file_of_rates_is_refused(content: bytes, code: str) -> None:
    with pytest.raises(InvalidInputError) as refusal:
        parse_rates(content)
    assert refusal.value.code == code


def test_a_problem_names_line_and_currency() -> None:
    with pytest.raises(InvalidInputError) as refusal:
        parse_rates(b"Date,USD,JPY\n2024-01-02,1.1,2\n2024-01-03,1.1,?\n")
    assert refusal.value.detail == {"line": 3, "field": "JPY"}


def test_an_archive_that_unpacks_to_too_much_is_refused() -> None:
    with pytest.raises(InvalidInputError) as refusal:
        parse_rates(zipped(b" " * (64 * 2**20 + 1)))
    assert refusal.value.code == "file_too_large"


def test_a_file_is_read_between_two_days(tmp_path: Path) -> None:
    path = tmp_path / "rates.csv"
    path.write_bytes(CSV)
    assert EcbFile(path).fetch_rates(start=date(2024, 1, 3), end=date(2024, 12, 31)) == QUOTES[2:]
    assert EcbFile(tmp_path / "none.csv").fetch_rates(start=date.min, end=date.max) == []
