"""The pages as a person meets them: dashboard, holdings, instruments, in both colours, on a desk and on a phone."""

import re
from collections.abc import Callable

import pytest
from playwright.sync_api import Page, expect

from tests.e2e.conftest import PHONE, Complaints, Site, sign_in

pytestmark = [pytest.mark.e2e, pytest.mark.django_db]

Open = Callable[..., Page]
MONEY = re.compile(r"€[\d,]+\.\d\d")


def open_alone(open_page: Open, site: Site) -> Page:
    """Open the dashboard in a session of its own: which portfolio was looked at last is remembered there."""
    page = open_page("/login/", is_signed_in=False)
    sign_in(page, site)
    page.wait_for_load_state("networkidle")
    return page


def click_range(page: Page, name: str) -> None:
    page.get_by_role("group", name="Range").get_by_role("link", name=name, exact=True).click()
    expect(page.get_by_role("group", name="Range").locator("[aria-current=true]")).to_have_text(name)


def read_days(page: Page) -> list[str]:
    return page.evaluate("JSON.parse(document.getElementById('performance-data').textContent).days")


def list_symbols(page: Page) -> list[str]:
    return page.locator("#holdings tbody tr:visible th a").all_inner_texts()


def test_signing_in_leads_to_the_dashboard(open_page: Open, site: Site) -> None:
    page = open_page("/login/", is_signed_in=False)
    sign_in(page, site)
    expect(page.locator(".stat-hero dd").first).to_have_text(MONEY)
    expect(page.get_by_text("Simulated market")).to_be_visible()
    expect(page.locator("#performance-chart canvas")).to_be_visible()


def test_a_visitor_is_asked_to_sign_in(open_page: Open) -> None:
    page = open_page("/instruments/", is_signed_in=False)
    expect(page).to_have_url(re.compile(r"/login/\?next=/instruments/"))


def test_a_range_changes_the_chart_without_a_reload(open_page: Open) -> None:
    page = open_page("/")
    page.evaluate("window.stayed = true")
    year = read_days(page)
    click_range(page, "1M")
    month = read_days(page)
    assert year[0] < month[0]
    assert year[-1] == month[-1]
    expect(page).to_have_url(re.compile(r"/\?range=1M$"))
    expect(page.locator("#performance-chart canvas")).to_be_visible()
    assert page.evaluate("window.stayed") is True
    page.reload()
    assert read_days(page) == month


def test_any_two_days_can_be_chosen(open_page: Open) -> None:
    page = open_page("/")
    page.locator("summary", has_text="Custom").click()
    page.get_by_label("From", exact=True).fill("2024-03-01")
    page.get_by_label("To", exact=True).fill("2024-09-30")
    page.get_by_role("button", name="Show", exact=True).click()
    expect(page.get_by_text("in this period", exact=True)).to_be_visible()
    days = read_days(page)
    assert (days[0], days[-1]) == ("2024-03-01", "2024-09-30")
    expect(page).to_have_url(re.compile("from=2024-03-01&to=2024-09-30"))


def test_days_in_the_wrong_order_are_explained(open_page: Open) -> None:
    page = open_page("/?from=2024-09-30&to=2024-03-01")
    expect(page.get_by_text("The first day must come before the last.")).to_be_visible()


def test_the_statement_adds_up(open_page: Open) -> None:
    page = open_page("/?range=Max")
    lines = page.locator(".lines > div").evaluate_all("rows => rows.map(row => row.querySelector('dd').innerText)")
    start, paid, *parts, total, end = (round(float(re.sub(r"[€,+]", "", text).replace("\u2212", "-")) * 100) for text in lines)
    # Each line is rounded for itself: half a cent each at most.
    assert abs(sum(parts) - total) <= 3
    assert abs(start + paid + total - end) <= 2


def test_the_chart_switches_to_the_return_and_back(open_page: Open) -> None:
    page = open_page("/")
    legend = page.locator("[data-legend]")
    expect(legend).to_be_hidden()
    page.get_by_role("button", name="Return", exact=True).click()
    expect(legend).to_contain_text("Simulated World Index")
    page.get_by_role("button", name="Value", exact=True).click()
    expect(legend).to_be_hidden()


def test_the_numbers_of_the_chart_are_there_as_a_table(open_page: Open) -> None:
    page = open_page("/?range=1M")
    page.get_by_text("Show as table").click()
    table = page.get_by_role("region", name="Value and return").get_by_role("table")
    expect(table.locator("tbody tr")).to_have_count(len(read_days(page)))
    expect(table.locator("tbody td.num").first).to_have_text(MONEY)


def test_pointing_at_the_chart_shows_the_day(open_page: Open) -> None:
    page = open_page("/?range=1Y")
    page.locator("#performance-chart canvas").hover(position={"x": 400, "y": 120})
    tip = page.locator(".chart-tip")
    expect(tip).to_be_visible()
    expect(tip.locator("b").first).to_have_text(MONEY)


def test_the_allocation_is_grouped_anew(open_page: Open) -> None:
    page = open_page("/")
    page.get_by_role("button", name="Sector").click()
    allocation = page.locator("#allocation")
    expect(allocation.get_by_role("button", name="Sector")).to_have_attribute("aria-pressed", "true")
    expect(allocation.get_by_role("row", name=re.compile("Technology"))).to_be_visible()


def test_the_other_portfolios_follow_after_the_page(open_page: Open, site: Site) -> None:
    page = open_alone(open_page, site)
    page.get_by_role("link", name="Trading").last.click()
    expect(page.get_by_label("Portfolio: Trading. Change")).to_be_visible()
    page.goto("/")
    expect(page.get_by_label("Portfolio: Trading. Change")).to_be_visible()
    page.get_by_label("Portfolio: Trading. Change").click()
    page.locator(".switcher").get_by_role("link", name="Long-term").click()
    expect(page.get_by_label("Portfolio: Long-term. Change")).to_be_visible()


def test_holdings_are_sorted_and_searched(open_page: Open) -> None:
    page = open_page("/")
    page.get_by_label("Main", exact=True).get_by_role("link", name="Holdings").click()
    by_value = list_symbols(page)
    page.get_by_role("button", name="Instrument").click()
    assert list_symbols(page) == sorted(by_value)
    page.get_by_role("button", name="Instrument").click()
    assert list_symbols(page) == sorted(by_value, reverse=True)
    expect(page.get_by_role("columnheader", name="Instrument")).to_have_attribute("aria-sort", "descending")
    page.get_by_role("button", name="Weight").click()
    assert list_symbols(page) == by_value
    page.get_by_label("Search the holdings").fill("lumera")
    assert list_symbols(page) == ["LUMERA.SIM"]
    page.get_by_label("Search the holdings").fill("no such thing")
    expect(page.get_by_text("No holding matches.")).to_be_visible()


def test_holdings_of_another_day(open_page: Open) -> None:
    page = open_page("/")
    page.get_by_label("Main", exact=True).get_by_role("link", name="Holdings").click()
    now = page.locator("#holdings tfoot .row-total td.num").all_inner_texts()
    page.get_by_label("Holdings at the end of").fill("2022-06-30")
    page.get_by_label("Holdings at the end of").press("Enter")
    expect(page.get_by_text("As it was on June 30, 2022.")).to_be_visible()
    assert page.locator("#holdings tfoot .row-total td.num").all_inner_texts() != now


def test_closed_positions_can_be_shown(open_page: Open, site: Site) -> None:
    page = open_alone(open_page, site)
    page.get_by_role("link", name="Trading").last.click()
    page.get_by_label("Main", exact=True).get_by_role("link", name="Holdings").click()
    open_only = set(list_symbols(page))
    page.get_by_label("Closed positions").check()
    expect(page).to_have_url(re.compile("closed=1"))
    assert open_only <= set(list_symbols(page))


def test_an_instrument_shows_price_trades_and_lots(open_page: Open) -> None:
    page = open_page("/instruments/LUMERA.SIM/?range=Max")
    expect(page.get_by_role("heading", level=1)).to_have_text("Lumera Elektro")
    expect(page.locator("#price-chart canvas")).to_be_visible()
    trades = page.evaluate("JSON.parse(document.getElementById('price-data').textContent).trades.map((trade) => trade.side)")
    assert {"buy", "income"} <= set(trades)
    expect(page.get_by_role("region", name="Table of lots").get_by_role("table").get_by_text("Open").first).to_be_visible()
    click_range(page, "3M")
    expect(page).to_have_url(re.compile(r"LUMERA.SIM/\?range=3M"))


def test_instruments_are_searched_while_typing(open_page: Open) -> None:
    page = open_page("/instruments/")
    page.get_by_label("Search instruments").press_sequentially("cobalt")
    expect(page.locator("#instruments tbody tr")).to_have_count(1)
    expect(page).to_have_url(re.compile("q=cobalt"))
    page.get_by_label("Search instruments").fill("zzzz")
    expect(page.get_by_text("Nothing matches “zzzz”")).to_be_visible()


def test_the_colours_are_chosen_and_kept(open_page: Open) -> None:
    page = open_page("/", color_scheme="light")
    background = "getComputedStyle(document.body).backgroundColor"
    light = page.evaluate(background)
    page.get_by_label(re.compile("^Account of")).click()
    page.get_by_role("button", name="Dark").click()
    dark = page.evaluate(background)
    assert dark != light
    page.reload()
    assert page.evaluate(background) == dark
    page.get_by_label(re.compile("^Account of")).click()
    page.get_by_role("button", name="Auto").click()
    assert page.evaluate(background) == light


def test_everything_is_reached_by_keyboard(open_page: Open) -> None:
    page = open_page("/")
    page.keyboard.press("Tab")
    expect(page.get_by_role("link", name="Skip to content")).to_be_focused()
    page.keyboard.press("Enter")
    assert page.evaluate("document.activeElement.id") == "main"
    account = page.get_by_label(re.compile("^Account of"))
    account.focus()
    page.keyboard.press("Enter")
    settings = page.get_by_role("link", name="Settings", exact=True)
    expect(settings).to_be_visible()
    page.keyboard.press("ArrowDown")
    expect(settings).to_be_focused()
    page.keyboard.press("Escape")
    expect(settings).to_be_hidden()
    expect(account).to_be_focused()


@pytest.mark.parametrize("path", ["/", "holdings", "/instruments/", "/instruments/QUILLON.SIM/"])
def test_nothing_is_wider_than_a_phone(open_page: Open, path: str) -> None:
    page = open_page("/" if path == "holdings" else path, viewport=PHONE)
    if path == "holdings":
        page.get_by_label("Main, at the bottom").get_by_role("link", name="Holdings").click()
        page.wait_for_load_state("networkidle")
    assert page.evaluate("document.documentElement.scrollWidth") <= PHONE["width"]
    expect(page.get_by_label("Main, at the bottom")).to_be_visible()
    expect(page.get_by_label("Main", exact=True)).to_be_hidden()


def test_what_does_not_exist_is_said_plainly(open_page: Open, complaints: Complaints) -> None:
    page = open_page("/instruments/NOTHING.HERE/")
    expect(page.get_by_role("heading", name="There is nothing here")).to_be_visible()
    assert all("404" in text for text in complaints.texts)
    complaints.texts.clear()
