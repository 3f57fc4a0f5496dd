"""ISO 4217 currencies, by the CLDR data of Babel, and the three quotation units in hundredths."""

from functools import cache

from babel import Locale
from babel.numbers import get_currency_precision, list_currencies

from common.errors import InvalidInputError

# Units in which shares are quoted though no account is kept in them: (currency, units in one).
MINOR_UNITS = {"GBX": "GBP", "ILA": "ILS", "ZAC": "ZAR"}
NOT_MONEY = frozenset({"XXX", "XTS", "XAG", "XAU", "XPD", "XPT", "XBA", "XBB", "XBC", "XBD"})


@cache
def list_known_currencies() -> frozenset[str]:
    """Return every accepted currency code, quotation units included."""
    return frozenset(list_currencies()) - NOT_MONEY | frozenset(MINOR_UNITS)


def check_currency(code: object, *, field: str = "currency", allow_minor: bool = True) -> str:
    """Return the code; raise InvalidInputError if it is no known currency."""
    if not isinstance(code, str) or code not in list_known_currencies():
        raise InvalidInputError(f"{field}: {code!r} is not an ISO 4217 currency code.", code="unknown_currency", field=field)
    if not allow_minor and code in MINOR_UNITS:
        major = MINOR_UNITS[code]
        raise InvalidInputError(f"{field}: {code} is a unit of quotation; use {major}.", code="unknown_currency", field=field)
    return code


def measure_exponent(code: str) -> int:
    """Return the number of decimals of the currency (JPY 0, EUR 2, KWD 3)."""
    return get_currency_precision(MINOR_UNITS.get(code, code))


@cache
def list_common_choices() -> list[tuple[str, str]]:
    """Return (code, "EUR – Euro") of the currencies in use today, for selects."""
    names = Locale("en").currencies
    common = "EUR USD GBP CHF JPY CAD AUD NZD SEK NOK DKK PLN CZK HUF RON ISK TRY INR CNY HKD SGD KRW TWD THB IDR MYR PHP ZAR BRL MXN CLP ILS AED SAR"
    return [(code, f"{code} – {names[code]}") for code in common.split()]
