"""What axe finds in the rendered pages (WCAG 2.2 A and AA), in both colours."""

from collections.abc import Callable

import pytest
from playwright.sync_api import Page

from tests.e2e.conftest import AXE, DESKTOP, PHONE, Complaints

pytestmark = [pytest.mark.e2e, pytest.mark.django_db]

RUN = "async () => (await axe.run(document, {runOnly: ['wcag2a', 'wcag2aa', 'wcag21a', 'wcag21aa', 'wcag22aa', 'best-practice']})).violations"


def list_violations(page: Page) -> list[str]:
    page.evaluate(AXE.read_text(encoding="utf-8"))
    return [f"{found['id']}: {node['html'][:200]} -- {node['failureSummary'][:200]}" for found in page.evaluate(RUN) for node in found["nodes"]]


# Addresses, and the ends of those below the portfolio.
PATHS = [
    "/",
    "/instruments/",
    "/instruments/LUMERA.SIM/",
    "/instruments/new/",
    "/portfolios/new/",
    "/settings/",
    "/settings/security/",
    "/settings/sessions/",
    "/settings/tokens/",
    "/settings/tokens/new/",
    "{portfolio}",
    "{portfolio}transactions/",
    "{portfolio}transactions/new/",
    "{portfolio}imports/",
    "{portfolio}settings/",
]


@pytest.mark.parametrize(("viewport", "color_scheme"), [(DESKTOP, "light"), (PHONE, "dark")], ids=["desk-light", "phone-dark"])
def test_every_page_is_accessible_and_fits(open_page: Callable[..., Page], viewport: dict[str, int], color_scheme: str) -> None:
    page = open_page("/", viewport=viewport, color_scheme=color_scheme, reduced_motion="reduce")
    portfolio = page.locator("nav:visible").get_by_role("link", name="Holdings").get_attribute("href")
    found = {}
    for path in PATHS:
        page.goto(path.format(portfolio=portfolio), wait_until="networkidle")
        found[path] = list_violations(page)
        if page.evaluate("document.documentElement.scrollWidth") > viewport["width"]:
            found[path].append("wider than the window")
    assert {path: problems for path, problems in found.items() if problems} == {}


@pytest.mark.parametrize("color_scheme", ["light", "dark"])
@pytest.mark.parametrize("path", ["/login/", "/password/reset/", "/nowhere"])
def test_signed_out_pages_are_accessible(open_page: Callable[..., Page], complaints: Complaints, path: str, color_scheme: str) -> None:
    assert list_violations(open_page(path, is_signed_in=False, color_scheme=color_scheme)) == []
    complaints.texts = [text for text in complaints.texts if "404" not in text]
