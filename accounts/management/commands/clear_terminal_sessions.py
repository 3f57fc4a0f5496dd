"""End terminal sessions."""

from datetime import timedelta
from typing import Any

from django.core.management.base import CommandParser

from accounts.models import UserSession
from accounts.selectors.sessions import list_live_sessions
from accounts.selectors.users import get_user_by_email
from accounts.services.sessions import end_every_session
from common.management import OperatorCommand

STALE = timedelta(minutes=30)


class Command(OperatorCommand):
    help = "End terminal sessions: all, those of a user, or those that nobody uses. Browsers stay signed in."
    changes = True

    def add_arguments(self, parser: CommandParser) -> None:
        parser.add_argument("--user", metavar="EMAIL", help="Only the sessions of this user.")
        parser.add_argument("--stale", action="store_true", help="Only those not used for 30 minutes.")

    def run_command(self, *, user: str | None, stale: bool, dry_run: bool, yes: bool, **options: Any) -> dict[str, Any]:
        chosen: dict[str, Any] = {
            "kind": UserSession.Kind.TERMINAL,
            "user": get_user_by_email(email=user) if user else None,
            "unused_for": STALE if stale else None,
        }
        number = list_live_sessions(**chosen).count()
        if dry_run:
            self.say(f"Would end {number} terminal sessions.")
            return {"ended": 0, "would_end": number}
        self.confirm(f"This ends {number} terminal sessions; what runs in them stops.", yes=yes)
        ended = end_every_session(**chosen, reason="ended by an operator")
        self.say(f"Ended {ended} terminal sessions.")
        return {"ended": ended}
