"""The cookie by which a browser proves that it has signed in to an account before.

It opens nothing. It gives the browser attempts of its own, so that a stranger who guesses elsewhere, or behind the same
address, does not lock its owner out.
"""

import secrets

from django.core import signing
from django.utils.crypto import constant_time_compare, salted_hmac

from accounts.models import User

SALT = "accounts.device"
LIFETIME_SECONDS = 365 * 24 * 3600
# How many accounts one browser is remembered for.
MOST_ACCOUNTS = 8


def read_device(*, cookie: str, name: str) -> str:
    """Return the id of the browser, or "" if the cookie does not prove that it has signed in under that name."""
    device, accounts = _read(cookie)
    own = _mark(device, name)
    return device if any(constant_time_compare(own, mark) for mark in accounts) else ""


def remember_device(*, cookie: str, user: User) -> str:
    """Return the cookie of a browser that the user has just signed in with."""
    device, accounts = _read(cookie)
    device = device or secrets.token_hex(12)
    own = _mark(device, user.email)
    return signing.dumps([device, [own, *(mark for mark in accounts if mark != own)][:MOST_ACCOUNTS]], salt=SALT)


def _read(cookie: str) -> tuple[str, list[str]]:
    if not cookie:
        return "", []
    try:
        device, accounts = signing.loads(cookie, salt=SALT, max_age=LIFETIME_SECONDS)
    except signing.BadSignature:
        return "", []
    return device, accounts


def _mark(device: str, name: str) -> str:
    text = f"{device} {User.normalize_username(name[:1000])}"
    return salted_hmac(SALT, text.encode("utf-8", "surrogatepass"), algorithm="sha256").hexdigest()[:32]
