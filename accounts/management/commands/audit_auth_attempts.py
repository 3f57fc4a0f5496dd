"""Tell who tried to sign in, and from where."""

import datetime as dt
from collections import Counter
from typing import Any

from django.core.management.base import CommandParser
from django.utils import timezone

from accounts.models import AuditEvent
from accounts.selectors.audit import list_events
from common.management import OperatorCommand

SHOWN = 20


class Command(OperatorCommand):
    help = "List the sign-ins of the last hours, good and bad, with the addresses and names that failed most."

    def add_arguments(self, parser: CommandParser) -> None:
        parser.add_argument("--hours", type=int, default=24, help="How far to look back (24).")
        parser.add_argument("--failed", action="store_true", help="Only those that failed.")

    def run_command(self, *, hours: int, failed: bool, **options: Any) -> dict[str, Any]:
        since = timezone.now() - dt.timedelta(hours=hours)
        bad = list(list_events(start=since, action="signin.failed"))
        good = [] if failed else list(list_events(start=since, action="session.opened"))
        addresses = Counter(event.ip or "unknown" for event in bad)
        names = Counter(_name_of(event) for event in bad)
        self.say(
            f"Last {hours} hours: {len(good)} sign-ins, {len(bad)} failed attempts." if not failed else f"Last {hours} hours: {len(bad)} failed."
        )
        rows = [[_format(event), event.action, _name_of(event), event.ip or "-", event.source] for event in sorted([*good, *bad], key=_when)]
        if rows:
            self.say_table(["time (UTC)", "what", "who", "address", "part"], rows[-SHOWN:])
        for title, counted in (("Addresses", addresses), ("Names", names)):
            for text, count in counted.most_common(5):
                self.say(f"{title}: {text}: {count} failed")
        return {
            "hours": hours,
            "signed_in": len(good),
            "failed": len(bad),
            "addresses": dict(addresses.most_common(SHOWN)),
            "names": dict(names.most_common(SHOWN)),
        }


def _when(event: AuditEvent) -> dt.datetime:
    return event.occurred_at


def _format(event: AuditEvent) -> str:
    return f"{event.occurred_at:%Y-%m-%d %H:%M:%S}"


def _name_of(event: AuditEvent) -> str:
    return str(event.told.get("detail", {}).get("email") or event.actor_name or "unknown")
