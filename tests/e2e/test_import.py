"""The import wizard in a browser: a file, a drop, pasted text; problems, undo."""

import re
from collections.abc import Callable
from pathlib import Path

import pytest
from playwright.sync_api import Page, expect

from tests.e2e.conftest import PHONE
from tests.e2e.portfolios import SYMBOL, expect_no_sideways_scrolling, open_new_portfolio, toast_of

pytestmark = [pytest.mark.e2e, pytest.mark.django_db]

Open = Callable[..., Page]
HEADER = "date,type,symbol,quantity,price,amount,fee,tax,currency,fx_rate,account,note,external_id\n"
GOOD = HEADER + f"2024-03-04,buy,{SYMBOL},10,100,,4.95,,EUR,,Broker,first,\n2024-05-06,sell,{SYMBOL},4,120,,,,EUR,,Broker,,\n"
BAD = GOOD + f"2024-06-01,sell,{SYMBOL},some,120,,,,EUR,,Broker,,\n"
DROP = """([zone, name, text]) => {
  const transfer = new DataTransfer();
  transfer.items.add(new File([text], name, { type: "text/csv" }));
  const options = { dataTransfer: transfer, bubbles: true, cancelable: true };
  for (const kind of ["dragenter", "dragover", "drop"]) zone.dispatchEvent(new DragEvent(kind, options));
}"""


def open_wizard(open_page: Open, **options: object) -> Page:
    page = open_new_portfolio(open_page, **options)
    page.get_by_role("link", name="Import a file").click()
    expect(page.get_by_role("heading", name="Import", exact=True)).to_be_visible()
    return page


def write(folder: Path, text: str, name: str = "trades.csv") -> Path:
    path = folder / name
    path.write_text(text, encoding="utf-8")
    return path


def check(page: Page) -> None:
    page.get_by_role("button", name="Check the file").click()
    page.wait_for_url(re.compile(r"/imports/uploads/"))


def count_of(page: Page, name: str) -> str:
    return page.locator(".import-stats .stat", has_text=name).locator("dd").inner_text()


def test_a_chosen_file_is_checked_and_imported(open_page: Open, tmp_path: Path) -> None:
    page = open_wizard(open_page)
    page.locator("input[type=file]").set_input_files(write(tmp_path, GOOD))
    expect(page.locator(".dropzone-file")).to_contain_text("trades.csv")
    check(page)
    assert [count_of(page, name) for name in ("New", "There already", "Problems")] == ["2", "0", "0"]
    page.get_by_role("button", name="Import 2 transactions").click()
    expect(toast_of(page, "2 transactions imported.")).to_be_visible()
    expect(page.locator("#ledger tr[id^=transaction-]")).to_have_count(2)


def test_a_file_is_dropped(open_page: Open) -> None:
    page = open_wizard(open_page)
    page.evaluate(DROP, [page.locator("[data-dropzone]").element_handle(), "dropped.csv", GOOD])
    expect(page.locator(".dropzone-file")).to_contain_text("dropped.csv")
    check(page)
    expect(page.get_by_role("heading", name="dropped.csv")).to_be_visible()


def test_lines_are_pasted(open_page: Open) -> None:
    page = open_wizard(open_page)
    page.locator("summary", has_text="Paste text instead").click()
    page.locator("textarea").fill(GOOD)
    check(page)
    expect(page.get_by_role("heading", name="Pasted text")).to_be_visible()
    assert count_of(page, "New") == "2"


def test_a_bad_line_is_named_and_may_be_left_out(open_page: Open, tmp_path: Path) -> None:
    page = open_wizard(open_page)
    page.locator("input[type=file]").set_input_files(write(tmp_path, BAD))
    check(page)
    problem = page.locator(".problem")
    expect(problem).to_have_count(1)
    expect(problem).to_contain_text("Line 4")
    expect(problem).to_contain_text("quantity")
    expect(problem.locator("code")).to_contain_text("sell,LUMERA.SIM,some")
    button = page.get_by_role("button", name="Import", exact=True)
    expect(button).to_be_disabled()
    page.get_by_label("Leave out the lines with problems").check()
    button.click()
    expect(toast_of(page, "2 transactions imported. 1 line left out.")).to_be_visible()


def test_unknown_instruments_are_created_when_asked(open_page: Open, tmp_path: Path) -> None:
    page = open_wizard(open_page)
    page.locator("input[type=file]").set_input_files(write(tmp_path, GOOD.replace(SYMBOL, "BROWSERCO")))
    check(page)
    assert count_of(page, "New") == "0"
    page.get_by_label("Create instruments that are not known yet").check()
    expect(page.locator(".import-decision")).to_contain_text("BROWSERCO")
    page.get_by_role("button", name="Import 2 transactions").click()
    expect(page.locator("#ledger")).to_contain_text("BROWSERCO")


def test_a_large_file_is_sent_with_its_progress(open_page: Open, tmp_path: Path) -> None:
    page = open_wizard(open_page)
    lines = "".join(f"2024-03-04,deposit,,,,{number},,,EUR,,,{'x' * 60},\n" for number in range(1, 4001))
    page.locator("input[type=file]").set_input_files(write(tmp_path, HEADER + lines))
    check(page)
    assert count_of(page, "New") == "4,000"


def test_an_import_is_undone_after_a_question(open_page: Open, tmp_path: Path) -> None:
    page = open_wizard(open_page)
    page.locator("input[type=file]").set_input_files(write(tmp_path, GOOD))
    check(page)
    page.get_by_role("button", name="Import 2 transactions").click()
    page.get_by_role("link", name="Import", exact=True).first.click()
    page.get_by_role("button", name="Undo").first.click()
    expect(page.locator("#confirm")).to_contain_text("Its 2 transactions will be deleted.")
    page.locator("#confirm").get_by_role("button", name="Cancel").click()
    expect(page.locator(".batches .badge")).to_have_count(0)
    page.locator(".batches").get_by_role("button", name="Undo").click()
    page.locator("#confirm").get_by_role("button", name="Undo the import").click()
    expect(toast_of(page, "The import of trades.csv is undone.")).to_be_visible()
    expect(page.locator(".batches .badge")).to_have_text("undone")


def test_the_wizard_fits_a_phone(open_page: Open, tmp_path: Path) -> None:
    page = open_wizard(open_page, viewport=PHONE, has_touch=True)
    expect_no_sideways_scrolling(page)
    page.locator("input[type=file]").set_input_files(write(tmp_path, BAD))
    check(page)
    expect_no_sideways_scrolling(page)


def test_the_wizard_works_without_script(open_page: Open, tmp_path: Path) -> None:
    page = open_wizard(open_page, java_script_enabled=False)
    page.locator("input[type=file]").set_input_files(write(tmp_path, GOOD))
    check(page)
    page.get_by_role("button", name="Import 2 transactions").click()
    expect(page.locator("#ledger tr[id^=transaction-]")).to_have_count(2)
