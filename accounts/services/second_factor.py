"""Turning the second factor on and off, and taking its codes. Whoever changes it ends his other sessions."""

import logging
import time

from django.contrib.auth.hashers import check_password, make_password
from django.db import transaction
from django.utils import timezone
from django.utils.crypto import get_random_string

from accounts.errors import WrongCodeError
from accounts.models import RecoveryCode, TotpFactor, User, UserSession
from accounts.services.audit import record_event
from accounts.services.sessions import end_sessions
from accounts.totp import DIGITS, find_step, make_seed
from common.encryption import decrypt_text, encrypt_text
from common.errors import ConflictError, NotFoundError

logger = logging.getLogger(__name__)

NUMBER_OF_CODES = 10
# Without 0 and O, 1, I and l: 12 of them are 59 bits.
ALPHABET = "23456789abcdefghjkmnpqrstuvwxyz"
CODE_LENGTH = 12


@transaction.atomic
def begin_totp(*, user: User) -> None:
    """Make a new seed to be confirmed. Raises ConflictError when the second factor is on already."""
    User.objects.select_for_update().get(pk=user.pk)
    if TotpFactor.objects.filter(user=user, confirmed_at__isnull=False).exists():
        raise ConflictError("The second factor is on already; turn it off to set up another app.")
    TotpFactor.objects.update_or_create(
        user=user, defaults={"seed": encrypt_text(make_seed()), "created_at": timezone.now(), "last_step": 0, "last_used_at": None}
    )


def read_new_seed(*, user: User) -> str:
    """Return the seed that waits to be confirmed. Raises NotFoundError when none does."""
    factor = TotpFactor.objects.filter(user=user, confirmed_at=None).first()
    if factor is None:
        raise NotFoundError("No authenticator app is being set up.")
    return decrypt_text(factor.seed)


@transaction.atomic
def confirm_totp(*, user: User, code: str, keep: UserSession | None = None) -> list[str]:
    """Turn the second factor on with a first code, which is used up by it; return the recovery codes, to be shown once.

    Raises WrongCodeError, NotFoundError.
    """
    factor = TotpFactor.objects.select_for_update().filter(user=user, confirmed_at=None).first()
    if factor is None:
        raise NotFoundError("No authenticator app is being set up.")
    step = _find_step(factor, code)
    if step is None:
        raise WrongCodeError("That is not the code of this moment. Look at the app again, and check that the clock of its device is right.")
    factor.confirmed_at, factor.last_step = timezone.now(), step
    factor.save(update_fields=["confirmed_at", "last_step"])
    record_event(action="second_factor.on", target=user)
    logger.info("second factor on", extra={"user_id": str(user.pk)})
    end_sessions(user=user, reason="second factor turned on", keep=keep, keep_tokens=True)
    return _replace_codes(user)


@transaction.atomic
def disable_second_factor(*, user: User, reason: str = "second factor turned off", keep: UserSession | None = None) -> bool:
    """Turn the second factor off and forget its codes; return False if it was off."""
    count, _ = TotpFactor.objects.filter(user=user, confirmed_at__isnull=False).delete()
    RecoveryCode.objects.filter(user=user).delete()
    if count:
        record_event(action="second_factor.off", target=user, detail={"reason": reason})
        logger.warning("second factor off", extra={"user_id": str(user.pk), "reason": reason})
        end_sessions(user=user, reason=reason, keep=keep, keep_tokens=True)
    return count > 0


@transaction.atomic
def renew_recovery_codes(*, user: User, keep: UserSession | None = None) -> list[str]:
    """Return ten new recovery codes, to be shown once; the old ones are void. Raises NotFoundError while the second factor is off."""
    if not TotpFactor.objects.select_for_update().filter(user=user, confirmed_at__isnull=False).exists():
        raise NotFoundError("Recovery codes come with the second factor; turn it on first.")
    record_event(action="second_factor.codes_renewed", target=user)
    end_sessions(user=user, reason="recovery codes renewed", keep=keep, keep_tokens=True)
    return _replace_codes(user)


def use_code(*, user: User, code: str) -> bool:
    """Use up a code of the app or a recovery code; return whether it was one. Of any number of uses at once one is good."""
    code = "".join(code[:100].lower().split()).replace("-", "")
    if len(code) == DIGITS:
        return _use_totp(user, code)
    return len(code) == CODE_LENGTH and _use_recovery_code(user, code)


def _use_totp(user: User, code: str) -> bool:
    factor = TotpFactor.objects.filter(user=user, confirmed_at__isnull=False).first()
    step = _find_step(factor, code) if factor else None
    if factor is None or step is None:
        return False
    unused = TotpFactor.objects.filter(pk=factor.pk, seed=factor.seed, last_step__lt=step)
    return unused.update(last_step=step, last_used_at=timezone.now()) == 1


def _use_recovery_code(user: User, code: str) -> bool:
    if not set(code) <= set(ALPHABET):
        return False
    for row in RecoveryCode.objects.filter(user=user, used_at=None):
        if check_password(code, row.code_hash):
            record_event(action="second_factor.recovery_code_used", actor=user, target=user)
            logger.warning("recovery code used", extra={"user_id": str(user.pk)})
            return RecoveryCode.objects.filter(pk=row.pk, used_at=None).update(used_at=timezone.now()) == 1
    return False


def _find_step(factor: TotpFactor, code: str) -> int | None:
    code = "".join(code[:100].split())
    if len(code) != DIGITS or not (code.isascii() and code.isdigit()):
        return None
    return find_step(decrypt_text(factor.seed), code, now=time.time())


def _replace_codes(user: User) -> list[str]:
    RecoveryCode.objects.filter(user=user).delete()
    codes = [get_random_string(CODE_LENGTH, ALPHABET) for _ in range(NUMBER_OF_CODES)]
    RecoveryCode.objects.bulk_create([RecoveryCode(user=user, code_hash=make_password(code)) for code in codes])
    return ["-".join(code[start : start + 4] for start in range(0, CODE_LENGTH, 4)) for code in codes]
