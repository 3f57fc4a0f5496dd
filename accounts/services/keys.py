"""Changing the key that signs the API's tokens."""

import fcntl
import logging
import os
from collections.abc import Iterator
from contextlib import contextmanager

from accounts.keyring import SigningKey, get_key_ring
from common.errors import BusyError

logger = logging.getLogger(__name__)


def rotate_signing_key(*, keep_old: bool = True) -> SigningKey:
    """Sign with a new key from now on, in every process; nobody is logged out, because the old one goes on verifying.

    After a theft, `keep_old=False`: every token of an API login dies at once (browsers and personal tokens do not).
    Returns the new key. Raises BusyError when another rotation is at work.
    """
    ring = get_key_ring()
    with _lock(f"{ring.path}.lock"):
        key = ring.rotate(keep_old=keep_old)
    logger.info("signing key rotated", extra={"kid": key.kid, "keep_old": keep_old})
    return key


@contextmanager
def _lock(path: str) -> Iterator[None]:
    os.makedirs(os.path.dirname(path), mode=0o700, exist_ok=True)
    descriptor = os.open(path, os.O_RDWR | os.O_CREAT, 0o600)
    try:
        fcntl.flock(descriptor, fcntl.LOCK_EX | fcntl.LOCK_NB)
        yield
    except BlockingIOError as error:
        raise BusyError("The signing key is being changed at this moment.") from error
    finally:
        os.close(descriptor)
