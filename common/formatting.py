"""Numbers, money and dates as people of one locale write them: the one rounding, on output, half-even to the currency's exponent."""

from datetime import UTC, date, datetime, time, timedelta, tzinfo
from decimal import ROUND_HALF_EVEN, Decimal, localcontext
from functools import cache
from zoneinfo import ZoneInfo

from babel import Locale, UnknownLocaleError
from babel.dates import format_date, format_datetime, format_skeleton, format_timedelta
from babel.numbers import NumberPattern, get_currency_symbol, parse_pattern

from common.currencies import measure_exponent
from common.decimals import EXACT

# A true minus sign is as wide as the plus and the digits, so that columns align.
MINUS = "\u2212"
NO_BREAK_SPACE = "\u00a0"
FULL_QUANTITY = (0, 10)


@cache
def find_locale(name: str) -> Locale:
    """Return the locale of "de", "fr_CH" or "fr-CH"; English for a name that CLDR does not know."""
    try:
        return Locale.parse(name.replace("-", "_"))
    except (ValueError, TypeError, UnknownLocaleError):
        return Locale("en")


@cache
def find_zone(name: str) -> tzinfo:
    """Return the time zone of the name, UTC for one that does not exist."""
    try:
        return ZoneInfo(name)
    except (KeyError, ValueError, OSError):
        return ZoneInfo("UTC")


def round_money(value: Decimal, currency: str) -> Decimal:
    """Round half-even to the currency's ISO 4217 exponent; the result is never minus zero."""
    rounded = value.quantize(Decimal(1).scaleb(-measure_exponent(currency)), rounding=ROUND_HALF_EVEN, context=EXACT)
    return rounded if rounded else abs(rounded)


@cache
def _pattern(locale: Locale, kind: str, decimals: tuple[int, int], symbol: str) -> NumberPattern:
    """A CLDR pattern with its number of decimals; a currency written in letters ("GBX") keeps a space from the digits."""
    formats = {"money": locale.currency_formats["standard"], "percent": locale.percent_formats[None], "number": locale.decimal_formats[None]}
    text = formats[kind].pattern
    if symbol[-1:].isalpha():
        text = text.replace("¤#", f"¤{NO_BREAK_SPACE}#").replace("¤0", f"¤{NO_BREAK_SPACE}0")
    pattern = parse_pattern(text)
    pattern.frac_prec = decimals
    return pattern


def _write(value: Decimal, locale: Locale, kind: str, decimals: tuple[int, int], currency: str | None = None, *, is_signed: bool = False) -> str:
    symbol = get_currency_symbol(currency, locale) if currency else ""
    # Babel rounds in the thread's context, whose 28 digits are too few for the largest numbers that can be stored or read.
    with localcontext(EXACT):
        text = _pattern(locale, kind, decimals, symbol).apply(abs(value), locale, currency=currency, currency_digits=False)
    sign = MINUS if value < 0 else "+" if is_signed and value > 0 else ""
    return f"{sign}{text}"


def format_money(value: Decimal, currency: str, *, locale: Locale, is_signed: bool = False) -> str:
    """Return "−€1,234.50" or, signed, "+€1,234.50"; zero never has a sign."""
    exponent = measure_exponent(currency)
    return _write(round_money(value, currency), locale, "money", (exponent, exponent), currency, is_signed=is_signed)


def format_price(value: Decimal, currency: str, *, locale: Locale) -> str:
    """Return a unit price: at least the currency's decimals, and more where the price has them (six at most)."""
    exponent = measure_exponent(currency)
    most = max(exponent, 8 if abs(value) < 1 else 4)
    rounded = value.quantize(Decimal(1).scaleb(-most), rounding=ROUND_HALF_EVEN, context=EXACT)
    return _write(rounded, locale, "money", (exponent, most), currency)


def format_quantity(value: Decimal, *, locale: Locale) -> str:
    """Return a number of units with all its decimals and none that are zero."""
    return _write(value, locale, "number", FULL_QUANTITY)


def format_number(value: Decimal | float, *, locale: Locale, decimals: int = 2) -> str:
    """Return a plain number with a fixed count of decimals."""
    return _write(_round(value, decimals), locale, "number", (decimals, decimals))


def format_percent(ratio: Decimal | float, *, locale: Locale, decimals: int = 2, is_signed: bool = False) -> str:
    """Return the ratio 0.1234 as "12.34%"."""
    return _write(_round(ratio, decimals + 2), locale, "percent", (decimals, decimals), is_signed=is_signed)


def _round(value: Decimal | float, decimals: int) -> Decimal:
    exact = value if isinstance(value, Decimal) else Decimal(repr(float(value)))
    rounded = exact.quantize(Decimal(1).scaleb(-decimals), rounding=ROUND_HALF_EVEN, context=EXACT)
    return rounded if rounded else abs(rounded)


def format_day(value: date, *, locale: Locale, style: str = "medium") -> str:
    """Return "23 Nov 2026" as the locale has it; styles short, medium, long, full."""
    return format_date(value, style, locale=locale)


def format_brief_day(value: date, *, this_year: int, locale: Locale) -> str:
    """Return "23 Nov", with the year unless it is the present one."""
    return format_skeleton("MMMd" if value.year == this_year else "yMMMd", datetime.combine(value, time(), UTC), locale=locale)


def format_moment(value: datetime, *, locale: Locale, zone: tzinfo, style: str = "medium") -> str:
    """Return the instant in the zone, to the minute ("short") or second ("medium")."""
    return format_datetime(value, style, tzinfo=zone, locale=locale)


def format_age(value: datetime, *, now: datetime, locale: Locale) -> str:
    """Return how long ago the instant was: "3 minutes ago"."""
    elapsed = value - now
    return format_timedelta(elapsed if abs(elapsed) >= timedelta(seconds=1) else timedelta(seconds=-1), add_direction=True, locale=locale)
