"""Slowing down whoever guesses passwords and codes, without locking out the owner.

An attempt is counted before the password is looked at, under row locks: many at once get no more guesses than one after
another. What is right is taken back. Beyond the free attempts each failure doubles the wait. Names nobody has are counted alike.
"""

from dataclasses import dataclass
from datetime import timedelta

from django.db import transaction
from django.utils import timezone
from django.utils.crypto import salted_hmac

from accounts.errors import LockedError
from accounts.models import SignInThrottle, User
from accounts.selectors.places import is_known_address
from accounts.services.devices import read_device

FORGOTTEN_AFTER = timedelta(days=1)


@dataclass(frozen=True, slots=True)
class Limit:
    """Attempts that cost nothing, the first wait, and the longest one, in seconds."""

    free: int
    first_wait: int
    longest_wait: int

    def find_wait(self, failures: int) -> timedelta | None:
        if failures < self.free:
            return None
        return timedelta(seconds=min(self.first_wait * 2 ** min(failures - self.free, 20), self.longest_wait))


# Either way at most ten guesses fit into five minutes.
ONE_PLACE = Limit(free=8, first_wait=60, longest_wait=900)
UNKNOWN_PLACES = Limit(free=10, first_wait=300, longest_wait=3600)


@dataclass(frozen=True, slots=True)
class Place:
    """Where an attempt comes from: an address, and what the browser's device cookie says."""

    address: str | None = None
    device_cookie: str = ""


@dataclass(frozen=True, slots=True)
class Attempt:
    """What was counted: the row of the place, and that of the unknown places if it is one of them. `is_last`: if it fails, the next must wait."""

    place_key: str
    keys: tuple[str, ...]
    is_last: bool


@transaction.atomic
def claim_attempt(*, name: str, place: Place) -> Attempt:
    """Count an attempt to sign in under that name. Raises LockedError, and counts nothing, while it has to wait."""
    rows = _lock_rows(name, place)
    now = timezone.now()
    until = max((row.blocked_until for row in rows if row.blocked_until and row.blocked_until > now), default=None)
    if until:
        seconds = int((until - now).total_seconds()) + 1
        raise LockedError(f"Too many failed attempts. Try again in {_tell_wait(seconds)}.", retry_after=seconds)
    for row in rows:
        row.failures = 1 if row.last_at < now - FORGOTTEN_AFTER else row.failures + 1
        row.last_at = now
        wait = (ONE_PLACE if row.place else UNKNOWN_PLACES).find_wait(row.failures)
        row.blocked_until = now + wait if wait else None
    SignInThrottle.objects.bulk_update(rows, ["failures", "last_at", "blocked_until"])
    is_last = any(row.blocked_until for row in rows)
    return Attempt(next(row.key for row in rows if row.place), tuple(row.key for row in rows), is_last)


@transaction.atomic
def withdraw_attempt(*, attempt: Attempt) -> None:
    """Take the attempt back: what was shown was right, but the person is not in yet."""
    rows = list(SignInThrottle.objects.select_for_update().filter(key__in=attempt.keys, failures__gt=0).order_by("key"))
    for row in rows:
        row.failures -= 1
        row.blocked_until = None
    SignInThrottle.objects.bulk_update(rows, ["failures", "blocked_until"])


@transaction.atomic
def settle_attempt(*, attempt: Attempt) -> None:
    """The person is in: the place begins anew. What strangers tried elsewhere is not forgotten for it."""
    withdraw_attempt(attempt=attempt)
    SignInThrottle.objects.filter(key=attempt.place_key).delete()


def unlock_user(*, user: User) -> int:
    """Forget every failed attempt at the account; return how many places had failed."""
    return SignInThrottle.objects.filter(account=_hash(user.email)).delete()[0]


def remove_old_attempts() -> int:
    """Delete what no longer counts; return how many rows."""
    return SignInThrottle.objects.filter(last_at__lt=timezone.now() - FORGOTTEN_AFTER).delete()[0]


def _lock_rows(name: str, place: Place) -> list[SignInThrottle]:
    account = _hash(User.normalize_username(name[:1000]))
    device = read_device(cookie=place.device_cookie, name=name)
    places = [f"browser {device}" if device else f"address {place.address or 'unknown'}"]
    if not device and not is_known_address(email=name, address=place.address):
        places.append("")
    rows = [SignInThrottle(key=_hash(f"{account} {where}"), account=account, place=where) for where in places]
    SignInThrottle.objects.bulk_create(rows, ignore_conflicts=True)
    # In the order of their keys: two attempts at one account wait for each other instead of locking each other out.
    return list(SignInThrottle.objects.select_for_update().filter(key__in=[row.key for row in rows]).order_by("key"))


def _hash(text: str) -> str:
    # A lone surrogate has no UTF-8; it must not be an error here.
    return salted_hmac("accounts.lockout", text.encode("utf-8", "surrogatepass"), algorithm="sha256").hexdigest()


def _tell_wait(seconds: int) -> str:
    if seconds < 120:
        return f"{seconds} seconds"
    return f"{-(-seconds // 60)} minutes"
