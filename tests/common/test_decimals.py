"""Numbers as text, and whether they fit."""

from decimal import Decimal

import pytest

from common.decimals import fits_column, format_decimal


@pytest.mark.parametrize(
    ("number", "text"),
    [("1.500", "1.5"), ("-0", "0"), ("0.00", "0"), ("1E+3", "1000"), ("1E-10", "0.0000000001"), ("-7", "-7"), ("100", "100")],
)
def test_a_number_is_written_in_fixed_notation(number: str, text: str) -> None:
    assert format_decimal(Decimal(number)) == text


@pytest.mark.parametrize(
    ("number", "fits"),
    [
        ("999.99", True),
        ("1000", False),
        ("1000.0", False),
        ("0.001", False),
        ("0.0100000", True),
        ("0", True),
        ("0E+400", True),
        ("1E+400", False),
        ("1E-400", False),
        ("NaN", False),
        ("-Infinity", False),
    ],
)
def test_a_number_fits_its_column_exactly_or_not_at_all(number: str, fits: bool) -> None:
    assert fits_column(Decimal(number), digits=5, decimals=2) is fits
