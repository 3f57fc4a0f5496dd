"""What a password may be, beside Django's own rules (NIST SP 800-63B: long, not common, and no rules of composition)."""

from typing import Any

from django.core.exceptions import ValidationError

LONGEST_PASSWORD = 1000
# As much as the estimate reads; what follows only makes a password better.
ESTIMATED_CHARACTERS = 72
# Of zxcvbn's scores from 0 to 4: 3 is more than a hundred million guesses.
LOWEST_SCORE = 3


class StorableTextValidator:
    """Refuses what a form could not send again: control characters, and more than 1,000 characters."""

    def validate(self, password: str, user: Any = None) -> None:
        if len(password) > LONGEST_PASSWORD:
            raise ValidationError(f"The password is longer than {LONGEST_PASSWORD} characters.", code="password_too_long")
        if not password.isprintable():
            raise ValidationError("The password contains characters that cannot be typed.", code="password_not_printable")

    def get_help_text(self) -> str:
        return f"Your password may have up to {LONGEST_PASSWORD} characters, spaces included."


class GuessablePasswordValidator:
    """Refuses what is long but quickly guessed: a common password with a year behind it, keys in a row, repeats."""

    def validate(self, password: str, user: Any = None) -> None:
        # Its lists take 20 MB; most processes never see a new password.
        from zxcvbn import zxcvbn

        if not password:
            return
        estimate = zxcvbn(password[:ESTIMATED_CHARACTERS])
        if estimate["score"] < LOWEST_SCORE:
            reason = estimate["feedback"]["warning"].rstrip(".")
            explained = f" ({reason[0].lower()}{reason[1:]})" if reason else ""
            raise ValidationError(
                f"The password is easy to guess{explained}. Several words that have nothing to do with each other make a good one.",
                code="password_guessable",
            )

    def get_help_text(self) -> str:
        return "Your password must not be easy to guess."
