"""Texts that are stored encrypted: what a copy of the database alone must not give away."""

import base64
from functools import lru_cache

from cryptography.fernet import Fernet, InvalidToken, MultiFernet
from cryptography.hazmat.primitives.hashes import SHA256
from cryptography.hazmat.primitives.kdf.hkdf import HKDF
from django.conf import settings

from common.errors import UnavailableError


def encrypt_text(text: str) -> str:
    """Return the text encrypted with the first of FIELD_ENCRYPTION_KEYS."""
    return _open_keys(tuple(settings.FIELD_ENCRYPTION_KEYS)).encrypt(text.encode()).decode()


def decrypt_text(stored: str) -> str:
    """Return the text; any of the keys will do. Raises UnavailableError when none of them fits."""
    try:
        return _open_keys(tuple(settings.FIELD_ENCRYPTION_KEYS)).decrypt(stored.encode()).decode()
    except InvalidToken as error:
        raise UnavailableError("A stored secret cannot be read: its key is missing from FIELD_ENCRYPTION_KEYS.") from error


@lru_cache(maxsize=4)
def _open_keys(keys: tuple[str, ...]) -> MultiFernet:
    return MultiFernet([Fernet(base64.urlsafe_b64encode(_derive(key))) for key in keys])


def _derive(key: str) -> bytes:
    # The keys are random texts of any length, Fernet's are 32 bytes; the label keeps them apart from other uses of a text.
    return HKDF(algorithm=SHA256(), length=32, salt=None, info=b"spms field encryption").derive(key.encode())
