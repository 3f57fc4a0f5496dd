"""A portfolio is opened to others in the browser, and looked at by them."""

import os
import re
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path

import pytest
from playwright.sync_api import Page, expect
from pytest_django.plugin import DjangoDbBlocker

from portfolio.models import Portfolio
from portfolio.services.sharing import create_share_link, grant_access
from tests.e2e.conftest import DESKTOP, PHONE, Site
from tests.e2e.test_accessibility import list_violations
from tests.factories import PASSWORD, UserFactory

pytestmark = [pytest.mark.e2e, pytest.mark.django_db]

Open = Callable[..., Page]
VIEWS = pytest.mark.parametrize(("viewport", "color_scheme"), [(DESKTOP, "light"), (PHONE, "dark")], ids=["desk-light", "phone-dark"])
ROLES = ["percentages", "reader"]
SHOTS = os.environ.get("SHOTS")


def check(page: Page, name: str) -> None:
    """Accessible, and no wider than the window; with SHOTS=folder also a picture."""
    if SHOTS:
        page.screenshot(path=Path(SHOTS) / f"{name}-{page.viewport_size['width']}.png", full_page=True)  # type: ignore[index]
    assert list_violations(page) == []
    assert page.evaluate("document.documentElement.scrollWidth") <= page.viewport_size["width"]  # type: ignore[index]


@VIEWS
def test_the_owner_adds_people_and_links(open_page: Open, viewport: dict[str, int], color_scheme: str) -> None:
    page = open_page("/", viewport=viewport, color_scheme=color_scheme, reduced_motion="reduce")
    address = page.locator("nav:visible").get_by_role("link", name="Holdings").get_attribute("href")
    page.goto(f"{address}sharing/", wait_until="networkidle")
    check(page, "sharing-empty")
    page.get_by_label("E-mail address").fill(f"friend{viewport['width']}@example.com")
    page.get_by_role("button", name="Give access").click()
    expect(page.get_by_text("Pending").first).to_be_visible()
    page.get_by_label("What it is for").fill("Tax adviser")
    page.get_by_role("button", name="Make the link").click()
    expect(page.get_by_label("The link", exact=True)).to_have_value(re.compile("/shared/"))
    page.get_by_text("Change", exact=True).first.click()
    check(page, "sharing-full")
    page.get_by_role("button", name="Copy", exact=True).click()
    expect(page.get_by_text("Copied.").or_(page.get_by_text("press Ctrl+C"))).to_be_visible()


@dataclass(frozen=True, slots=True)
class Opened:
    """The demo's portfolio, open by links and to guests: by role."""

    address: str
    links: dict[str, str]
    guests: dict[str, str]


@pytest.fixture(scope="module")
def opened(site: Site, django_db_blocker: DjangoDbBlocker) -> Opened:
    """Stored for good, like the demo, because the server has a connection of its own; it goes with the module."""
    with django_db_blocker.unblock():
        book = Portfolio.objects.filter(owner__email=site.email).earliest("created_at")
        links, guests = {}, {}
        for role in ROLES:
            _, token = create_share_link(actor=book.owner, portfolio=book, role=role)
            links[role] = f"/shared/{token}/"
            guests[role] = UserFactory(email=f"{role}@example.com", name="Guest").email
            grant_access(actor=book.owner, portfolio=book, email=guests[role], role=role)
    return Opened(f"/portfolios/{book.pk}/", links, guests)


@VIEWS
@pytest.mark.parametrize("role", ROLES)
def test_a_link_shows_a_finished_page(open_page: Open, opened: Opened, viewport: dict[str, int], color_scheme: str, role: str) -> None:
    address = f"{opened.links[role]}?range=Max"
    page = open_page(address, is_signed_in=False, viewport=viewport, color_scheme=color_scheme, reduced_motion="reduce")
    expect(page.locator("#performance-chart svg, #performance-chart canvas").first).to_be_visible()
    check(page, f"link-{role}")


@VIEWS
@pytest.mark.parametrize("role", ROLES)
def test_who_was_let_in_finds_it_among_his_portfolios(
    open_page: Open, opened: Opened, viewport: dict[str, int], color_scheme: str, role: str
) -> None:
    page = open_page("/login/", is_signed_in=False, viewport=viewport, color_scheme=color_scheme, reduced_motion="reduce")
    page.get_by_label("E-mail address").fill(opened.guests[role])
    page.get_by_label("Password", exact=True).fill(PASSWORD)
    page.get_by_role("button", name="Sign in").click()
    expect(page.get_by_text("Shared by").first).to_be_visible()
    check(page, f"guest-dashboard-{role}")
    page.goto(opened.address, wait_until="networkidle")
    check(page, f"guest-holdings-{role}")
    if role == "reader":
        page.goto(f"{opened.address}transactions/", wait_until="networkidle")
        check(page, f"guest-transactions-{role}")
