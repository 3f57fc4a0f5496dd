"""The reader and the writer of transactions as CSV, without a database."""

import datetime as dt
from decimal import Decimal

import pytest
from hypothesis import given
from hypothesis import strategies as st

from portfolio.importers import ledger_json, transaction_csv
from portfolio.importers.base import DraftLine
from portfolio.importers.drafts import LotChoice, TransactionDraft
from portfolio.importers.registry import find_format
from portfolio.importers.table import protect, unprotect

DAY = dt.date(2024, 1, 2)

numbers = st.decimals(min_value=Decimal("-99999999999"), max_value=Decimal("99999999999"), places=8)
positive = st.decimals(min_value=Decimal("0.0000000001"), max_value=Decimal("99999999999"), places=10)
# What the services let into the ledger: no blanks around, nothing that cannot be stored.
texts = st.text(st.characters(exclude_categories=["Cc", "Cs", "Cn", "Zl", "Zp"]), max_size=40).map(str.strip)
notes = st.text(st.characters(exclude_categories=["Cs", "Cn", "Zl", "Zp", "Cc"], include_characters="\n\t"), max_size=60).map(str.strip)
drafts = st.builds(
    TransactionDraft,
    kind=st.sampled_from(["buy", "sell", "dividend", "fee"]),
    trade_date=st.dates(dt.date(1900, 1, 1), dt.date(2100, 1, 1)),
    symbol=st.none() | st.sampled_from(["ACME", "^GSPC", "BRK B", "EURUSD=X"]),
    quantity=st.none() | positive,
    price=st.none() | positive,
    amount=st.none() | numbers,
    fee=numbers,
    tax=numbers,
    currency=st.sampled_from(["EUR", "USD"]),
    fx_rate=st.none() | positive,
    account=texts.filter(bool),
    counter_account=st.none() | texts.filter(bool),
    lots=st.none() | st.lists(st.builds(LotChoice, transaction=st.uuids().map(str), quantity=positive), min_size=1, max_size=3).map(tuple),
    note=notes,
    external_id=texts,
    settlement_date=st.none() | st.dates(dt.date(1900, 1, 1), dt.date(2100, 1, 1)),
)


@given(st.lists(drafts, max_size=5))
def test_what_is_written_as_csv_is_read_back_the_same(entries: list[TransactionDraft]) -> None:
    lines = [DraftLine(number, entry) for number, entry in enumerate(entries)]
    read = transaction_csv.parse(transaction_csv.write(lines))
    assert read.problems == []
    assert [line.draft for line in read.lines] == entries


@given(st.lists(drafts, max_size=5))
def test_what_is_written_as_json_is_read_back_the_same(entries: list[TransactionDraft]) -> None:
    lines = [DraftLine(number, entry) for number, entry in enumerate(entries)]
    read = ledger_json.parse(ledger_json.write(lines, portfolio={}, instruments=[]))
    assert read.problems == []
    assert [line.draft for line in read.lines] == entries


@given(texts)
def test_no_protected_text_begins_like_a_formula(text: str) -> None:
    cell = protect(text)
    assert not cell.startswith(("=", "+", "-", "@", "\t", "\r"))
    assert unprotect(cell) == text


@given(st.binary(max_size=300))
def test_no_bytes_break_the_readers(content: bytes) -> None:
    for read in (transaction_csv.parse(content), transaction_csv.parse(b"date,type\n" + content), ledger_json.parse(content)):
        assert all(problem.code and problem.message for problem in read.problems)
        assert all(isinstance(line.draft.trade_date, dt.date) and line.line > 0 for line in read.lines)


def test_a_symbol_of_digits_and_a_dash_stays_text() -> None:
    read = transaction_csv.parse(b"date,type,symbol,note\n2024-01-02,buy,0700.HK,2024-01-02\n")
    assert (read.lines[0].draft.symbol, read.lines[0].draft.note) == ("0700.HK", "2024-01-02")


def test_missing_cells_at_the_end_are_empty() -> None:
    read = transaction_csv.parse(b"date,type,symbol,quantity,price,fee\n2024-01-02,buy,A,1,2\n")
    assert (read.problems, read.lines[0].draft.fee) == ([], 0)


@pytest.mark.parametrize("cell", ["buy", "BUY", " Buy "])
def test_kinds_are_read_in_any_case(cell: str) -> None:
    assert transaction_csv.parse(f"date,type\n2024-01-02,{cell}\n".encode()).lines[0].draft.kind == "buy"


@pytest.mark.parametrize("cell", ["1:1", "a:b:c", "a", ":1", "a:", "a:1|", "a:x"])
def test_chosen_lots_are_label_and_quantity(cell: str) -> None:
    read = transaction_csv.parse(f"date,type,lots\n2024-01-02,sell,{cell}\n".encode())
    if cell == "1:1":
        assert read.lines[0].draft.lots == (LotChoice("1", Decimal(1)),)
    else:
        assert [(problem.line, problem.field) for problem in read.problems] == [(2, "lots")]


@pytest.mark.parametrize(
    ("content", "name"),
    [
        (b"date,type,symbol\n", "csv"),
        (b"\xef\xbb\xbfDate;Type\n", "csv"),
        (b'  {"format": "portfolio-ledger"}', "json"),
        (b"anything else", "csv"),
    ],
)
def test_the_format_is_seen_in_the_first_bytes(content: bytes, name: str) -> None:
    assert find_format(name="auto", content=content).name == name


@pytest.mark.parametrize(
    ("document", "field"),
    [
        ("[1]", "format"),
        ('{"format": "other"}', "format"),
        ('{"format": "portfolio-ledger", "version": 2, "transactions": []}', "format"),
        ('{"format": "portfolio-ledger", "version": 1}', "transactions"),
        ('{"format": "portfolio-ledger", "version": 1, "transactions": [5]}', ""),
        ('{"format": "portfolio-ledger", "version": 1, "transactions": [{"kind": "buy"}]}', "trade_date"),
        ('{"format": "portfolio-ledger", "version": 1, "transactions": [{"colour": "red"}]}', "colour"),
        ('{"format": "portfolio-ledger", "version": 1, "transactions": [{"kind": [], "trade_date": "2024-01-02"}]}', "kind"),
        ('{"format": "portfolio-ledger", "version": 1, "transactions": [{"kind": "buy", "trade_date": "2024-01-02", "price": "NaN"}]}', "price"),
        ('{"format": "portfolio-ledger", "version": 1, "transactions": [{"kind": "sell", "trade_date": "2024-01-02", "lots": "x"}]}', "lots"),
        ("{", ""),
        ("[" * 100_000, ""),
    ],
)
def test_a_json_ledger_that_cannot_be_read_says_where(document: str, field: str) -> None:
    read = ledger_json.parse(document.encode())
    assert [problem.field for problem in read.problems] == [field]
    assert read.lines == []
