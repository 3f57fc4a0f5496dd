"""End every session."""

from typing import Any

from django.core.management.base import CommandParser

from accounts.models import UserSession
from accounts.selectors.sessions import list_live_sessions
from accounts.services.sessions import end_every_session
from common.management import OperatorCommand


class Command(OperatorCommand):
    help = "End every session of everyone, or of one kind: all have to sign in again."
    changes = True

    def add_arguments(self, parser: CommandParser) -> None:
        parser.add_argument("--kind", choices=UserSession.Kind.values, help="Only the sessions of this kind.")

    def run_command(self, *, kind: str | None, dry_run: bool, yes: bool, **options: Any) -> dict[str, Any]:
        number = list_live_sessions(kind=kind or "").count()
        if dry_run:
            self.say(f"Would end {number} sessions.")
            return {"ended": 0, "would_end": number}
        self.confirm(f"This ends {number} sessions: all of these people have to sign in again.", yes=yes)
        ended = end_every_session(kind=kind or "", reason="all sessions cleared by an operator")
        self.say(f"Ended {ended} sessions.")
        return {"ended": ended}
