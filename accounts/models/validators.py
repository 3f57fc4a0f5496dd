"""What a person's profile may hold."""

import zoneinfo
from functools import cache

from babel import Locale, UnknownLocaleError
from django.core.exceptions import ValidationError

from common.currencies import check_currency
from common.errors import InvalidInputError
from common.text import has_unwanted


def validate_base_currency(code: str) -> None:
    try:
        check_currency(code, field="base_currency", allow_minor=False)
    except InvalidInputError as error:
        raise ValidationError(error.message.partition(": ")[2], code=error.code) from error


def validate_locale(name: str) -> None:
    try:
        Locale.parse(name)
    except (ValueError, UnknownLocaleError, TypeError) as error:
        raise ValidationError(f"{name!r} is not a known language or region such as en, de or fr_CH.", code="unknown_locale") from error


def validate_time_zone(name: str) -> None:
    if name not in list_time_zones():
        raise ValidationError(f"{name!r} is not a known time zone such as Europe/Berlin.", code="unknown_time_zone")


def validate_one_line(text: str) -> None:
    if has_unwanted(text):
        raise ValidationError("Contains characters that cannot be stored.", code="bad_characters")


@cache
def list_time_zones() -> frozenset[str]:
    """Return the names of the IANA time zones known to this machine."""
    return frozenset(zoneinfo.available_timezones()) - {"localtime", "Factory"}
