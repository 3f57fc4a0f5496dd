"""Write the audit trail to a file that proves itself."""

import datetime as dt
from argparse import ArgumentTypeError
from pathlib import Path
from typing import Any

from django.core.management.base import CommandParser

from accounts.audit.signature import tell_public_key
from accounts.services.audit import record_event
from accounts.services.audit_export import export_trail
from common.management import OperatorCommand


class Command(OperatorCommand):
    help = "Write the audit trail, or some days of it, as signed JSON lines; verify_audit_trail --file verifies it anywhere."

    def add_arguments(self, parser: CommandParser) -> None:
        parser.add_argument("--output", type=Path, required=True, metavar="FILE", help="The file to write; it must not be there yet.")
        parser.add_argument("--from", dest="start", type=_read_day, metavar="YYYY-MM-DD", help="The first day (UTC).")
        parser.add_argument("--to", dest="end", type=_read_day, metavar="YYYY-MM-DD", help="The last day (UTC).")

    def run_command(self, *, output: Path, start: dt.date | None, end: dt.date | None, **options: Any) -> dict[str, Any]:
        count = export_trail(path=output, start=start, end=end)
        record_event(action="audit.exported", detail={"file": output.name, "events": count, "from": start, "to": end})
        self.say(f"Wrote {count} events to {output}, signed by {tell_public_key()}.")
        return {"events": count, "file": str(output), "public_key": tell_public_key()}


def _read_day(text: str) -> dt.date:
    try:
        return dt.date.fromisoformat(text)
    except ValueError as error:
        raise ArgumentTypeError(f"{text!r} is not a day like 2026-01-31") from error
