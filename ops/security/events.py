"""Sign-ins and the audit trail, as they were in the time looked at."""

import datetime as dt
from collections import Counter

from django.conf import settings
from django.utils import timezone

from accounts.models import AuditEvent
from accounts.selectors.audit import check_trail, list_events
from accounts.services.audit_anchors import read_anchors
from common.errors import InvalidInputError
from ops.security.finding import GREEN, RED, YELLOW, Finding

# A person mistypes a few times; this many failures of one name or from one address are somebody's work.
MANY_FAILURES = 20
REFUSALS_OF_A_PERSON = 20
LOCKOUTS_OF_A_PERSON = 3
SHOWN = 10


def check_failed_attempts(since: dt.datetime) -> Finding:
    events = list_events(start=since, action="signin.failed")
    counts = Counter(event.ip or "unknown address" for event in events) + Counter(_name_of(event) for event in events)
    many = [(text, count) for text, count in counts.most_common(SHOWN) if count >= MANY_FAILURES]
    total = events.count()
    if not many:
        return Finding("failed_attempts", GREEN, f"{total} failed sign-ins, none of one name or address {MANY_FAILURES} times.")
    items = tuple(f"{text}: {count}" for text, count in many)
    return Finding("failed_attempts", YELLOW, f"{total} failed sign-ins.", "See `audit_auth_attempts`; block the addresses in the proxy.", items)


def check_lockouts(since: dt.datetime) -> Finding:
    counts = Counter(_name_of(event) for event in list_events(start=since, action="signin.locked"))
    if not counts:
        return Finding("lockouts", GREEN, "Nobody had to wait after failed sign-ins.")
    items = tuple(f"{name}: {count}" for name, count in counts.most_common(SHOWN))
    status = YELLOW if max(counts.values()) > LOCKOUTS_OF_A_PERSON else GREEN
    return Finding(
        "lockouts", status, f"{sum(counts.values())} times somebody had to wait after failed sign-ins.", "See `audit_auth_attempts`.", items
    )


def check_copied_keys(since: dt.datetime) -> Finding:
    names = tuple(sorted({event.object_name for event in list_events(start=since, action="passkey.copied")}))
    if not names:
        return Finding("copied_passkeys", GREEN, "No passkey was seen twice.")
    return Finding("copied_passkeys", RED, "A passkey was seen twice: somebody has a copy.", "Remove it together with its owner.", names)


def check_refusals(since: dt.datetime) -> Finding:
    counts = Counter(event.actor_name for event in list_events(start=since, action="access.denied"))
    many = tuple(f"{name}: {count}" for name, count in counts.most_common(SHOWN) if count >= REFUSALS_OF_A_PERSON)
    if not many:
        return Finding("refusals", GREEN, f"{sum(counts.values())} refused requests of signed-in people.")
    return Finding("refusals", YELLOW, "Somebody tries what he may not do.", "Look at that person's timeline in the audit trail.", many)


def check_reused_tokens(since: dt.datetime) -> Finding:
    names = tuple(sorted({event.object_name for event in list_events(start=since, action="token.reused")}))
    if not names:
        return Finding("reused_tokens", GREEN, "No refresh token came twice.")
    return Finding("reused_tokens", RED, "A refresh token came twice: somebody has a copy.", "Ask these people to change their passwords.", names)


def check_audit_trail(_: dt.datetime) -> Finding:
    try:
        anchors = read_anchors(folder=settings.AUDIT_DIR)
    except InvalidInputError as error:
        return Finding("audit_trail", RED, error.message, "Restore the notes from a copy; keep the damaged file as evidence.")
    check = check_trail(anchors=anchors)
    if check.problems:
        items = tuple(f"{problem.kind}: link {problem.sequence or '-'}" for problem in check.problems[:SHOWN])
        return Finding("audit_trail", RED, "The audit trail has been tampered with.", "Run `verify_audit_trail`; restore a backup beside it.", items)
    if not anchors:
        return Finding("audit_trail", YELLOW, "The audit trail has not been noted outside of the database yet.", "Start the worker and beat.")
    return Finding("audit_trail", GREEN, f"The audit trail is whole: {check.events} events, {len(anchors)} notes.")


def hours_ago(hours: int) -> dt.datetime:
    return timezone.now() - dt.timedelta(hours=hours)


def _name_of(event: AuditEvent) -> str:
    return str(event.told.get("detail", {}).get("email") or "no name")
