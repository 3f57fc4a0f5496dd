"""Reporting periods by name. Periods are half-open (start, end]: what is booked on the start day belongs to the opening value."""

import calendar
import datetime as dt
import re
from typing import NamedTuple

from portfolio.engine.errors import EngineError

SPAN = re.compile(r"(?:LAST )?(?=[0-9])(?:([0-9]{1,3})Y)?(?:([0-9]{1,4})M)?(?:([0-9]{1,4})W)?(?:([0-9]{1,5})D)?", re.ASCII)
YEAR = re.compile(r"YEAR ([0-9]{4})", re.ASCII)


class Interval(NamedTuple):
    """`start` is excluded; None: the day before the first entry."""

    start: dt.date | None
    end: dt.date


def resolve_period(name: str, reference: dt.date) -> Interval:
    """Return the interval of MAX, YTD, YEAR 2019, or a span back from the reference day: 1W, 3M, 5Y, LAST 1Y1M, 10D.

    Raises EngineError `unknown_period`. A span that ends on no day of its month (a month before 31 March) starts on the month's last.
    """
    text = name.strip().upper()
    if text == "MAX":
        return Interval(None, reference)
    if text == "YTD":
        return Interval(dt.date(reference.year - 1, 12, 31), reference)
    if (year := YEAR.fullmatch(text)) and int(year[1]) > 1:
        return Interval(dt.date(int(year[1]) - 1, 12, 31), dt.date(int(year[1]), 12, 31))
    if span := SPAN.fullmatch(text):
        years, months, weeks, days = (int(part or 0) for part in span.groups())
        return Interval(_go_back(reference, years * 12 + months, weeks * 7 + days), reference)
    raise EngineError(f"There is no period {name!r}; known are MAX, YTD, YEAR 2019, and spans like 1W, 3M, 1Y or LAST 1Y1M.", code="unknown_period")


def _go_back(day: dt.date, months: int, days: int) -> dt.date:
    count = day.year * 12 + day.month - 1 - months
    year, month = divmod(count, 12)
    try:
        start = dt.date(year, month + 1, min(day.day, calendar.monthrange(year, month + 1)[1]))
        return start - dt.timedelta(days=days)
    except (ValueError, OverflowError) as error:
        raise EngineError("The period reaches back before year 1.", code="unknown_period") from error
