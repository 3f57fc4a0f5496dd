"""Decimal numbers as text."""

from decimal import Decimal


def format_decimal(value: Decimal) -> str:
    """Return the number in fixed notation, exact, without an exponent and without trailing zeros ("12.5", "0")."""
    text = format(value, "f")
    if "." in text:
        text = text.rstrip("0").rstrip(".")
    return "0" if text in {"-0", ""} else text
