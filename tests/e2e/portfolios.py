"""What the tests of single pages share: a portfolio of their own, opened like a person does it."""

import itertools
import re
from collections.abc import Callable

from playwright.sync_api import Locator, Page, expect

from tests.e2e.conftest import Complaints

Open = Callable[..., Page]
NUMBERS = itertools.count(1)
# An instrument of the demo.
SYMBOL = "LUMERA.SIM"


def open_new_portfolio(open_page: Open, **options: object) -> Page:
    """Open a new, empty portfolio; the page is its list of transactions."""
    page = open_page("/portfolios/new/", **options)
    page.get_by_label("Name", exact=True).fill(f"Test {next(NUMBERS)}")
    page.get_by_role("button", name="Open the portfolio").click()
    expect(page.get_by_role("heading", name="No transactions yet")).to_be_visible()
    return page


def open_demo_ledger(open_page: Open) -> Page:
    """Open the transactions of the demo's large portfolio, whichever was looked at last."""
    page = open_page("/")
    page.locator(".switcher summary").click()
    page.locator(".switcher .menu-item", has_text="Long-term").click()
    page.locator(".topnav").get_by_role("link", name="Transactions").click()
    expect(page.get_by_role("heading", name="Transactions")).to_be_visible()
    return page


def open_form(page: Page) -> Locator:
    page.locator("[data-key=n]").click()
    form = page.locator("#modal form#transaction-form")
    expect(form).to_be_visible()
    return form


def fill_in(form: Locator, **values: str) -> None:
    for name, value in values.items():
        form.locator(f"[name={name}]").fill(value)


def save(form: Locator) -> None:
    form.get_by_role("button", name="Save", exact=True).click()


def record_purchase(page: Page, *, quantity: str = "10", day: str = "2024-03-04") -> None:
    """Add a purchase by the dialog and wait until the list shows it."""
    rows = page.locator("#ledger tr[id^=transaction-]")
    before = rows.count()
    form = open_form(page)
    fill_in(form, trade_date=day, symbol=SYMBOL, quantity=quantity, price="100")
    save(form)
    expect(rows).to_have_count(before + 1)


def toast_of(page: Page, text: str) -> Locator:
    return page.locator(".toast", has_text=text)


def expect_no_sideways_scrolling(page: Page) -> None:
    assert page.evaluate("document.documentElement.scrollWidth <= document.documentElement.clientWidth")


def forgive_refusals(complaints: Complaints) -> None:
    """The browser logs every answer 422 as an error; here it is what was asked for."""
    complaints.texts[:] = [text for text in complaints.texts if not re.search(r"status of 422", text)]
