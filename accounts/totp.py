"""Time-based one-time passwords (RFC 6238) as authenticator apps know them: SHA-1, six digits, thirty seconds."""

import base64
import secrets

from cryptography.hazmat.primitives.hashes import SHA1
from cryptography.hazmat.primitives.twofactor.totp import TOTP
from django.utils.crypto import constant_time_compare

DIGITS = 6
STEP_SECONDS = 30
# A clock may go wrong by one step in either direction.
TOLERANCE = 1
ISSUER = "Stock Portfolio"


def make_seed() -> str:
    """Return a new random seed of 160 bits in Base32, as it is typed into an app."""
    return base64.b32encode(secrets.token_bytes(20)).decode()


def make_code(seed: str, *, step: int) -> str:
    return _open(seed).generate(step * STEP_SECONDS).decode()


def find_step(seed: str, code: str, *, now: float) -> int | None:
    """Return the time step that the code belongs to, or None if it is none of about now."""
    present = int(now // STEP_SECONDS)
    steps = [step for step in range(present - TOLERANCE, present + TOLERANCE + 1) if constant_time_compare(make_code(seed, step=step), code)]
    return steps[-1] if steps else None


def make_uri(seed: str, *, account: str) -> str:
    """Return the otpauth:// address that an app reads off a QR code."""
    return _open(seed).get_provisioning_uri(account, ISSUER)


def _open(seed: str) -> TOTP:
    # SHA-1 is what every app implements; as a keyed hash it is not broken.
    return TOTP(base64.b32decode(seed), DIGITS, SHA1(), STEP_SECONDS)  # noqa: S303  # nosec B303
