"""List the open sessions."""

from typing import Any

from django.core.management.base import CommandParser

from accounts.models import UserSession
from accounts.selectors.sessions import list_live_sessions
from accounts.selectors.users import get_user_by_email
from common.management import OperatorCommand


class Command(OperatorCommand):
    help = "List the sessions that are open now, the last used first."

    def add_arguments(self, parser: CommandParser) -> None:
        parser.add_argument("--user", metavar="EMAIL", help="Only the sessions of this user.")
        parser.add_argument("--kind", choices=UserSession.Kind.values, help="Only the sessions of this kind.")

    def run_command(self, *, user: str | None, kind: str | None, **options: Any) -> dict[str, Any]:
        owner = get_user_by_email(email=user) if user else None
        sessions = list(list_live_sessions(user=owner, kind=kind or ""))
        self.say_table(
            ["ID", "USER", "KIND", "ADDRESS", "LAST SEEN (UTC)", "DEVICE"],
            [[row.pk, row.user.email, row.kind, row.ip or "-", f"{row.last_seen_at:%Y-%m-%d %H:%M}", row.device or "-"] for row in sessions],
        )
        self.say(f"{len(sessions)} open")
        return {"count": len(sessions), "sessions": [_describe(row) for row in sessions]}


def _describe(session: UserSession) -> dict[str, Any]:
    names = ("id", "kind", "ip", "device", "created_at", "last_seen_at", "expires_at")
    return {"user": session.user.email, **{name: getattr(session, name) for name in names}}
