"""Reading the audit trail, and looking whether it is whole."""

import datetime as dt
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any
from uuid import UUID

from django.conf import settings
from django.db import connection
from django.db.models import Max, Min, Q, QuerySet

from accounts.audit.digest import FIRST, digest_event, format_moment
from accounts.models import AuditEvent, AuditLink, AuditMode, User

# Whoever has inserted an event beside the chain has no link; they come last.
ROWS = """
SELECT link.sequence, link.digest, link.event_id, event.id, event.occurred_at, event.action, event.actor_id, event.actor_name, event.owner_id,
    event.session_id, event.ip, event.source, event.object_type, event.object_id, event.object_name, event.record
FROM accounts_auditlink AS link FULL JOIN accounts_auditevent AS event ON event.id = link.event_id AND event.occurred_at = link.occurred_at
{where} ORDER BY link.sequence NULLS LAST, event.occurred_at
"""
# What nobody but its owner reads here, staff included.
PRIVATE = frozenset({"quantity", "price", "amount", "fee", "tax", "fx_rate", "close", "lots", "note", "balance"})
HIDDEN = "hidden"
BATCH = 2_000
MOST_PROBLEMS = 100


@dataclass(frozen=True, slots=True)
class TrailProblem:
    """`kind`: changed, missing, inserted, gap, cut_off, rewritten."""

    kind: str
    message: str
    sequence: int | None = None
    event_id: str | None = None


@dataclass(slots=True)
class TrailCheck:
    """What a look at the whole trail found. `head`: (sequence, digest) of the last link, or None."""

    events: int = 0
    head: tuple[int, str] | None = None
    problems: list[TrailProblem] = field(default_factory=list)
    is_cut_short: bool = False

    def note(self, kind: str, message: str, sequence: int | None = None, event_id: object = None) -> None:
        """Remember a problem; after a hundred only that there are more."""
        if len(self.problems) >= MOST_PROBLEMS:
            self.is_cut_short = True
            return
        self.problems.append(TrailProblem(kind, message, sequence, str(event_id) if event_id else None))


def list_events(
    *,
    start: dt.datetime | None = None,
    end: dt.datetime | None = None,
    actor_id: UUID | None = None,
    owner_id: UUID | None = None,
    object_id: str = "",
    action: str = "",
    text: str = "",
) -> QuerySet[AuditEvent]:
    """Return events, the latest first. `action`: its whole name or the part before the point; `text`: part of actor, object or action."""
    wanted = Q()
    if start is not None:
        wanted &= Q(occurred_at__gte=start)
    if end is not None:
        wanted &= Q(occurred_at__lt=end)
    if actor_id is not None:
        wanted &= Q(actor_id=actor_id)
    if owner_id is not None:
        wanted &= Q(owner_id=owner_id)
    if object_id:
        wanted &= Q(object_id=object_id)
    if action:
        wanted &= Q(action=action) | Q(action__startswith=f"{action}.")
    if text:
        wanted &= Q(actor_name__icontains=text) | Q(object_name__icontains=text) | Q(action__icontains=text)
    return AuditEvent.objects.filter(wanted).order_by("-occurred_at", "-id")


def is_reading_noted() -> bool:
    """Whether reads are noted too: by the setting, or switched on by an operator."""
    return settings.AUDIT_MODE or AuditMode.objects.filter(is_on=True).exists()


def find_head() -> AuditLink | None:
    """Return the last link of the chain."""
    return AuditLink.objects.order_by("-sequence").first()


def check_trail(*, anchors: Iterable[tuple[int, str]] = ()) -> TrailCheck:
    """Compute the chain anew, link by link, and compare it with what was noted outside of the database.

    `anchors`: (sequence, digest) as they were when they were noted. Without any, the removal of the newest events is not seen.
    """
    check = TrailCheck()
    noted = dict(anchors)
    previous, expected = FIRST, 1
    for sequence, digest, event_id, *columns in _read_rows(ROWS.format(where="")):
        if sequence is None:
            check.note("inserted", "An event stands in the table that was never chained.", event_id=columns[0])
            continue
        if sequence != expected:
            check.note("gap", f"The links {expected} to {sequence - 1} are missing.", sequence=expected)
        if columns[0] is None:
            check.note("missing", "The event of this link is gone.", sequence, event_id)
        else:
            check.events += 1
            if digest_event(previous, sequence, texts_of(columns)) != digest:
                check.note("changed", "The event, or the chain before it, is not as it was written.", sequence, event_id)
        if noted.pop(sequence, digest) != digest:
            check.note("rewritten", "The digest is another one than was noted outside of the database.", sequence, event_id)
        previous, expected = digest, sequence + 1
        check.head = (sequence, digest)
    for sequence in sorted(noted):
        check.note("cut_off", f"The trail reached link {sequence} when it was noted; now that link is not there.", sequence)
    return check


def read_linked(*, start: dt.datetime | None = None, end: dt.datetime | None = None) -> Iterator[Sequence[Any]]:
    """Return (sequence, digest, event id, *COLUMNS) of the links from the first event of a period to its last, without a gap."""
    period = AuditLink.objects.all()
    if start is not None:
        period = period.filter(occurred_at__gte=start)
    if end is not None:
        period = period.filter(occurred_at__lt=end)
    ends = period.aggregate(first=Min("sequence"), last=Max("sequence"))
    if ends["first"] is None:
        return iter(())
    return _read_rows(ROWS.format(where="WHERE link.sequence BETWEEN %s AND %s"), [ends["first"], ends["last"]])


def find_previous_digest(sequence: int) -> str:
    """Return the digest before a link."""
    before = AuditLink.objects.filter(sequence__lt=sequence).order_by("-sequence").first()
    return before.digest if before else FIRST


def texts_of(columns: Sequence[Any]) -> list[str | None]:
    """Return the columns of an event, in the order of COLUMNS, as text."""
    return [None if value is None else format_moment(value) if isinstance(value, dt.datetime) else str(value) for value in columns]


def _read_rows(query: str, arguments: Sequence[int] = ()) -> Iterator[Sequence[Any]]:
    # A server-side cursor: the trail may be longer than the memory.
    with connection.chunked_cursor() as cursor:
        cursor.execute(query, arguments)
        while rows := cursor.fetchmany(BATCH):
            yield from rows


def tell_record(event: AuditEvent, viewer: User) -> dict[str, Any]:
    """Return what the event says, for somebody to read: amounts only if the data are his own. That they changed everybody may see."""
    return event.told if event.owner_id == viewer.pk else {part: _hide(values) for part, values in event.told.items()}


def _hide(values: Mapping[str, Any]) -> dict[str, Any]:
    return {name: HIDDEN if name in PRIVATE and value is not None else value for name, value in values.items()}
