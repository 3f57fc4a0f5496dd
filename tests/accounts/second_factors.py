"""Shorthands of the tests about second factors."""

import time

from accounts.models import TotpFactor, User
from accounts.services.second_factor import begin_totp, confirm_totp, read_new_seed
from accounts.totp import STEP_SECONDS, make_code
from common.encryption import decrypt_text


def turn_on(user: User) -> list[str]:
    """Turn the second factor on as if it had been on for long; return the recovery codes."""
    begin_totp(user=user)
    codes = confirm_totp(user=user, code=make_code(read_new_seed(user=user), step=present_step()))
    TotpFactor.objects.filter(user=user).update(last_step=0)
    return codes


def code_of(user: User, *, ahead: int = 0) -> str:
    """Return the code that the user's app shows now, or so many steps of thirty seconds from now."""
    return make_code(decrypt_text(TotpFactor.objects.get(user=user).seed), step=present_step() + ahead)


def present_step() -> int:
    return int(time.time() // STEP_SECONDS)
