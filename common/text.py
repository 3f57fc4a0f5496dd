"""Text from outside, made safe to store and to show."""

import unicodedata

from common.errors import InvalidInputError

# Categories that a single line of text has no use for: control, surrogate, unassigned, line and paragraph separator.
UNWANTED = frozenset({"Cc", "Cs", "Cn", "Zl", "Zp"})


def check_text(value: object, *, field: str, longest: int, required: bool = False, several_lines: bool = False) -> str:
    """Return the text without the blanks around it; raise InvalidInputError naming the field when it cannot be stored."""
    if not isinstance(value, str):
        raise InvalidInputError(f"{field}: not a text.", field=field)
    text = value.strip()
    if required and not text:
        raise InvalidInputError(f"{field}: may not be empty.", code="required", field=field)
    if len(text) > longest:
        raise InvalidInputError(f"{field}: longer than {longest} characters.", code="too_long", field=field)
    if not text.isprintable() and has_unwanted(text, several_lines=several_lines):
        raise InvalidInputError(f"{field}: contains characters that cannot be stored.", code="bad_characters", field=field)
    return text


def has_unwanted(text: str, *, several_lines: bool = False) -> bool:
    allowed = "\n\r\t" if several_lines else "\t"
    return any(unicodedata.category(character) in UNWANTED for character in text if character not in allowed)
