"""Signatures of exported trails: Ed25519, so that whoever has the public key can verify, and nobody without the secret can sign."""

import base64

from cryptography.exceptions import InvalidSignature
from cryptography.hazmat.primitives import hashes
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey, Ed25519PublicKey
from cryptography.hazmat.primitives.kdf.hkdf import HKDF
from django.conf import settings

PURPOSE = b"audit trail export"


def sign(content: bytes) -> str:
    """Return the signature in base64."""
    return base64.b64encode(_find_key().sign(content)).decode()


def is_signed(content: bytes, signature: str, public_key: str) -> bool:
    """Whether the signature is one of the content by the owner of the public key (both in base64)."""
    try:
        Ed25519PublicKey.from_public_bytes(base64.b64decode(public_key)).verify(base64.b64decode(signature), content)
    except (InvalidSignature, ValueError):
        return False
    return True


def tell_public_key() -> str:
    """Return the public key of this installation in base64."""
    return base64.b64encode(_find_key().public_key().public_bytes_raw()).decode()


def _find_key() -> Ed25519PrivateKey:
    # Made from the installation's secret: one secret less to keep, and no use to whoever learns this key alone.
    seed = HKDF(algorithm=hashes.SHA256(), length=32, salt=None, info=PURPOSE).derive(settings.SECRET_KEY.encode())
    return Ed25519PrivateKey.from_private_bytes(seed)
