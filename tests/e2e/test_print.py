"""What is printed: by day whatever is on the screen, without controls, with every column, and no wider than the paper."""

from collections.abc import Callable
from pathlib import Path

import pytest
from playwright.sync_api import Page, expect

from tests.e2e.conftest import PHONE
from tests.e2e.portfolios import expect_no_sideways_scrolling

pytestmark = [pytest.mark.e2e, pytest.mark.django_db]

Open = Callable[..., Page]
# An A4 page within its margins, at 96 pixels an inch.
PAPER = {"width": 718, "height": 1047}
BACKGROUND = "getComputedStyle(document.body).backgroundColor"
CONTROLS = ".topbar, .bottombar, .footer, .page-actions, .segmented, .toolbar, .btn, .search, .chart-data, .skip-link"


def put_on_paper(page: Page) -> None:
    page.emulate_media(media="print")
    page.set_viewport_size({"width": PAPER["width"], "height": PAPER["height"]})


def expect_paper(page: Page) -> None:
    assert page.evaluate(BACKGROUND) == "rgb(255, 255, 255)"
    for control in page.locator(CONTROLS).all():
        expect(control).to_be_hidden()
    expect_no_sideways_scrolling(page)


def open_holdings(page: Page) -> None:
    address = page.locator("nav:visible").get_by_role("link", name="Holdings").get_attribute("href")
    page.goto(str(address), wait_until="networkidle")


@pytest.mark.parametrize("options", [{}, {"viewport": PHONE}], ids=["desk", "phone"])
def test_holdings_are_printed_with_all_columns(open_page: Open, options: dict[str, object]) -> None:
    page = open_page("/", color_scheme="dark", **options)
    open_holdings(page)
    put_on_paper(page)
    expect_paper(page)
    expect(page.locator(".page-header .print-only")).to_be_visible()
    for head in page.locator("#holdings thead th").all():
        expect(head).to_be_visible()
    # A foot that is a foot would stand at the end of every page, and headings must be able to stand at their beginning.
    assert page.locator("#holdings tfoot").evaluate("(foot) => getComputedStyle(foot).display") == "table-row-group"
    assert page.locator("#holdings thead").evaluate("(head) => getComputedStyle(head).display") == "table-header-group"


@pytest.mark.parametrize("path", ["/", "/instruments/LUMERA.SIM/", "/instruments/"])
def test_other_pages_fit_the_paper(open_page: Open, path: str) -> None:
    page = open_page(path, color_scheme="dark")
    put_on_paper(page)
    page.evaluate("dispatchEvent(new Event('beforeprint'))")
    expect_paper(page)


def test_the_dashboard_says_whose_it_is_and_of_when(open_page: Open) -> None:
    page = open_page("/")
    title = page.locator(".print-title")
    expect(title).to_be_hidden()
    put_on_paper(page)
    expect(title).to_be_visible()
    expect(title).not_to_be_empty()


def test_charts_are_drawn_for_the_paper_and_back_again(open_page: Open) -> None:
    page = open_page("/", color_scheme="dark")
    expect(page.locator("#allocation-chart canvas")).to_be_visible()
    page.evaluate("dispatchEvent(new Event('beforeprint'))")
    assert page.evaluate("document.documentElement.dataset.theme") == "light"
    pictures = page.locator(".chart-paper")
    expect(pictures).to_have_count(2)
    expect(pictures.first).to_be_hidden()
    put_on_paper(page)
    for picture in pictures.all():
        expect(picture).to_be_visible()
        assert picture.evaluate("(one) => one.getBoundingClientRect().width <= one.parentElement.getBoundingClientRect().width")
    page.evaluate("dispatchEvent(new Event('afterprint'))")
    expect(pictures).to_have_count(0)
    assert page.evaluate("document.documentElement.dataset.theme ?? 'auto'") == "auto"


def test_a_file_is_written_and_the_screen_is_as_before(open_page: Open, tmp_path: Path) -> None:
    page = open_page("/", color_scheme="dark")
    expect(page.locator("#performance-chart canvas")).to_be_visible()
    before = page.evaluate(BACKGROUND)
    page.pdf(path=tmp_path / "dashboard.pdf", format="A4")
    assert (tmp_path / "dashboard.pdf").read_bytes().startswith(b"%PDF")
    expect(page.locator(".chart-paper")).to_have_count(0)
    assert page.evaluate(BACKGROUND) == before
    width = "(chart) => chart.querySelector('canvas').getBoundingClientRect().width / chart.getBoundingClientRect().width"
    assert page.locator("#performance-chart").evaluate(width) == pytest.approx(1, abs=0.02)
