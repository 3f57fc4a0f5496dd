"""The report of `make bench`: what is met, what is missed, what has become slower."""

import json

import pytest

from tests.perf.bench import report
from tests.perf.bench.report import Figure

RUN = {"date": "2026-01-01", "commit": "abc", "machine": "one", "load_before": 0.1, "versions": {"python": "3.11"}, "data": "little"}


@pytest.mark.parametrize(
    ("value", "limit", "higher", "met"),
    [(5, 10, False, True), (11, 10, False, False), (60, 50, True, True), (40, 50, True, False), (1, None, False, None)],
)
def test_a_target_is_met_or_missed(value: float, limit: float | None, higher: bool, met: bool | None) -> None:
    assert Figure("S", "n", value, "ms", limit, higher_is_better=higher).is_met is met


def test_the_page_has_a_table_for_each_section() -> None:
    page = report.format_page([Figure("A", "one", 5, "ms", 10), Figure("B", "two", 1234.5, "/s", 2000, higher_is_better=True)], RUN, ["A: one"])
    assert "## A\n" in page
    assert "| one | 5 ms | ≤ 10 ms | met |" in page
    assert "| two | 1,234 /s | ≥ 2000 /s | **missed** |" in page
    assert page.endswith("## Slower than at the last commit\n\n- A: one\n")


def test_only_what_is_a_fifth_worse_than_the_committed_figures_is_named(monkeypatch: pytest.MonkeyPatch) -> None:
    before = {"S: steady": 100, "S: slower": 100, "S: faster": 100, "S: rate": 100}
    monkeypatch.setattr(report, "_git", lambda *_: json.dumps({"figures": before}))
    after = {"steady": 119, "slower": 130, "faster": 50, "new": 7}
    figures = [Figure("S", name, value, "ms") for name, value in after.items()]
    lines = report.compare([*figures, Figure("S", "rate", 80, "/s", higher_is_better=True)])
    assert [line.partition(":")[2].split(":")[0].strip() for line in lines] == ["slower", "rate"]


def test_without_committed_figures_nothing_is_slower(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(report, "_git", lambda *_: "")
    assert report.compare([Figure("S", "n", 5, "ms")]) == []
