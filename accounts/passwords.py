"""What a password may be, beside Django's own rules."""

from typing import Any

from django.core.exceptions import ValidationError

LONGEST_PASSWORD = 1000


class StorableTextValidator:
    """Refuses what a form could not send again: control characters, and more than 1,000 characters."""

    def validate(self, password: str, user: Any = None) -> None:
        if len(password) > LONGEST_PASSWORD:
            raise ValidationError(f"The password is longer than {LONGEST_PASSWORD} characters.", code="password_too_long")
        if not password.isprintable():
            raise ValidationError("The password contains characters that cannot be typed.", code="password_not_printable")

    def get_help_text(self) -> str:
        return f"Your password may have up to {LONGEST_PASSWORD} characters, spaces included."
