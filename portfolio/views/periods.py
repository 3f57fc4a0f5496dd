"""The ranges of charts: 1W 1M 3M YTD 1Y 3Y 5Y Max, and any two days."""

import calendar
import datetime as dt
from collections.abc import Mapping
from dataclasses import dataclass

RANGES = ("1W", "1M", "3M", "YTD", "1Y", "3Y", "5Y", "Max")
DEFAULT = "1Y"
CUSTOM = "custom"
MONTHS = {"1M": 1, "3M": 3, "1Y": 12, "3Y": 36, "5Y": 60}
WORDS = {
    "1W": "past week",
    "1M": "past month",
    "3M": "past three months",
    "YTD": "this year",
    "1Y": "past year",
    "3Y": "past three years",
    "5Y": "past five years",
    "Max": "since the start",
    CUSTOM: "in this period",
}


@dataclass(frozen=True, slots=True)
class Period:
    """The days (start, end]; start None is the day before the first entry. `problem` says what was wrong with the days asked for."""

    name: str
    start: dt.date | None
    end: dt.date
    problem: str = ""

    @property
    def words(self) -> str:
        return WORDS[self.name]


def read_period(parameters: Mapping[str, str], *, today: dt.date, default: str = DEFAULT) -> Period:
    """Return the period of `?range=1Y` or `?from=…&to=…`; what cannot be read becomes the default, with the problem."""
    if parameters.get("from") or parameters.get("to"):
        return _read_days(parameters, today, default)
    name = parameters.get("range", "")
    return _make_period(name if name in RANGES else default, today)


def _read_days(parameters: Mapping[str, str], today: dt.date, default: str) -> Period:
    try:
        start = dt.date.fromisoformat(parameters["from"]) if parameters.get("from") else None
        end = min(dt.date.fromisoformat(parameters["to"]), today) if parameters.get("to") else today
    except ValueError:
        return _make_period(default, today, problem="These days cannot be read. Write them like 2026-01-31.")
    if start is not None and start >= end:
        return _make_period(default, today, problem="The first day must come before the last.")
    return Period(CUSTOM, start, end)


def _make_period(name: str, today: dt.date, problem: str = "") -> Period:
    return Period(name, find_start(name, today), today, problem)


def find_start(name: str, today: dt.date) -> dt.date | None:
    """Return the day whose closing value a range starts from; None for all there is."""
    if name == "1W":
        return today - dt.timedelta(days=7)
    if name == "YTD":
        return dt.date(today.year - 1, 12, 31)
    return go_back(today, MONTHS[name]) if name in MONTHS else None


def go_back(day: dt.date, months: int) -> dt.date:
    """Return the same day so many months before, or the last of that month when it is shorter."""
    year, month = divmod(day.year * 12 + day.month - 1 - months, 12)
    return dt.date(year, month + 1, min(day.day, calendar.monthrange(year, month + 1)[1]))


def read_day(text: str, *, today: dt.date) -> dt.date:
    """Return the day of `?as_of=`, never one after today; today when there is none or it cannot be read."""
    try:
        return min(dt.date.fromisoformat(text), today)
    except ValueError:
        return today
