"""Exact arithmetic of money and units.

Every amount in the books is a fixed-point number of at most 30 decimals. Rounding happens only where a quotient is made (`share`,
`convert`); sums, differences and products of amounts are exact in the context of 100 digits. What is taken from a total is therefore
exactly what the total loses, and a sum of parts equals its whole to the last digit.

An unknown amount is a quiet NaN within the engine: whatever it touches becomes unknown. `known` turns it into None at the border.
"""

from collections.abc import Callable
from decimal import ROUND_HALF_EVEN, Context, Decimal, DivisionByZero, InvalidOperation, Overflow, localcontext
from fractions import Fraction
from functools import wraps
from typing import ParamSpec, TypeVar

P = ParamSpec("P")
R = TypeVar("R")

EXACT = Context(prec=100, rounding=ROUND_HALF_EVEN, Emin=-999_999, Emax=999_999, traps=[InvalidOperation, DivisionByZero, Overflow])
# Rates that are quotients keep this many significant digits; amounts keep FINEST decimals.
RATE = Context(prec=40, rounding=ROUND_HALF_EVEN, Emin=-999_999, Emax=999_999, traps=[InvalidOperation, DivisionByZero, Overflow])
FINEST = Decimal(1).scaleb(-30)
ZERO = Decimal(0)
ONE = Decimal(1)
# Less than a stored quantity can tell: what a split by three leaves beyond the tenth decimal.
DUST = Decimal("1E-10")
UNKNOWN = Decimal("NaN")


def exactly(function: Callable[P, R]) -> Callable[P, R]:
    """Run the function in the engine's decimal context, whatever the caller's is."""

    @wraps(function)
    def run(*args: P.args, **kwargs: P.kwargs) -> R:
        with localcontext(EXACT):
            return function(*args, **kwargs)

    return run


def known(value: Decimal) -> Decimal | None:
    """Return the value, or None if it is unknown. Zero is never negative."""
    if value.is_nan():
        return None
    return value if value else ZERO


def share(total: Decimal, part: Decimal, whole: Decimal) -> Decimal:
    """Return total × part / whole, to 30 decimals. Multiplies first, so that whole results stay whole."""
    return total if part == whole else (total * part / whole).quantize(FINEST)


def convert(amount: Decimal, rate: Decimal) -> Decimal:
    """Return amount × rate, to 30 decimals."""
    return (amount * rate).quantize(FINEST)


def scale(quantity: Decimal, ratio: Decimal | Fraction) -> Decimal:
    """Return quantity × ratio, to 30 decimals; a fraction multiplies before it divides."""
    if isinstance(ratio, Fraction):
        return (quantity * ratio.numerator / ratio.denominator).quantize(FINEST)
    return (quantity * ratio).quantize(FINEST)


def settle(asked: Decimal, held: Decimal) -> Decimal:
    """Return the units asked for, or all that are held when the two differ by less than a stored quantity can tell."""
    return held if abs(asked - held) < DUST else asked


@exactly
def round_money(amount: Decimal, exponent: int) -> Decimal:
    """Return the amount rounded half-even to the decimals of its currency (see common.currencies.measure_exponent)."""
    return amount.quantize(Decimal(1).scaleb(-exponent))
