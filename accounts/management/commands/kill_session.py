"""End one session, or all sessions of a user."""

from typing import Any
from uuid import UUID

from django.core.management.base import CommandParser

from accounts.models import User, UserSession
from accounts.selectors.sessions import get_live_session, list_live_sessions
from accounts.selectors.users import get_user_by_email
from accounts.services.sessions import end_session, end_sessions
from common.errors import NotFoundError, UsageError
from common.management import OperatorCommand

REASON = "ended by an operator"


class Command(OperatorCommand):
    help = "End one session by its id, or every session of a user; takes effect with the next request."
    changes = True

    def add_arguments(self, parser: CommandParser) -> None:
        parser.add_argument("session", metavar="ID", nargs="?", help="The id, as check_active_sessions prints it.")
        parser.add_argument("--user", metavar="EMAIL", help="End all sessions of this user.")

    def run_command(self, *, session: str | None, user: str | None, dry_run: bool, yes: bool, **options: Any) -> dict[str, Any]:
        if (session is None) == (user is None):
            raise UsageError("Give the id of a session, or a user with --user.")
        if user is not None:
            return self._end_all(get_user_by_email(email=user), dry_run=dry_run, yes=yes)
        return self._end_one(_find(str(session)), dry_run=dry_run, yes=yes)

    def _end_one(self, session: UserSession, *, dry_run: bool, yes: bool) -> dict[str, Any]:
        name = f"the {session.kind} session {session.pk} of {session.user.email}"
        if dry_run:
            self.say(f"Would end {name}.")
            return {"ended": 0, "would_end": 1, "user": session.user.email}
        self.confirm(f"This ends {name}.", yes=yes)
        ended = int(end_session(session=session, reason=REASON))
        self.say(f"Ended {name}.")
        return {"ended": ended, "user": session.user.email}

    def _end_all(self, user: User, *, dry_run: bool, yes: bool) -> dict[str, Any]:
        number = list_live_sessions(user=user).count()
        if dry_run:
            self.say(f"Would end {number} sessions of {user.email}.")
            return {"ended": 0, "would_end": number, "user": user.email}
        self.confirm(f"This ends {number} sessions of {user.email}.", yes=yes)
        ended = end_sessions(user=user, reason=REASON)
        self.say(f"Ended {ended} sessions of {user.email}.")
        return {"ended": ended, "user": user.email}


def _find(text: str) -> UserSession:
    try:
        session = get_live_session(session_id=UUID(text))
    except ValueError as error:
        raise UsageError(f"{text!r} is not the id of a session.") from error
    if session is None:
        raise NotFoundError(f"There is no open session {text}.")
    return session
