"""A file of entries becomes part of the ledger, whole or not at all, and each entry once."""

from decimal import Decimal
from pathlib import Path
from typing import Any

import pytest
from django.db import IntegrityError

from accounts.models import User
from common.errors import ConflictError, InvalidInputError, NotFoundError, TooLargeError
from portfolio.models import BrokerageAccount, ImportBatch, Instrument, Portfolio, Transaction
from portfolio.services.imports import ImportResult, preview_import, run_import, undo_import
from portfolio.services.portfolios import update_portfolio
from tests.factories_portfolio import InstrumentFactory, PortfolioFactory, TransactionFactory

HEADER = "date,type,symbol,quantity,price,amount,fee,tax,currency,fx_rate,account,note,external_id\n"
TWO_BUYS = HEADER + "2024-01-02,buy,ACME,10,100,,1.5,,EUR,,Main,first,\n2024-01-03,Buy,ACME,5,110,,,,,,Depot,,\n"


@pytest.fixture
def book(alice: User) -> Portfolio:
    InstrumentFactory(symbol="ACME")
    return PortfolioFactory(owner=alice)


def run(book: Portfolio, text: str | bytes, **options: Any) -> ImportResult:
    content = text if isinstance(text, bytes) else text.encode()
    return run_import(actor=book.owner, portfolio=book, content=content, **options)


def problems_of(result: ImportResult) -> list[tuple[int, str, str]]:
    return [(problem.line, problem.field, problem.code) for problem in result.problems]


def test_the_lines_of_a_file_become_entries(book: Portfolio) -> None:
    result = run(book, TWO_BUYS, file_name="../../trades 2024.csv")
    assert (result.created, result.duplicates, result.problems) == (2, 0, ())
    first, second = Transaction.objects.order_by("sequence")
    assert (first.kind, first.quantity, first.fee, first.note, first.account.name, first.import_line) == (
        "buy",
        10,
        Decimal("1.5"),
        "first",
        "Main",
        2,
    )
    assert (second.account.name, second.currency, second.import_batch) == ("Depot", "EUR", result.batch)
    assert result.batch is not None
    assert (result.batch.file_name, result.batch.format, result.batch.created_count) == ("trades 2024.csv", "csv", 2)
    book.refresh_from_db()
    assert (book.revision, book.next_sequence) == (2, 3)


def test_the_same_file_twice_adds_nothing(book: Portfolio) -> None:
    run(book, TWO_BUYS)
    again = run(book, TWO_BUYS)
    assert (again.created, again.duplicates) == (0, 2)
    assert Transaction.objects.count() == 2


def test_numbers_count_by_value_when_files_overlap(book: Portfolio) -> None:
    run(book, TWO_BUYS)
    again = run(book, HEADER + "2024-01-03,BUY,ACME,5.000,110.0,,0,0.00,EUR,,Depot,another note,\n2024-01-04,buy,ACME,1,1,,,,,,,,\n")
    assert (again.created, again.duplicates) == (1, 1)


def test_two_equal_trades_in_one_file_are_two_trades(book: Portfolio) -> None:
    line = "2024-01-02,buy,ACME,1,100,,,,,,,,\n"
    assert run(book, HEADER + line * 2).created == 2
    more = run(book, HEADER + line * 3)
    assert (more.created, more.duplicates) == (1, 2)


def test_a_number_of_the_broker_decides_where_there_is_one(book: Portfolio) -> None:
    run(book, HEADER + "2024-01-02,buy,ACME,1,100,,,,,,,,A1\n")
    same_number = run(book, HEADER + "2024-01-02,buy,ACME,1,101,,,,,,,,A1\n")
    other_number = run(book, HEADER + "2024-01-02,buy,ACME,1,100,,,,,,,,A2\n")
    assert (same_number.duplicates, same_number.created, other_number.created) == (1, 0, 1)


def test_one_number_for_two_different_lines_is_a_problem(book: Portfolio) -> None:
    result = run(book, HEADER + "2024-01-02,buy,ACME,1,100,,,,,,,,A1\n2024-01-02,buy,ACME,2,100,,,,,,,,A1\n")
    assert problems_of(result) == [(3, "external_id", "duplicate_external_id")]


def test_one_bad_line_and_nothing_is_stored(book: Portfolio) -> None:
    result = run(book, TWO_BUYS + "2024-01-04,buy,ACME,abc,1,,,,,,New account,,\n")
    assert (result.batch, result.created) == (None, 0)
    assert problems_of(result) == [(4, "quantity", "not_a_number")]
    assert not Transaction.objects.exists()
    assert not ImportBatch.objects.exists()
    assert not BrokerageAccount.objects.exists()


def test_partial_takes_the_good_lines(book: Portfolio) -> None:
    result = run(book, TWO_BUYS + "2024-01-04,buy,ACME,abc,1,,,,,,,,\n2024-13-04,buy,ACME,1,1,,,,,,,,\n", partial=True)
    assert (result.created, len(result.problems)) == (2, 2)
    assert result.batch is not None
    assert result.batch.problem_count == 2


@pytest.mark.parametrize(
    ("line", "field", "code"),
    [
        ("2024-01-02,buy,ACME,NaN,1,,,,,,,,", "quantity", "not_a_number"),
        ("2024-01-02,buy,ACME,1e400,1,,,,,,,,", "quantity", "not_a_number"),
        ("2024-01-02,buy,ACME,1,1_000,,,,,,,,", "price", "not_a_number"),
        ('2024-01-02,buy,ACME,1,"1,5",,,,,,,,', "price", "not_a_number"),
        ("2024-01-02,buy,ACME,١,1,,,,,,,,", "quantity", "not_a_number"),
        (f"2024-01-02,buy,ACME,{'1' * 40},1,,,,,,,,", "quantity", "too_many_digits"),
        (f"2024-01-02,buy,ACME,{'1' * 90},1,,,,,,,,", "quantity", "too_many_digits"),
        ("0000-01-02,buy,ACME,1,1,,,,,,,,", "date", "not_a_date"),
        ("0001-01-02,buy,ACME,1,1,,,,,,,,", "date", "date_too_early"),
        ("2999-01-02,buy,ACME,1,1,,,,,,,,", "date", "date_in_future"),
        ("02.01.2024,buy,ACME,1,1,,,,,,,,", "date", "not_a_date"),
        (",buy,ACME,1,1,,,,,,,,", "date", "required"),
        ("2024-01-02,,ACME,1,1,,,,,,,,", "type", "required"),
        ("2024-01-02,gift,ACME,1,1,,,,,,,,", "type", "unknown_kind"),
        ("2024-01-02,buy,NOPE,1,1,,,,,,,,", "symbol", "unknown_symbol"),
        ("2024-01-02,buy,ACME,1,1,,,,XXX,,,,", "currency", "unknown_currency"),
        ("2024-01-02,sell,ACME,1,1,,,,,,,,", "quantity", "oversold"),
        ("2024-01-02,buy,ACME,1,1,,,,,,,,,extra", "", "too_many_cells"),
        ('2024-01-02,buy,ACME,1,1,,,,,,,"unclosed,', "", "bad_csv"),
    ],
)
def test_a_problem_names_line_column_and_reason(book: Portfolio, line: str, field: str, code: str) -> None:
    result = run(book, HEADER + "\n" + line + "\n")
    assert problems_of(result) == [(3, field, code)]
    assert not Transaction.objects.exists()


def test_lines_are_those_of_the_file_even_after_a_note_of_several_lines(book: Portfolio) -> None:
    result = run(book, HEADER + '2024-01-02,buy,ACME,1,1,,,,,,,"two\nlines",\n2024-01-02,buy,ACME,x,1,,,,,,,,\n')
    assert problems_of(result) == [(4, "quantity", "not_a_number")]


@pytest.mark.parametrize(
    "text",
    [
        "\ufeff" + TWO_BUYS,
        TWO_BUYS.replace(",", ";"),
        TWO_BUYS.replace(",", "\t"),
        TWO_BUYS.replace("\n", "\r\n"),
        TWO_BUYS + "\n,,,,\n\n",
        "Symbol,DATE,Price,Type,quantity\nACME,2024-01-02,100,BUY,10\nACME,2024-01-03,110,buy,5",
    ],
)
def test_csv_is_read_as_programs_write_it(book: Portfolio, text: str) -> None:
    assert run(book, text).created == 2


@pytest.mark.parametrize(
    ("content", "code"),
    [
        (b"", "empty_file"),
        (b"\n\n", "empty_file"),
        (b"date,type,colour\n", "unknown_column"),
        (b"date,symbol\n", "missing_column"),
        (b"date,type,date\n", "column_twice"),
        (HEADER.encode() + "2024-01-02,buy,ACME,1,1,,,,,,,Gr\u00fc\u00dfe,".encode("latin-1"), "not_utf8"),
    ],
)
def test_a_file_that_cannot_be_read_says_why(book: Portfolio, content: bytes, code: str) -> None:
    result = run(book, content)
    assert code in {problem.code for problem in result.problems}
    assert result.batch is None


def test_other_formats_are_named_not_guessed(book: Portfolio) -> None:
    with pytest.raises(InvalidInputError) as refusal:
        run(book, b"OFXHEADER:100\n")
    assert refusal.value.code == "unknown_format"
    with pytest.raises(InvalidInputError):
        run(book, TWO_BUYS, format="mt940")


def test_a_file_that_is_too_large_is_refused(book: Portfolio, settings: Any) -> None:
    settings.IMPORT_MAX_BYTES = 100
    with pytest.raises(TooLargeError):
        run(book, TWO_BUYS)


def test_unknown_symbols_can_be_created_as_private_instruments(book: Portfolio) -> None:
    text = HEADER + "2024-01-02,buy,NEWCO,1,1,,,,,,,,\n2024-01-02,buy,NEWCO,1,2,,,,USD,,,,\n2024-01-02,buy,BARE,1,2,,,,,,,,\n"
    refused = run(book, text, create_instruments=True)
    assert problems_of(refused) == [(4, "currency", "currency_needed")]
    assert not Instrument.objects.filter(symbol="NEWCO").exists()
    assert run(book, text, create_instruments=True, partial=True).created == 2
    made = Instrument.objects.get(symbol="NEWCO")
    assert (made.owner, made.currency) == (book.owner, "USD")


def test_a_preview_says_what_would_happen_and_stores_nothing(book: Portfolio) -> None:
    TransactionFactory(portfolio=book, instrument=Instrument.objects.get(symbol="ACME"), trade_date="2024-01-02", fee=Decimal("1.5"))
    text = TWO_BUYS + "2024-01-04,buy,NEWCO,1,1,,,,USD,,Fresh,,\n2024-01-05,sell,ACME,99,1,,,,,,,,\n"
    before = (Transaction.objects.count(), Instrument.objects.count(), BrokerageAccount.objects.count())
    preview = preview_import(actor=book.owner, portfolio=book, content=text.encode(), create_instruments=True)
    assert (preview.created, preview.duplicates, preview.new_symbols, preview.total) == (2, 1, ("NEWCO",), 4)
    assert [row.status for row in preview.rows] == ["duplicate", "new", "new", "problem"]
    assert [(problem.line, problem.code) for problem in preview.problems] == [(5, "oversold")]
    assert (Transaction.objects.count(), Instrument.objects.count(), BrokerageAccount.objects.count()) == before


def test_a_file_that_makes_a_stored_sale_impossible_names_its_own_line(book: Portfolio) -> None:
    run(book, HEADER + "2024-01-02,buy,ACME,10,1,,,,,,,,\n2024-06-01,sell,ACME,10,1,,,,,,,,\n")
    result = run(book, HEADER + "2024-01-02,buy,ACME,1,7,,,,,,,,\n2024-02-01,sell,ACME,5,1,,,,,,,,\n")
    assert problems_of(result) == [(3, "quantity", "oversold")]


def test_an_import_can_be_undone_once(book: Portfolio) -> None:
    batch = run(book, TWO_BUYS).batch
    assert batch is not None
    undone = undo_import(actor=book.owner, batch=batch)
    assert undone.undone_at is not None
    assert not Transaction.objects.exists()
    with pytest.raises(ConflictError) as refusal:
        undo_import(actor=book.owner, batch=batch)
    assert refusal.value.code == "already_undone"
    assert run(book, TWO_BUYS).created == 2


def test_an_import_that_later_entries_need_is_not_undone(book: Portfolio) -> None:
    batch = run(book, TWO_BUYS).batch
    run(book, HEADER + "2024-05-01,sell,ACME,10,1,,,,,,,,\n")
    assert batch is not None
    with pytest.raises(ConflictError) as refusal:
        undo_import(actor=book.owner, batch=batch)
    assert "cannot be undone" in refusal.value.message
    assert Transaction.objects.count() == 3


def test_a_stranger_imports_nothing(book: Portfolio, charlie: User) -> None:
    batch = run(book, TWO_BUYS).batch
    assert batch is not None
    for act in (
        lambda: run_import(actor=charlie, portfolio=book, content=TWO_BUYS.encode()),
        lambda: preview_import(actor=charlie, portfolio=book, content=TWO_BUYS.encode()),
        lambda: undo_import(actor=charlie, batch=batch),
    ):
        with pytest.raises(NotFoundError):
            act()
    assert Transaction.objects.count() == 2


def test_one_line_moves_units_between_two_accounts(book: Portfolio) -> None:
    text = "date,type,symbol,quantity,price,account,counter_account\n2024-01-02,buy,ACME,10,1,,\n2024-02-02,transfer_out,ACME,4,,,Wallet\n"
    assert run(book, text).created == 2
    assert list(Transaction.objects.order_by("sequence").values_list("kind", "account__name", "sequence")) == [
        ("buy", "Main", 1),
        ("transfer_out", "Main", 2),
        ("transfer_in", "Wallet", 3),
    ]
    assert run(book, text).duplicates == 2


def test_chosen_lots_name_lines_of_the_file(book: Portfolio) -> None:
    update_portfolio(actor=book.owner, portfolio=book, lot_method="specific")
    text = "date,type,symbol,quantity,price,id,lots\n2024-01-02,buy,ACME,10,1,a,\n2024-01-03,buy,ACME,10,2,b,\n2024-02-02,sell,ACME,4,3,,b:4\n"
    assert run(book, text).created == 3
    bought = Transaction.objects.get(price=2)
    assert Transaction.objects.get(kind="sell").lots == [{"transaction": str(bought.pk), "quantity": "4"}]
    unknown = run(book, "date,type,symbol,quantity,price,lots\n2024-02-03,sell,ACME,4,3,zzz:4\n")
    assert problems_of(unknown) == [(2, "lots", "lot_not_found")]


def test_cells_protected_from_spreadsheets_come_back_as_they_were(book: Portfolio) -> None:
    run(book, HEADER + "2024-01-02,buy,ACME,1,1,,-2,,,,,'=1+1,'-7\n")
    row = Transaction.objects.get()
    assert (row.note, row.external_id, row.fee) == ("=1+1", "-7", -2)


def test_nothing_of_a_file_stays_when_storing_it_fails_half_way(book: Portfolio) -> None:
    # The last of the rows fails in the database: its sequence number is taken already.
    TransactionFactory(portfolio=book, sequence=2, instrument=Instrument.objects.get(symbol="ACME"))
    Portfolio.objects.filter(pk=book.pk).update(next_sequence=1)
    with pytest.raises(IntegrityError, match="transaction_sequence"):
        run(book, TWO_BUYS)
    assert Transaction.objects.count() == 1
    assert not ImportBatch.objects.exists()
    assert not BrokerageAccount.objects.filter(name="Depot").exists()


def test_the_example_in_the_documents_can_be_imported(book: Portfolio) -> None:
    example = Path(__file__).resolve().parents[2] / "data" / "transactions.csv"
    result = run(book, example.read_bytes(), create_instruments=True)
    assert (result.problems, result.created) == ((), 6)
