"""Ranges of charts."""

import datetime as dt

import pytest

from portfolio.views.chart_data import thin
from portfolio.views.periods import go_back, read_day, read_period

TODAY = dt.date(2026, 3, 31)


@pytest.mark.parametrize(
    ("name", "start"),
    [
        ("1W", dt.date(2026, 3, 24)),
        ("1M", dt.date(2026, 2, 28)),
        ("3M", dt.date(2025, 12, 31)),
        ("YTD", dt.date(2025, 12, 31)),
        ("1Y", dt.date(2025, 3, 31)),
        ("3Y", dt.date(2023, 3, 31)),
        ("5Y", dt.date(2021, 3, 31)),
        ("Max", None),
    ],
)
def test_a_range_starts_with_the_close_of_a_day(name: str, start: dt.date | None) -> None:
    period = read_period({"range": name}, today=TODAY)
    assert (period.name, period.start, period.end, period.problem) == (name, start, TODAY, "")


def test_the_default_is_a_year() -> None:
    assert read_period({}, today=TODAY) == read_period({"range": "1Y"}, today=TODAY) == read_period({"range": "nonsense"}, today=TODAY)


def test_two_days_are_taken_as_they_are_but_never_after_today() -> None:
    period = read_period({"from": "2024-01-01", "to": "2030-01-01"}, today=TODAY)
    assert (period.start, period.end, period.name) == (dt.date(2024, 1, 1), TODAY, "custom")
    assert read_period({"to": "2024-06-30"}, today=TODAY).start is None


@pytest.mark.parametrize("days", [{"from": "tomorrow"}, {"from": "2024-02-30"}, {"from": "2024-05-01", "to": "2024-05-01"}, {"from": "2027-01-01"}])
def test_days_that_make_no_period_become_the_default_with_a_word_why(days: dict[str, str]) -> None:
    period = read_period(days, today=TODAY)
    assert period.start == dt.date(2025, 3, 31)
    assert period.problem


def test_months_back_stay_within_the_month() -> None:
    assert go_back(dt.date(2024, 3, 31), 1) == dt.date(2024, 2, 29)
    assert go_back(dt.date(2024, 1, 15), 13) == dt.date(2022, 12, 15)


def test_a_day_that_cannot_be_read_or_is_to_come_is_today() -> None:
    assert read_day("2026-02-01", today=TODAY) == dt.date(2026, 2, 1)
    assert read_day("2027-02-01", today=TODAY) == TODAY
    assert read_day("never", today=TODAY) == TODAY


@pytest.mark.parametrize("count", [0, 1, 2, 799, 800, 801, 1600, 1601, 3653])
def test_thinned_points_keep_both_ends_and_fit_the_screen(count: int) -> None:
    points = list(range(count))
    kept = thin(points)
    assert len(kept) <= 801
    assert kept[:1] == points[:1]
    assert kept[-1:] == points[-1:]
    assert kept == sorted(set(kept))
    if count <= 800:
        assert kept == points
