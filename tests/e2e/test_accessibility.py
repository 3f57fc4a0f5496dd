"""What axe finds in the rendered pages (WCAG 2.2 A and AA), in both colours."""

from collections.abc import Callable

import pytest
from playwright.sync_api import Page

from tests.e2e.conftest import AXE, DESKTOP, PHONE

pytestmark = [pytest.mark.e2e, pytest.mark.django_db]

RUN = "async () => (await axe.run(document, {runOnly: ['wcag2a', 'wcag2aa', 'wcag21a', 'wcag21aa', 'wcag22aa', 'best-practice']})).violations"


def list_violations(page: Page) -> list[str]:
    page.evaluate(AXE.read_text(encoding="utf-8"))
    return [f"{found['id']}: {node['html'][:200]} -- {node['failureSummary'][:200]}" for found in page.evaluate(RUN) for node in found["nodes"]]


@pytest.mark.parametrize("color_scheme", ["light", "dark"])
@pytest.mark.parametrize("viewport", [DESKTOP, PHONE], ids=["desk", "phone"])
@pytest.mark.parametrize("path", ["/", "holdings", "/instruments/", "/instruments/LUMERA.SIM/"])
def test_pages_are_accessible(open_page: Callable[..., Page], path: str, viewport: dict[str, int], color_scheme: str) -> None:
    page = open_page("/" if path == "holdings" else path, viewport=viewport, color_scheme=color_scheme, reduced_motion="reduce")
    if path == "holdings":
        page.locator("nav:visible").get_by_role("link", name="Holdings").click()
        page.wait_for_load_state("networkidle")
    assert list_violations(page) == []


@pytest.mark.parametrize("color_scheme", ["light", "dark"])
def test_the_sign_in_page_is_accessible(open_page: Callable[..., Page], color_scheme: str) -> None:
    assert list_violations(open_page("/login/", is_signed_in=False, color_scheme=color_scheme)) == []
