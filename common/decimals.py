"""Decimal numbers as text."""

from decimal import Context, Decimal

# Wide enough that no operation on an amount rounds.
EXACT = Context(prec=1_000)


def format_decimal(value: Decimal) -> str:
    """Return the number in fixed notation, exact, without an exponent and without trailing zeros ("12.5", "0")."""
    text = format(value, "f")
    if "." in text:
        text = text.rstrip("0").rstrip(".")
    return "0" if text in {"-0", ""} else text


def fits_column(value: Decimal, *, digits: int, decimals: int) -> bool:
    """Tell whether numeric(digits, decimals) holds the number exactly. NaN and Infinity fit nowhere."""
    if not value.is_finite():
        return False
    if not value:
        return True
    _, figures, exponent = value.as_tuple()
    written = "".join(map(str, figures))
    zeros = len(written) - len(written.rstrip("0"))
    return int(exponent) + zeros >= -decimals and value.adjusted() < digits - decimals
