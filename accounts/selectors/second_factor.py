"""Reads about second factors."""

import datetime as dt
from dataclasses import dataclass

from accounts.models import RecoveryCode, TotpFactor, User


@dataclass(frozen=True, slots=True)
class SecondFactor:
    """How a person's second factor stands: since when it is on (None: off), its last use, and the recovery codes left."""

    on_since: dt.datetime | None
    last_used_at: dt.datetime | None
    codes_left: int


def has_second_factor(*, user: User) -> bool:
    return TotpFactor.objects.filter(user=user, confirmed_at__isnull=False).exists()


def get_second_factor(*, user: User) -> SecondFactor:
    factor = TotpFactor.objects.filter(user=user, confirmed_at__isnull=False).first()
    if factor is None:
        return SecondFactor(None, None, 0)
    left = RecoveryCode.objects.filter(user=user, used_at=None).count()
    return SecondFactor(factor.confirmed_at, factor.last_used_at, left)
