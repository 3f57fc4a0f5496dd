"""A request that is repeated with its key changes nothing twice: it gets the first answer again.

The record is written in the transaction of the change, so there is never a change without its record nor a record without its change.
"""

import datetime as dt
import hashlib
from typing import TYPE_CHECKING

from django.db import connection
from django.utils import timezone

from accounts.models import IdempotencyRecord
from common.errors import ConflictError, DomainError

if TYPE_CHECKING:
    from accounts.models import User

KEPT_FOR = dt.timedelta(hours=24)


class IdempotencyMismatchError(DomainError):
    """The key was used for another request."""

    code = "idempotency_mismatch"
    status = 422


def claim_key(*, user: "User", key: str, path: str, request_hash: str) -> IdempotencyRecord | None:
    """Take the key until the end of the transaction; return the stored answer if the request has been answered already.

    Raises ConflictError (`idempotency_in_flight`) while another request holds the key, IdempotencyMismatchError when it was used otherwise.
    """
    if not _try_lock(user, key):
        raise ConflictError("A request with this Idempotency-Key is being worked on; try again shortly.", code="idempotency_in_flight")
    record = IdempotencyRecord.objects.filter(user=user, key=key).first()
    if record is None:
        return None
    if record.created_at < timezone.now() - KEPT_FOR:
        record.delete()
        return None
    if (record.path, record.request_hash) != (path, request_hash):
        raise IdempotencyMismatchError("This Idempotency-Key was used for another request; use a new one for each.")
    return record


def store_answer(*, user: "User", key: str, path: str, request_hash: str, status: int, headers: dict[str, str], body: bytes) -> None:
    """Keep the answer to a claimed key."""
    IdempotencyRecord.objects.create(user=user, key=key, path=path, request_hash=request_hash, status=status, headers=headers, body=body)


def remove_expired_records() -> int:
    """Remove the answers that are older than 24 hours; return how many."""
    count, _ = IdempotencyRecord.objects.filter(created_at__lt=timezone.now() - KEPT_FOR).delete()
    return count


def _try_lock(user: "User", key: str) -> bool:
    """Take a lock of PostgreSQL that ends with the transaction, whatever ends it."""
    number = int.from_bytes(hashlib.blake2b(f"{user.pk}:{key}".encode(), digest_size=8).digest(), "big", signed=True)
    with connection.cursor() as cursor:
        cursor.execute("SELECT pg_try_advisory_xact_lock(%s)", [number])
        return bool(cursor.fetchone()[0])
