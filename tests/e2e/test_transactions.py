"""The transactions page in a browser: the form, the keys, undo, filters; on a desk, on a phone, without script."""

import re
from collections.abc import Callable

import pytest
from playwright.sync_api import Page, expect

from tests.e2e.conftest import PHONE, Complaints
from tests.e2e.portfolios import (
    SYMBOL,
    expect_no_sideways_scrolling,
    fill_in,
    forgive_refusals,
    open_demo_ledger,
    open_form,
    open_new_portfolio,
    record_purchase,
    save,
    toast_of,
)

pytestmark = [pytest.mark.e2e, pytest.mark.django_db]

Open = Callable[..., Page]


def test_a_purchase_is_added_without_leaving_the_page(open_page: Open) -> None:
    page = open_new_portfolio(open_page)
    page.evaluate("window.stayed = true")
    form = open_form(page)
    form.locator("[name=symbol]").press_sequentially("lumera")
    expect(page.locator(f"#symbols option[value='{SYMBOL}']")).to_be_attached()
    fill_in(form, trade_date="2024-03-04", symbol=SYMBOL, quantity="10", price="1,250.50", fee="4.95", account="Broker")
    expect(form.locator("[data-total]")).to_contain_text("10 × 1,250.5 + 4.95 fee")
    expect(form.locator("[data-total] strong")).to_have_text("12,509.95 EUR")
    save(form)
    expect(page.locator("#modal")).to_be_hidden()
    expect(toast_of(page, f"Buy of {SYMBOL} recorded.")).to_be_visible()
    row = page.locator("#ledger tr[id^=transaction-]")
    expect(row).to_have_count(1)
    expect(row).to_contain_text("−€12,509.95")
    expect(page.locator("#ledger-count")).to_have_text("1 transaction")
    assert page.evaluate("window.stayed") is True


def test_the_kind_changes_the_fields_and_keeps_what_was_typed(open_page: Open) -> None:
    page = open_new_portfolio(open_page)
    form = open_form(page)
    fill_in(form, symbol=SYMBOL, quantity="10")
    form.locator("label.kind", has_text="Dividend").click()
    expect(form.locator("[name=amount]")).to_be_visible()
    expect(form.locator("#kind-dividend")).to_be_focused()
    expect(form.locator("[name=symbol]")).to_have_value(SYMBOL)
    form.locator("label.kind", has_text="Transfer").click()
    expect(form.get_by_label("To account")).to_be_visible()
    form.locator("label.kind", has_text="Split").click()
    expect(form.get_by_label("New units")).to_be_visible()


def test_what_is_wrong_is_said_beside_the_field_and_can_be_corrected(open_page: Open, complaints: Complaints) -> None:
    page = open_new_portfolio(open_page)
    form = open_form(page)
    fill_in(form, trade_date="2024-03-04", symbol=SYMBOL, quantity="1,000", price="5")
    save(form)
    expect(form.locator(".field.quantity .field-error")).to_contain_text("write 1000 or 1.000")
    expect(form.locator("[name=quantity]")).to_be_focused()
    fill_in(form, quantity="1000")
    save(form)
    expect(toast_of(page, "recorded.")).to_be_visible()
    forgive_refusals(complaints)


def test_more_is_sold_than_is_held(open_page: Open, complaints: Complaints) -> None:
    page = open_new_portfolio(open_page)
    record_purchase(page)
    form = open_form(page)
    form.locator("label.kind", has_text="Sell").click()
    expect(form.locator("#kind-sell")).to_be_checked()
    fill_in(form, trade_date="2024-05-06", symbol=SYMBOL, quantity="11", price="5")
    save(form)
    expect(form.get_by_role("alert")).to_contain_text(f"only 10 {SYMBOL} would be held")
    forgive_refusals(complaints)


def test_several_are_added_in_a_row(open_page: Open) -> None:
    page = open_new_portfolio(open_page)
    form = open_form(page)
    fill_in(form, trade_date="2024-03-04", symbol=SYMBOL, quantity="1", price="5", account="Broker")
    form.get_by_role("button", name="Save and add another").click()
    expect(form.locator("[name=symbol]")).to_have_value("")
    expect(form.locator("[name=trade_date]")).to_have_value("2024-03-04")
    expect(form.locator("[name=account]")).to_have_value("Broker")
    fill_in(form, symbol=SYMBOL, quantity="2", price="6")
    save(form)
    expect(page.locator("#ledger tr[id^=transaction-]")).to_have_count(2)


def test_an_entry_is_changed_and_copied(open_page: Open) -> None:
    page = open_new_portfolio(open_page)
    record_purchase(page)
    page.locator(".ledger-edit").click()
    form = page.locator("#modal form#transaction-form")
    expect(form.locator("[name=quantity]")).to_have_value("10")
    fill_in(form, quantity="12")
    save(form)
    expect(page.locator("#ledger .ledger-units")).to_have_text("12")
    page.locator("#ledger tr[id^=transaction-]").hover()
    page.get_by_label("Copy this buy").click()
    expect(form.locator("[name=quantity]")).to_have_value("12")
    save(form)
    expect(page.locator("#ledger tr[id^=transaction-]")).to_have_count(2)


def test_a_deleted_entry_is_brought_back_by_undo(open_page: Open) -> None:
    page = open_new_portfolio(open_page)
    record_purchase(page)
    page.locator("#ledger tr[id^=transaction-]").hover()
    page.get_by_label("Delete this buy").click()
    expect(page.get_by_role("heading", name="No transactions yet")).to_be_visible()
    toast_of(page, "deleted.").get_by_role("button", name="Undo").click()
    expect(page.locator("#ledger tr[id^=transaction-]")).to_have_count(1)
    expect(toast_of(page, "restored.")).to_be_visible()


def test_keys_open_close_and_search(open_page: Open) -> None:
    page = open_new_portfolio(open_page)
    record_purchase(page)
    page.locator("body").click(position={"x": 5, "y": 300})
    page.keyboard.press("n")
    expect(page.locator("#modal form#transaction-form")).to_be_visible()
    page.keyboard.press("Escape")
    # Hidden comes before closed: only then has the focus left the form.
    expect(page.locator("#modal-body")).to_be_empty()
    page.keyboard.press("/")
    expect(page.locator("#filter-text")).to_be_focused()
    page.keyboard.type("n/n")
    expect(page.locator("#filter-text")).to_have_value("n/n")
    expect(page.locator("#modal")).to_be_hidden()


def test_focus_returns_to_where_the_dialog_was_opened(open_page: Open) -> None:
    page = open_new_portfolio(open_page)
    button = page.locator("[data-key=n]")
    button.focus()
    page.keyboard.press("Enter")
    expect(page.locator("#modal form#transaction-form")).to_be_visible()
    page.keyboard.press("Escape")
    expect(button).to_be_focused()


def test_filters_are_kept_in_the_address(open_page: Open) -> None:
    page = open_demo_ledger(open_page)
    total = page.locator("#ledger-count").inner_text()
    page.locator("summary", has_text="Filter").click()
    page.get_by_label("Kind").select_option("dividend")
    expect(page.locator("#ledger-count")).to_contain_text("found")
    expect(page).to_have_url(re.compile(r"/transactions/\?kind=dividend$"))
    shown = page.locator("#ledger-count").inner_text()
    page.reload()
    expect(page.locator("#ledger-count")).to_have_text(shown)
    page.get_by_role("link", name="Clear").click()
    expect(page.locator("#ledger-count")).to_have_text(total)


def test_more_is_loaded_at_the_end(open_page: Open) -> None:
    page = open_demo_ledger(open_page)
    rows = page.locator("#ledger tr[id^=transaction-]")
    expect(rows).to_have_count(50)
    page.get_by_role("link", name="Show more").click()
    expect(rows).to_have_count(100)
    ids = rows.evaluate_all("rows => rows.map((row) => row.id)")
    assert len(set(ids)) == 100


def test_a_phone_shows_rows_that_open_the_form(open_page: Open) -> None:
    page = open_new_portfolio(open_page, viewport=PHONE, has_touch=True)
    record_purchase(page)
    expect_no_sideways_scrolling(page)
    page.locator("#ledger tr[id^=transaction-]").tap()
    form = page.locator("#modal form#transaction-form")
    expect(form.locator("[name=quantity]")).to_have_value("10")
    expect_no_sideways_scrolling(page)
    form.get_by_role("button", name="Delete").tap()
    expect(toast_of(page, "deleted.")).to_be_visible()
    expect(page.get_by_role("heading", name="No transactions yet")).to_be_visible()


def test_everything_works_without_script(open_page: Open) -> None:
    page = open_new_portfolio(open_page, java_script_enabled=False)
    page.locator("[data-key=n]").click()
    form = page.locator("form#transaction-form")
    form.locator("label.kind", has_text="Deposit").click()
    form.get_by_role("button", name="Show the fields for this choice").click()
    fill_in(form, trade_date="2024-03-04", amount="500", account="Bank")
    save(form)
    expect(page.locator("#ledger tr[id^=transaction-]")).to_contain_text("+€500.00")
    page.locator("#ledger tr[id^=transaction-]").hover()
    page.get_by_label("Delete this deposit").click()
    expect(page.get_by_role("heading", name="No transactions yet")).to_be_visible()
    toast_of(page, "Deposit deleted.").get_by_role("button", name="Undo").click()
    expect(page.locator("#ledger tr[id^=transaction-]")).to_have_count(1)
