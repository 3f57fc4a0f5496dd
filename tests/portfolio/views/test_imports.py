"""The import wizard, step by step."""

import datetime as dt
from decimal import Decimal
from uuid import uuid4

import pytest
import time_machine
from django.core.files.uploadedfile import SimpleUploadedFile
from django.http import HttpResponse
from django.test import Client
from django.urls import reverse
from pytest_django import Settings

from accounts.models import User
from portfolio.models import FxRate, ImportBatch, ImportUpload, Instrument, Portfolio, Price, Transaction
from portfolio.tasks import remove_expired_uploads
from portfolio.views.import_help import GUIDES
from tests.factories_portfolio import InstrumentFactory
from tests.portfolio.views.conftest import HTMX, Record, browse, count_queries

HEADER = "date,type,symbol,quantity,price,amount,fee,tax,currency,fx_rate,account,note,external_id\n"
GOOD = HEADER + "2024-03-04,buy,ACME,10,100,,4.95,,USD,,Broker,first,\n2024-05-06,sell,ACME,4,120,,,,USD,,Broker,,\n"
BAD = GOOD + "2024-06-01,sell,ACME,some,120,,,,USD,,Broker,,\n"
TWINS = HEADER + "2024-03-04,buy,ACME,10,100,,,,USD,,,,\n" * 2


@pytest.fixture
def url(book: Portfolio) -> str:
    return reverse("portfolio:imports", args=[book.pk])


def upload(page: Client, url: str, content: str | bytes, name: str = "trades.csv", **headers: str) -> HttpResponse:
    raw = content if isinstance(content, bytes) else content.encode()
    return page.post(url, {"file": SimpleUploadedFile(name, raw, "text/csv")}, headers=headers)


def send(page: Client, url: str, content: str | bytes) -> str:
    """Upload and return the address of the preview."""
    answer = upload(page, url, content)
    assert answer.status_code == 302, answer.content.decode()
    return answer["Location"]


def test_the_page_explains_what_a_file_looks_like(page: Client, url: str) -> None:
    text = page.get(url).content.decode()
    for guide in GUIDES:
        assert guide.title in text
        assert reverse("portfolio:import_template", args=[guide.name]) in text


def test_a_file_is_kept_looked_at_and_imported(page: Client, book: Portfolio, url: str) -> None:
    preview = send(page, url, GOOD)
    assert not Transaction.objects.exists()
    review = page.get(preview).context["review"]
    assert (review.kind, review.created, review.unchanged, review.problem_count) == ("transactions", 2, 0, 0)
    text = page.get(preview).content.decode()
    assert "Ready to import" in text
    assert "trades.csv" in text
    answer = page.post(preview, follow=True)
    assert "2 transactions imported." in answer.content.decode()
    assert [(row.kind, row.quantity, row.account.name) for row in Transaction.objects.order_by("trade_date")] == [
        ("buy", Decimal(10), "Broker"),
        ("sell", Decimal(4), "Broker"),
    ]
    batch = ImportBatch.objects.get()
    assert (batch.portfolio, batch.file_name, batch.created_count) == (book, "trades.csv", 2)
    assert not ImportUpload.objects.exists()


def test_text_is_pasted_instead_of_a_file(page: Client, url: str) -> None:
    answer = page.post(url, {"text": GOOD})
    page.post(answer["Location"])
    assert Transaction.objects.count() == 2
    assert ImportBatch.objects.get().file_name == ""


def test_the_same_file_twice_adds_nothing_twice(page: Client, url: str) -> None:
    page.post(send(page, url, GOOD))
    preview = send(page, url, GOOD)
    text = page.get(preview).content.decode()
    assert "Nothing new" in text
    assert "data-import-button" not in text
    page.post(preview)
    assert Transaction.objects.count() == 2


def test_two_equal_trades_in_one_file_are_two_trades(page: Client, url: str) -> None:
    page.post(send(page, url, TWINS))
    assert Transaction.objects.count() == 2
    page.post(send(page, url, TWINS))
    assert Transaction.objects.count() == 2


def test_a_bad_line_is_named_with_its_field_and_stops_the_import(page: Client, url: str) -> None:
    preview = send(page, url, BAD)
    answer = page.get(preview)
    problem = answer.context["review"].problems[0]
    assert (problem.line, problem.field, problem.code) == (4, "quantity", "not_a_number")
    assert problem.text == "2024-06-01,sell,ACME,some,120,,,,USD,,Broker,,"
    text = answer.content.decode()
    assert "Line 4" in text
    assert "quantity: " in text
    refused = page.post(preview)
    assert refused.status_code == 422
    assert "Nothing was imported" in refused.content.decode()
    assert not Transaction.objects.exists()
    assert not ImportBatch.objects.exists()
    assert ImportUpload.objects.count() == 1


def test_bad_lines_are_left_out_when_asked(page: Client, url: str) -> None:
    preview = send(page, url, BAD)
    answer = page.post(preview, {"partial": "1"}, follow=True)
    assert "2 transactions imported. 1 line left out." in answer.content.decode()
    assert Transaction.objects.count() == 2


def test_more_sold_than_held_is_a_problem_of_its_line(page: Client, url: str) -> None:
    preview = send(page, url, GOOD + "2024-07-01,sell,ACME,7,120,,,,USD,,Broker,,\n")
    problem = page.get(preview).context["review"].problems[0]
    assert (problem.line, problem.code) == (4, "oversold")
    assert page.post(preview).status_code == 422
    assert not Transaction.objects.exists()


def test_unknown_instruments_are_created_when_asked(alice: User, page: Client, url: str) -> None:
    preview = send(page, url, GOOD.replace("ACME", "NEWCO"))
    first = page.get(preview)
    assert first.context["review"].has_unknown_symbols
    assert "Create instruments that are not known yet" in first.content.decode()
    again = page.get(f"{preview}?create_instruments=1", headers=HTMX)
    assert again.context["review"].new_symbols == ("NEWCO",)
    assert b"<html" not in again.content
    assert not Instrument.objects.filter(symbol="NEWCO").exists()
    page.post(preview, {"create_instruments": "1"})
    created = Instrument.objects.get(symbol="NEWCO")
    assert (created.owner, created.currency) == (alice, "USD")
    assert Transaction.objects.count() == 2


def test_a_dropped_file_is_forgotten(page: Client, url: str) -> None:
    preview = send(page, url, GOOD)
    assert page.post(f"{preview}discard/")["Location"] == url
    assert not ImportUpload.objects.exists()
    assert page.get(preview).status_code == 404


def test_an_import_is_done_once_even_if_the_button_is_pressed_twice(page: Client, url: str) -> None:
    preview = send(page, url, GOOD)
    page.post(preview)
    assert page.post(preview).status_code == 404
    assert Transaction.objects.count() == 2


def test_a_file_is_kept_for_a_day(page: Client, url: str) -> None:
    preview = send(page, url, GOOD)
    with time_machine.travel(dt.datetime.now(dt.UTC) + dt.timedelta(hours=25)):
        later = browse(ImportUpload.objects.get().created_by)
        assert later.get(preview).status_code == 404
        send(later, url, TWINS)
    assert ImportUpload.objects.count() == 1


def test_forgotten_files_are_removed_after_a_day(page: Client, url: str) -> None:
    send(page, url, GOOD)
    assert remove_expired_uploads() == 0
    with time_machine.travel(dt.datetime.now(dt.UTC) + dt.timedelta(hours=25)):
        assert remove_expired_uploads() == 1
    assert not ImportUpload.objects.exists()


@pytest.mark.parametrize(
    ("content", "message"),
    [
        (b"", "The file is empty."),
        (b" \n \n", "The file is empty."),
    ],
)
def test_an_empty_file_is_refused(page: Client, url: str, content: bytes, message: str) -> None:
    answer = upload(page, url, content)
    assert answer.status_code == 422
    assert message in answer.content.decode()
    assert not ImportUpload.objects.exists()


def test_nothing_chosen_is_refused(page: Client, url: str) -> None:
    answer = page.post(url, {"text": "  "})
    assert answer.status_code == 422
    assert "Choose a file, or paste its lines." in answer.content.decode()


@pytest.mark.parametrize(
    ("content", "code"),
    [
        ("date,type,symbol\n2024-01-01,buy,Köln".encode("latin-1"), "not_utf8"),
        (b"\xff\xfe\x00d", "not_utf8"),
        (b"hello,world\n1,2\n", "unknown_column"),
        (b"type,symbol\nbuy,ACME\n", "missing_column"),
        (b"<?xml version='1.0'?><OFX/>", "unknown_format"),
        (b"PK\x03\x04zip", "unknown_format"),
        ((HEADER + '2024-01-01,buy,"ACME,1').encode(), "bad_csv"),
        ((HEADER + "0000-01-01,buy,ACME,1,1,,,,,,,,\n").encode(), "not_a_date"),
        ((HEADER + "2024-01-01,buy,ACME,1e400,1,,,,,,,,\n").encode(), "not_a_number"),
        ((HEADER + f"2024-01-01,buy,ACME,{'9' * 40},1,,,,,,,,\n").encode(), "too_many_digits"),
        ((HEADER + "2024-01-01,buy,ACME,NaN,1,,,,,,,,\n").encode(), "not_a_number"),
        ((HEADER + "2024-01-01,buy,ACME,1,1,,,,QQQ,,,,\n").encode(), "unknown_currency"),
        ((HEADER + "2024-01-01,gift,ACME,1,1,,,,,,,,\n").encode(), "unknown_kind"),
        (b"date,close,symbol\n2024-01-01,x,ACME\n", "not_a_number"),
        (b"date,base,quote,rate\n2024-01-01,EUR,EUR,1\n", "same_currency"),
    ],
)
def test_a_file_that_cannot_be_read_is_explained_and_stores_nothing(page: Client, url: str, content: bytes, code: str) -> None:
    preview = send(page, url, content)
    answer = page.get(preview)
    review = answer.context["review"]
    assert answer.status_code == 200
    assert code in {problem.code for problem in review.problems}
    assert "cannot be imported yet" in answer.content.decode()
    assert page.post(preview).status_code in {302, 422}
    assert not Transaction.objects.exists()
    assert not Price.objects.exists()
    assert not FxRate.objects.exists()


def test_a_file_above_the_limit_is_refused(page: Client, url: str, settings: Settings) -> None:
    settings.IMPORT_MAX_BYTES = 1024
    answer = upload(page, url, GOOD + "x" * 2000)
    assert answer.status_code == 422
    assert "at most 1.0\xa0KB can be imported at once" in answer.content.decode()
    assert not ImportUpload.objects.exists()


def test_pasted_text_above_the_limit_is_refused(page: Client, url: str, settings: Settings) -> None:
    settings.IMPORT_MAX_BYTES = 1024
    assert page.post(url, {"text": GOOD + "x" * 2000}).status_code == 422
    assert not ImportUpload.objects.exists()


def test_a_large_file_shows_its_beginning_and_all_of_its_counts(page: Client, url: str) -> None:
    lines = "".join(f"2024-03-04,deposit,,,,{number},,,EUR,,,,\n" for number in range(1, 3001))
    preview = send(page, url, HEADER + lines)
    review = page.get(preview).context["review"]
    assert (review.created, review.total, len(review.rows)) == (3000, 3000, 25)
    page.post(preview)
    assert Transaction.objects.count() == 3000


def test_a_longer_file_takes_no_more_queries(page: Client, url: str) -> None:
    short = send(page, url, GOOD)
    long = send(page, url, HEADER + "".join(f"2024-03-04,buy,ACME,{number},100,,,,USD,,,,\n" for number in range(1, 200)))
    page.get(short)
    assert count_queries(page, long) == count_queries(page, short)


def test_many_problems_are_counted_but_not_all_listed(page: Client, url: str) -> None:
    preview = send(page, url, HEADER + "2024-03-04,buy,ACME,x,100,,,,USD,,,,\n" * 500)
    review = page.get(preview).context["review"]
    assert (review.problem_count, len(review.problems)) == (500, 100)


def test_an_unknown_instrument_is_one_problem_however_often_it_is_named(page: Client, url: str) -> None:
    preview = send(page, url, HEADER + "2024-03-04,buy,NEWCO,1,100,,,,USD,,,,\n" * 300 + "2024-03-04,buy,OTHER,1,100,,,,USD,,,,\n")
    answer = page.get(preview)
    review = answer.context["review"]
    assert [(problem.line, problem.others) for problem in review.problems] == [(2, 299), (302, 0)]
    assert (review.problem_count, review.unknown_count) == (2, 2)
    assert "2 instruments are not known yet" in answer.content.decode()
    assert "The same on 299 more lines." in answer.content.decode()


def test_what_a_file_says_is_shown_as_text(page: Client, url: str) -> None:
    preview = send(page, url, HEADER + "2024-03-04,buy,<script>alert(1)</script>,1,1,,,,USD,,,,\n")
    assert "<script>alert" not in page.get(preview).content.decode()


def test_prices_are_known_by_their_header(alice: User, page: Client, url: str) -> None:
    InstrumentFactory(symbol="HOUSE", owner=alice)
    preview = send(page, url, "symbol,date,close,currency\nHOUSE,2024-03-04,100.5,EUR\nHOUSE,2024-03-05,101,EUR\n")
    review = page.get(preview).context["review"]
    assert (review.kind, review.created, review.unchanged) == ("prices", 2, 0)
    assert not Price.objects.exists()
    answer = page.post(preview, follow=True)
    assert "2 prices imported." in answer.content.decode()
    assert Price.objects.count() == 2
    again = page.get(send(page, url, "symbol,date,close,currency\nHOUSE,2024-03-04,100.5,EUR\n")).context["review"]
    assert (again.created, again.unchanged) == (0, 1)


def test_prices_of_a_shared_instrument_are_refused_with_the_reason(page: Client, url: str, acme: Instrument) -> None:
    preview = send(page, url, "symbol,date,close\nACME,2024-03-04,100.5\n")
    review = page.get(preview).context["review"]
    assert review.problem_count == 1
    assert "shared instrument" in review.problems[0].message
    page.post(preview)
    assert not Price.objects.exists()


def test_prices_can_create_their_instruments(page: Client, url: str) -> None:
    preview = send(page, url, "symbol,date,close,currency\nCOIN,2024-03-04,7,EUR\n")
    assert page.get(preview).context["review"].has_unknown_symbols
    assert page.get(f"{preview}?create_instruments=1").context["review"].new_symbols == ("COIN",)
    assert not Instrument.objects.filter(symbol="COIN").exists()
    page.post(preview, {"create_instruments": "1"})
    assert Price.objects.get().instrument.symbol == "COIN"


def test_exchange_rates_are_known_by_their_header(alice: User, page: Client, url: str) -> None:
    preview = send(page, url, "date;base;quote;rate\n2024-03-04;EUR;USD;1.08\n")
    review = page.get(preview).context["review"]
    assert (review.kind, review.created) == ("fx_rates", 1)
    assert not FxRate.objects.exists()
    page.post(preview)
    rate = FxRate.objects.get()
    assert (rate.owner, rate.base, rate.quote, rate.rate) == (alice, "EUR", "USD", Decimal("1.08"))


def test_an_import_is_undone(page: Client, url: str, book: Portfolio, record: Record) -> None:
    record()
    page.post(send(page, url, GOOD))
    batch = ImportBatch.objects.get()
    undo = reverse("portfolio:import_undo", args=[book.pk, batch.pk])
    assert undo in page.get(url).content.decode()
    answer = page.post(undo, follow=True)
    assert "The import of trades.csv is undone." in answer.content.decode()
    assert Transaction.objects.count() == 1
    assert undo not in page.get(url).content.decode()
    assert "undone already" in page.post(undo, follow=True).content.decode()


def test_an_import_that_others_depend_on_stays(page: Client, url: str, book: Portfolio, record: Record) -> None:
    page.post(send(page, url, GOOD))
    record("sell", quantity=Decimal(6), account="Broker", trade_date=dt.date(2024, 8, 1))
    undo = reverse("portfolio:import_undo", args=[book.pk, ImportBatch.objects.get().pk])
    assert "later transactions depend on it" in page.post(undo, follow=True).content.decode()
    assert Transaction.objects.count() == 3


@pytest.mark.parametrize("name", [guide.name for guide in GUIDES])
def test_an_example_file_is_one_that_can_be_imported(alice: User, page: Client, url: str, name: str) -> None:
    InstrumentFactory(symbol="EXMPL", owner=alice)
    answer = page.get(reverse("portfolio:import_template", args=[name]))
    assert answer["Content-Type"] == "text/csv; charset=utf-8"
    assert answer["Content-Disposition"] == f'attachment; filename="{name}.csv"'
    review = page.get(send(page, url, answer.content)).context["review"]
    assert review.kind == name.replace("-", "_")
    assert (review.problem_count, review.created > 0) == (0, True)


def test_htmx_is_told_where_the_preview_is(page: Client, url: str) -> None:
    answer = upload(page, url, GOOD, **HTMX)
    assert answer.status_code == 204
    assert page.get(answer["HX-Redirect"]).status_code == 200


def test_strangers_see_neither_imports_nor_files(charlie: User, page: Client, url: str, book: Portfolio) -> None:
    page.post(send(page, url, GOOD))
    preview = send(page, url, TWINS)
    undo = reverse("portfolio:import_undo", args=[book.pk, ImportBatch.objects.get().pk])
    stranger = browse(charlie)
    assert stranger.get(url).status_code == 404
    assert upload(stranger, url, GOOD).status_code == 404
    assert stranger.get(preview).status_code == 404
    for address in (preview, f"{preview}discard/", undo):
        assert stranger.post(address).status_code == 404
    assert ImportUpload.objects.count() == 1
    assert Transaction.objects.count() == 2


def test_who_is_not_signed_in_is_led_to_the_sign_in(page: Client, url: str) -> None:
    preview = send(page, url, GOOD)
    nobody = browse(None)
    for address in (url, preview):
        assert nobody.get(address).status_code == 302
        assert nobody.post(address).status_code == 302
    assert not Transaction.objects.exists()


def test_what_does_not_exist_is_not_found(page: Client, url: str, book: Portfolio) -> None:
    assert page.get(reverse("portfolio:import_preview", args=[book.pk, uuid4()])).status_code == 404
    assert page.post(reverse("portfolio:import_undo", args=[book.pk, uuid4()])).status_code == 404
    assert page.get(reverse("portfolio:import_template", args=["passwords"])).status_code == 404
