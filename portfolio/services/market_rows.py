"""The checks that prices and exchange rates share."""

import datetime as dt
from decimal import Decimal

from common.decimals import fits_column
from portfolio.importers.drafts import Problem


def check_day(date: dt.date, *, first: dt.date, latest: dt.date, line: int = 0) -> Problem | None:
    if date < first:
        return Problem(line, "date", "date_too_early", f"date: {date.isoformat()} is before {first.isoformat()}.")
    if date > latest:
        return Problem(line, "date", "date_in_future", f"date: {date.isoformat()} is in the future.")
    return None


def check_value(value: Decimal, field: str, *, digits: int, decimals: int, may_be_zero: bool, line: int = 0) -> Problem | None:
    if not value.is_finite():
        return Problem(line, field, "not_a_number", f"{field}: must be a plain number.")
    if value < 0 or (value == 0 and not may_be_zero):
        return Problem(line, field, "not_positive", f"{field}: must be {'zero or more' if may_be_zero else 'greater than zero'}.")
    if not fits_column(value, digits=digits, decimals=decimals):
        return Problem(
            line, field, "too_many_digits", f"{field}: at most {digits - decimals} digits before the point and {decimals} after it can be stored."
        )
    return None
