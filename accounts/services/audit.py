"""Writing the audit trail: one call beside each change, in the same transaction."""

import logging
from functools import partial
from typing import Any
from uuid import UUID

from django.contrib.auth.models import AnonymousUser
from django.db import connection, transaction
from django.db.models import Model
from django.utils import timezone

from accounts.audit.origin import find_origin
from accounts.audit.record import Values, write_record
from accounts.models import AuditEvent, AuditMode, User

# A second copy outside of the database: who did what, without the amounts.
logger = logging.getLogger("accounts.audit")

MONTHS_AHEAD = 3


def record_event(
    *,
    action: str,
    actor: "User | AnonymousUser | None" = None,
    target: Model | None = None,
    owner_id: UUID | None = None,
    before: Values | None = None,
    after: Values | None = None,
    detail: Values | None = None,
) -> AuditEvent:
    """Add an event to the trail; what else is done in the transaction stands or falls with it.

    `action`: noun.past_verb. `actor`: None if it is who is signed in where the work comes from, or nobody. `owner_id`: whose data it is
    about. `before` and `after` are columns by name; of a change only what differs is kept. Values of secret names are masked.
    """
    origin = find_origin()
    who = actor if isinstance(actor, User) else origin.actor
    event = AuditEvent(
        occurred_at=timezone.now(),
        action=action,
        actor_id=who.pk if who else None,
        actor_name=who.email if who else origin.name,
        owner_id=owner_id or _owner_of(target),
        session_id=origin.session_id,
        ip=origin.ip,
        source=origin.source,
        object_type=target._meta.label_lower if target is not None else "",
        object_id=str(target.pk) if target is not None else "",
        object_name=_one_line(str(target))[:200] if target is not None else "",
        record=write_record(before=before, after=after, detail=detail),
    )
    event.save(force_insert=True)
    transaction.on_commit(partial(_log, event), robust=True)
    return event


@transaction.atomic
def switch_reading(*, on: bool) -> bool:
    """Let reads be noted too, or no longer, from the next request on; return whether that is a change."""
    mode, _ = AuditMode.objects.select_for_update().get_or_create(pk=1)
    if mode.is_on == on:
        return False
    mode.is_on = on
    mode.save()
    record_event(action=f"audit.reading_{'on' if on else 'off'}")
    return True


def prepare_months() -> int:
    """Make the partitions of the coming months; return how many were missing."""
    with connection.cursor() as cursor:
        cursor.execute("SELECT accounts_audit_prepare(current_date, %s)", [MONTHS_AHEAD])
        return int(cursor.fetchone()[0])


def columns_of(row: Model, *, but: frozenset[str] = frozenset()) -> dict[str, Any]:
    """Return the columns of a row by name, for `before` and `after`."""
    return {field.name: field.value_from_object(row) for field in row._meta.concrete_fields if field.name not in but}


def _owner_of(target: Model | None) -> UUID | None:
    if isinstance(target, User):
        return target.pk
    owner: UUID | None = getattr(target, "owner_id", None) or getattr(target, "user_id", None)
    return owner


def _log(event: AuditEvent) -> None:
    logger.info(
        event.action,
        extra={
            "event_id": str(event.pk),
            "actor": event.actor_name,
            "source": event.source,
            "ip": event.ip,
            "object": f"{event.object_type} {event.object_id}".strip(),
        },
    )


def _one_line(text: str) -> str:
    return " ".join(text.replace("\x00", "").split())
