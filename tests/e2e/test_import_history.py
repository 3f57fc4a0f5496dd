"""Twelve years of real prices, rates and trades go in through the import page, like a person brings them; nothing goes in twice; undo."""

import re
from collections.abc import Callable
from dataclasses import dataclass
from decimal import Decimal
from pathlib import Path
from typing import Any

import pytest
from playwright.sync_api import Page, expect

from tests.data.ledger_generator import generate_ledger, read_file
from tests.e2e.portfolios import open_new_portfolio, toast_of
from tests.e2e.test_import import count_of

pytestmark = [pytest.mark.e2e, pytest.mark.django_db]

Open = Callable[..., Page]
LAST_DAY = "2022-12-28"
TRADES, PRICES, RATES = 2_000, 35_970, 20_034
# Tens of thousands of lines on a machine that may be busy.
PATIENCE = 90_000
SHOWN_VALUES = ("quantity", "price", "market_value_base", "weight", "average_cost", "unrealized_gain_base", "income_base", "total_gain_base")


@dataclass(frozen=True, slots=True)
class Wizard:
    """The pages of one portfolio, and the files of a person in `folder`."""

    page: Page
    address: str
    folder: Path

    def check_file(self, name: str, content: bytes) -> None:
        path = self.folder / name
        path.write_bytes(content)
        self.page.goto(f"{self.address}imports/")
        self.page.locator("input[type=file]").set_input_files(path)
        self.page.get_by_role("button", name="Check the file").click()
        self.page.wait_for_url(re.compile(r"/imports/uploads/"))
        expect(self.page.get_by_role("heading", name=name)).to_be_visible()

    def count(self) -> list[str]:
        return [count_of(self.page, name) for name in ("New", "There already", "Problems")]

    def press_import(self, what: str) -> None:
        self.page.get_by_role("button", name=f"Import {what}").click()
        expect(toast_of(self.page, f"{what} imported.")).to_be_visible(timeout=PATIENCE)

    def expect_nothing_new(self, name: str, content: bytes, count: str) -> None:
        self.check_file(name, content)
        assert self.count() == ["0", count, "0"]
        expect(self.page.get_by_text("Everything in this file is there already.")).to_be_visible()
        expect(self.page.locator("[data-import-button]")).to_have_count(0)

    def read_api(self, path: str) -> dict[str, Any]:
        answer = self.page.request.get(self.address.replace("/portfolios/", "/api/v1/portfolios/") + path)
        assert answer.ok, answer.text()
        return dict(answer.json())


@pytest.fixture
def wizard(open_page: Open, tmp_path: Path) -> Wizard:
    page = open_new_portfolio(open_page)
    page.set_default_timeout(PATIENCE)
    return Wizard(page, page.url.removesuffix("transactions/"), tmp_path)


def import_prices(wizard: Wizard) -> None:
    """The instruments are not known: one problem for each, solved by one tick."""
    page = wizard.page
    wizard.check_file("prices.csv", read_file("prices.csv.gz"))
    assert wizard.count() == ["0", "0", "11"]
    expect(page.get_by_text("11 instruments are not known yet")).to_be_visible()
    expect(page.locator(".problem")).to_have_count(11)
    expect(page.locator(".problem").first).to_contain_text("The same on 3,269 more lines.")
    page.get_by_label("Create instruments that are not known yet").check()
    wizard.press_import("35,970 prices")


def import_all(wizard: Wizard, ledger: bytes) -> None:
    import_prices(wizard)
    wizard.check_file("rates.csv", read_file("fx_rates.csv.gz"))
    assert wizard.count() == [f"{RATES:,}", "0", "0"]
    wizard.press_import("20,034 exchange rates")
    wizard.check_file("trades.csv", ledger)
    assert wizard.count() == [f"{TRADES:,}", "0", "0"]
    wizard.press_import("2,000 transactions")
    expect(wizard.page.locator("#ledger-count")).to_have_text("2,000 transactions")


def list_shown(page: Page) -> dict[str, dict[str, Decimal]]:
    """Return the exact values behind the table's cells, by symbol and name of the API."""
    rows = page.locator("#holdings tbody tr").evaluate_all(
        "(rows) => rows.map((row) => [...row.querySelectorAll('[data-value]')].map((cell) => cell.dataset.value))"
    )
    return {row[0]: dict(zip(SHOWN_VALUES, map(Decimal, row[1:]), strict=True)) for row in rows}


def check_holdings(wizard: Wizard) -> None:
    page = wizard.page
    page.goto(f"{wizard.address}?as_of={LAST_DAY}")
    told = wizard.read_api(f"holdings?as_of={LAST_DAY}")
    shown = list_shown(page)
    assert len(shown) == 10
    assert shown == {row["symbol"]: {name: Decimal(str(row[name])) for name in SHOWN_VALUES} for row in told["holdings"]}
    totals = {name: f"{Decimal(told['totals'][name]):,.2f}" for name in ("total_value", "cost_basis", "realized_gain", "income", "total_gain")}
    figures = page.get_by_label("Totals")
    for text in totals.values():
        expect(figures).to_contain_text(f"€{text}")
    expect(page.locator("#holdings tfoot")).to_contain_text(f"€{totals['total_value']}")


def test_a_real_history_goes_in_once_and_can_be_taken_back(wizard: Wizard) -> None:
    ledger = generate_ledger(count=TRADES)
    page = wizard.page
    import_all(wizard, ledger)
    check_holdings(wizard)

    wizard.expect_nothing_new("trades.csv", ledger, f"{TRADES:,}")
    wizard.expect_nothing_new("prices.csv", read_file("prices.csv.gz"), f"{PRICES:,}")
    wizard.expect_nothing_new("rates.csv", read_file("fx_rates.csv.gz"), f"{RATES:,}")
    check_holdings(wizard)

    page.goto(f"{wizard.address}imports/")
    page.locator(".batches").get_by_role("button", name="Undo").click()
    expect(page.locator("#confirm")).to_contain_text("Its 2,000 transactions will be deleted.")
    page.locator("#confirm").get_by_role("button", name="Undo the import").click()
    expect(toast_of(page, "The import of trades.csv is undone.")).to_be_visible(timeout=PATIENCE)
    page.goto(wizard.address)
    expect(page.get_by_role("heading", name="Nothing is held")).to_be_visible()
    wizard.check_file("trades.csv", ledger)
    assert wizard.count() == [f"{TRADES:,}", "0", "0"]
