"""Reads about where people sign in from."""

from accounts.models import User, UserSession
from common.text import has_unwanted


def is_known_address(*, email: str, address: str | None) -> bool:
    """Return whether the account of that e-mail address has had a session from there; sessions are kept for 90 days.

    One query whether there is such an account or not.
    """
    email = User.normalize_username(email[:1000])
    if address is None or has_unwanted(email):
        return False
    return UserSession.objects.filter(user__email=email, ip=address).exists()
