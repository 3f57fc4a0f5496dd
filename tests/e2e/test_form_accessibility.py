"""What axe finds in the pages where something is entered, in both colours, on a desk and on a phone."""

from collections.abc import Callable

import pytest
from playwright.sync_api import Page, expect

from tests.e2e.conftest import DESKTOP, PHONE, Complaints
from tests.e2e.portfolios import fill_in, forgive_refusals, open_demo_ledger, open_form, open_new_portfolio, record_purchase, save
from tests.e2e.test_accessibility import list_violations

pytestmark = [pytest.mark.e2e, pytest.mark.django_db]

Open = Callable[..., Page]
LOOKS = [
    pytest.param({"viewport": DESKTOP, "color_scheme": "light"}, id="desk-light"),
    pytest.param({"viewport": DESKTOP, "color_scheme": "dark"}, id="desk-dark"),
    pytest.param({"viewport": PHONE, "color_scheme": "light"}, id="phone-light"),
    pytest.param({"viewport": PHONE, "color_scheme": "dark"}, id="phone-dark"),
]


@pytest.mark.parametrize("look", LOOKS)
def test_entering_pages_are_accessible(open_page: Open, look: dict[str, object]) -> None:
    page = open_new_portfolio(open_page, reduced_motion="reduce", **look)
    ledger = page.url
    assert list_violations(page) == []
    for path in ("new/", "../imports/", "../settings/", "../settings/delete/", "../../new/", "/instruments/new/"):
        page.goto(ledger)
        page.goto(page.evaluate("(path) => new URL(path, location.href).href", path), wait_until="networkidle")
        assert list_violations(page) == [], path


@pytest.mark.parametrize("look", LOOKS)
def test_the_dialog_and_its_errors_are_accessible(open_page: Open, complaints: Complaints, look: dict[str, object]) -> None:
    page = open_new_portfolio(open_page, reduced_motion="reduce", **look)
    record_purchase(page)
    assert list_violations(page) == []
    form = open_form(page)
    assert list_violations(page) == []
    fill_in(form, quantity="x")
    save(form)
    expect(form.locator(".field.quantity .field-error")).to_be_visible()
    assert list_violations(page) == []
    forgive_refusals(complaints)


@pytest.mark.parametrize("look", LOOKS)
def test_the_check_of_a_file_is_accessible(open_page: Open, look: dict[str, object]) -> None:
    page = open_new_portfolio(open_page, reduced_motion="reduce", **look)
    page.get_by_role("link", name="Import a file").click()
    page.locator("summary", has_text="Paste text instead").click()
    page.locator("textarea").fill("date,type,symbol,quantity,price,amount,currency\n2024-03-04,deposit,,,,5,EUR\n2024-03-04,buy,NOPE,x,1,,EUR\n")
    page.get_by_role("button", name="Check the file").click()
    expect(page.get_by_role("heading", name="Problems")).to_be_visible()
    assert list_violations(page) == []


def test_a_long_ledger_with_its_filters_is_accessible(open_page: Open) -> None:
    page = open_demo_ledger(open_page)
    page.locator("summary", has_text="Filter").click()
    assert list_violations(page) == []
