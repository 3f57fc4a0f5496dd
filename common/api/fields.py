"""Serializer fields that take what they mean and nothing else."""

import datetime as dt
import re
from decimal import Decimal
from typing import Any

from rest_framework import serializers

from common.decimals import format_decimal

PLAIN_NUMBER = re.compile(r"[+-]?[0-9]{1,18}(?:\.[0-9]{1,12})?", re.ASCII)
PLAIN_DATE = re.compile(r"[0-9]{4}-[0-9]{2}-[0-9]{2}", re.ASCII)
FIRST_DATE = dt.date(1900, 1, 1)
LAST_DATE = dt.date(2199, 12, 31)


class ExactDecimalField(serializers.DecimalField):
    """A decimal string (or JSON number) in plain ASCII digits that fits its column; never rounded, never reinterpreted."""

    default_error_messages = {
        "invalid": "Not a plain decimal number like 12.50.",
        "max_digits": "More digits than can be stored.",
        "too_many_decimals": "More than {max_decimal_places} decimals.",
    }

    def to_internal_value(self, data: Any) -> Decimal:
        if isinstance(data, bool) or not isinstance(data, str | int | Decimal):
            self.fail("invalid")
        text = format(data, "f") if isinstance(data, Decimal) and data.is_finite() else str(data).strip(" ")
        if not PLAIN_NUMBER.fullmatch(text):
            self.fail("max_digits" if re.fullmatch(r"[+-]?[0-9]+(?:\.[0-9]+)?", text, re.ASCII) else "invalid")
        value = Decimal(text)
        decimals = len(text.partition(".")[2].rstrip("0"))
        if self.decimal_places is not None and decimals > self.decimal_places:
            self.fail("too_many_decimals", max_decimal_places=self.decimal_places)
        self.run_range_checks(value)
        return value

    def run_range_checks(self, value: Decimal) -> None:
        if self.max_digits is not None and self.decimal_places is not None:
            whole = self.max_digits - self.decimal_places
            if abs(value) >= Decimal(10) ** whole:
                self.fail("max_digits")

    def to_representation(self, value: Any) -> str:
        return format_decimal(Decimal(value))


class ExactDateField(serializers.DateField):
    """An ISO date, year-month-day, from 1900 on."""

    default_error_messages = {"invalid": "Not a date like 2026-03-31.", "range": "Not between 1900-01-01 and 2199-12-31."}

    def to_internal_value(self, value: Any) -> dt.date:
        if not isinstance(value, str) or not PLAIN_DATE.fullmatch(value):
            self.fail("invalid", format="YYYY-MM-DD")
        try:
            day = dt.date.fromisoformat(value)
        except ValueError:
            self.fail("invalid", format="YYYY-MM-DD")
        if not FIRST_DATE <= day <= LAST_DATE:
            self.fail("range")
        return day
