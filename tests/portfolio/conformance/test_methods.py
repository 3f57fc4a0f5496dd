"""The worked examples of docs/methods: their tables are read, and every figure in them is recomputed."""

import datetime as dt
import re
from collections.abc import Iterator
from dataclasses import dataclass
from decimal import Decimal
from pathlib import Path
from typing import Any

import pytest

from portfolio.engine.fx import FxTable, RateSeries
from portfolio.engine.ledger import Entry, order_entries
from portfolio.engine.market import InstrumentInfo, Market
from portfolio.engine.money_weighted import solve_dated
from portfolio.engine.performance import find_period, measure_period
from portfolio.engine.prices import PriceSeries
from portfolio.engine.summary import summarize
from portfolio.engine.valuation import value_holdings
from portfolio.engine.valuer import Rules

PAGES = Path(__file__).resolve().parents[3] / "docs" / "methods"
UNITS_FREE = {"dividend", "interest", "fee", "tax", "deposit", "withdrawal", "return_of_capital"}
Row = dict[str, str]


@dataclass
class Example:
    page: str
    title: str
    text: str
    tables: dict[tuple[str, ...], list[Row]]

    def table(self, *columns: str) -> list[Row]:
        return next((rows for header, rows in self.tables.items() if header[: len(columns)] == columns), [])

    @property
    def base(self) -> str:
        found = re.search(r"Base ([A-Z]{3})\.", self.text)
        assert found, self.title
        return found[1]

    @property
    def period(self) -> tuple[dt.date | None, dt.date]:
        found = re.search(r"Period (\S+) to (\S+)\.", self.text)
        last = max(row["date"] for rows in self.tables.values() for row in rows if "date" in row)
        return (dt.date.fromisoformat(found[1]), dt.date.fromisoformat(found[2])) if found else (None, dt.date.fromisoformat(last))


def read_examples() -> Iterator[Example]:
    for path in sorted(PAGES.glob("*.md")):
        for section in path.read_text(encoding="utf-8").split("\n## Example: ")[1:]:
            title, _, text = section.partition("\n")
            yield Example(path.stem, title, text, dict(_read_tables(text)))


def _read_tables(text: str) -> Iterator[tuple[tuple[str, ...], list[Row]]]:
    for block in re.findall(r"(?:^\|.*\n?)+", text, re.MULTILINE):
        header, _, *lines = [[cell.strip() for cell in line.strip().strip("|").split("|")] for line in block.strip().splitlines()]
        yield tuple(header), [dict(zip(header, line, strict=True)) for line in lines]


def _number(row: Row, name: str) -> Decimal | None:
    return Decimal(row[name]) if row.get(name) else None


def _entry(example: Example, row: Row, place: int) -> Entry:
    return Entry(
        key=str(place),
        kind=row["kind"],
        trade_date=dt.date.fromisoformat(row["date"]),
        account="Main",
        instrument="X" if row["kind"] not in {"deposit", "withdrawal", "interest"} else None,
        quantity=_number(row, "units"),
        price=_number(row, "price"),
        amount=_number(row, "amount"),
        fee=_number(row, "fee"),
        tax=_number(row, "tax"),
        currency=row.get("currency", example.base),
        sequence=place,
    )


def measure(example: Example, method: str) -> dict[str, Any]:
    """Return the reports of an example, by the names that its figures use."""
    rows = example.table("date", "kind")
    ledger = order_entries(_entry(example, row, place) for place, row in enumerate(rows))
    closes = PriceSeries((dt.date.fromisoformat(row["date"]), Decimal(row["close"])) for row in example.table("date", "close"))
    rates: dict[tuple[str, ...], list[tuple[dt.date, Decimal]]] = {}
    for row in example.table("date", "pair"):
        rates.setdefault(tuple(row["pair"].split("/")), []).append((dt.date.fromisoformat(row["date"]), Decimal(row["rate"])))
    fx = FxTable({(pair[0], pair[1]): RateSeries.of(points) for pair, points in rates.items()})
    info = InstrumentInfo("X", next((row["currency"] for row in rows if row.get("currency")), example.base), "X")
    rules = Rules(example.base, method, cash_tracking="Cash is tracked." in example.text)
    world, (start, end) = Market({"X": info}, {"X": closes}, fx), example.period
    report = value_holdings(summarize(ledger, rules, world, until=end), end)
    performance = measure_period(ledger, rules, world, find_period(ledger, start, end))
    return {"holdings": {one.symbol: one for one in report.holdings}, "totals": report.totals, "performance": performance}


def _follow(reports: Any, path: str) -> Any:
    for name in path.split("."):
        reports = reports[name] if isinstance(reports, dict) else getattr(reports, name)
    return reports


EXAMPLES = list(read_examples())


def test_every_page_of_figures_has_an_example():
    assert {example.page for example in EXAMPLES} >= {"lots", "corporate-actions", "valuation", "period-gain", "returns"}


@pytest.mark.parametrize("example", EXAMPLES, ids=lambda example: f"{example.page}: {example.title}")
def test_the_figures_of_the_example_are_true(example):
    wanted, found = {}, {}
    for row in example.table("figure", "value"):
        method, _, path = row["figure"].rpartition(": ")
        places = len(row["value"].partition(".")[2])
        wanted[row["figure"]] = round(float(row["value"]), places)
        found[row["figure"]] = round(float(_follow(measure(example, method or "fifo"), path)), places)
    assert wanted
    assert found == wanted


def test_the_rate_of_the_example_solves_its_flows():
    flows = [(dt.date(2022, 12, 31), -1000.0), (dt.date(2023, 7, 1), -1200.0), (dt.date(2023, 10, 1), 550.0), (dt.date(2023, 12, 31), 1980.0)]
    rate = solve_dated(flows).rate
    assert rate is not None
    days = [(day - dt.date(2022, 12, 31)).days for day, _ in flows]
    assert sum(amount / (1 + rate) ** (day / 365) for (_, amount), day in zip(flows, days, strict=True)) == pytest.approx(0, abs=1e-9)
