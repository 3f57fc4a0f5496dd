"""What runs out: personal tokens, sessions of API logins, signing keys."""

import datetime as dt
from dataclasses import dataclass

from django.db import connection
from django.utils import timezone

from accounts.keyring import SigningKey, get_key_ring
from accounts.models import PersonalToken, UserSession

# One that ran out longer ago is missed by nobody.
EXPIRED_SHOWN = dt.timedelta(days=30)
# Tokens live for minutes: clocks that differ by more than this refuse good ones.
CLOCK_TOLERANCE = 5.0


@dataclass(frozen=True, slots=True)
class KeyAge:
    kid: str
    signs: bool
    age_days: int | None
    retired_at: dt.datetime | None
    is_old: bool


@dataclass(frozen=True, slots=True)
class ExpiryReport:
    expired: list[PersonalToken]
    expiring: list[PersonalToken]
    families: int
    families_ending: int
    keys: list[KeyAge]
    clock_seconds: float

    @property
    def is_green(self) -> bool:
        has_old_key = any(key.is_old for key in self.keys)
        return not (self.expired or self.expiring or has_old_key or abs(self.clock_seconds) > CLOCK_TOLERANCE)


def measure_expiry(*, soon: dt.timedelta, old: dt.timedelta) -> ExpiryReport:
    """Look at everything that has an end. A login that ends unused is the rule and makes nothing yellow."""
    now = timezone.now()
    tokens = PersonalToken.objects.filter(revoked_at=None, user__is_active=True).select_related("user").order_by("expires_at")
    logins = UserSession.objects.active().filter(kind=UserSession.Kind.TOKEN, personal_token=None)
    ring = get_key_ring()
    signing = ring.find_signing_key().kid
    return ExpiryReport(
        expired=list(tokens.filter(expires_at__lte=now, expires_at__gt=now - EXPIRED_SHOWN)),
        expiring=list(tokens.filter(expires_at__gt=now, expires_at__lte=now + soon)),
        families=logins.count(),
        families_ending=logins.filter(expires_at__lte=now + soon).count(),
        keys=[_describe_key(key, signing, now, old) for key in ring.list_keys()],
        clock_seconds=_measure_clock(),
    )


def _describe_key(key: SigningKey, signing: str, now: dt.datetime, old: dt.timedelta) -> KeyAge:
    age = now - key.created_at if key.created_at else None
    signs = key.kid == signing
    return KeyAge(key.kid, signs, age.days if age is not None else None, key.retired_at, is_old=signs and age is not None and age > old)


def _measure_clock() -> float:
    with connection.cursor() as cursor:
        cursor.execute("SELECT extract(epoch FROM clock_timestamp())")
        (seconds,) = cursor.fetchone()
    return float(seconds) - dt.datetime.now(dt.UTC).timestamp()
