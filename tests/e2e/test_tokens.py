"""Access tokens in a browser: made, shown once, copied, revoked."""

from collections.abc import Callable

import pytest
from playwright.sync_api import Page, expect

from tests.e2e.conftest import DESKTOP, PHONE
from tests.e2e.test_accessibility import list_violations

pytestmark = [pytest.mark.e2e, pytest.mark.django_db]


@pytest.mark.parametrize(("viewport", "color_scheme"), [(DESKTOP, "light"), (PHONE, "dark")], ids=["desk-light", "phone-dark"])
def test_token_is_made_copied_and_revoked(open_page: Callable[..., Page], viewport: dict[str, int], color_scheme: str) -> None:
    page = open_page("/settings/", viewport=viewport, color_scheme=color_scheme, reduced_motion="reduce")
    page.context.grant_permissions(["clipboard-read", "clipboard-write"])
    page.get_by_role("link", name="Access tokens").click()
    page.get_by_role("link", name="New token").first.click()
    page.get_by_role("textbox", name="Name").fill(f"backup {color_scheme}")
    page.get_by_label("See portfolios, entries and figures").check()
    page.get_by_label("See instruments, prices and exchange rates").check()
    page.get_by_role("button", name="Create token").click()
    text = page.get_by_label("Token", exact=True).input_value()
    assert list_violations(page) == []
    page.get_by_role("button", name="Copy").click()
    expect(page.get_by_text("Copied.")).to_be_visible()
    assert page.evaluate("navigator.clipboard.readText()") == text
    page.get_by_role("link", name="Done").click()
    assert list_violations(page) == []
    assert page.evaluate("document.documentElement.scrollWidth") <= viewport["width"]
    page.get_by_role("button", name=f"Revoke backup {color_scheme}").click()
    page.get_by_role("dialog").get_by_role("button", name="Revoke").click()
    expect(page.get_by_role("heading", name="No access tokens")).to_be_visible()
