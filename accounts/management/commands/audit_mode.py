"""Note reads too, or no longer."""

from typing import Any

from django.core.management.base import CommandParser

from accounts.selectors.audit import is_reading_noted
from accounts.services.audit import switch_reading
from common.management import OperatorCommand


class Command(OperatorCommand):
    help = "Let the audit trail note every page and API answer that a signed-in person reads (on), or only changes (off)."

    def add_arguments(self, parser: CommandParser) -> None:
        parser.add_argument("mode", choices=["on", "off", "status"])

    def run_command(self, *, mode: str, **options: Any) -> dict[str, Any]:
        changed = mode != "status" and switch_reading(on=mode == "on")
        is_on = is_reading_noted()
        self.say(f"Reads are {'noted' if is_on else 'not noted'}.")
        if mode == "off" and is_on:
            self.say("AUDIT_MODE in the environment keeps it on.")
        return {"mode": "on" if is_on else "off", "changed": changed}
