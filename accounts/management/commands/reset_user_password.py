"""Give a user a new password."""

from typing import Any

from django.core.management.base import CommandParser

from accounts.management.passwords import read_password
from accounts.selectors.users import get_user_by_email
from accounts.services.users import check_password_strength, set_password
from common.management import OperatorCommand


class Command(OperatorCommand):
    help = "Set a user's password and end all of the user's sessions."

    def add_arguments(self, parser: CommandParser) -> None:
        parser.add_argument("email", metavar="EMAIL")
        parser.add_argument("--password-stdin", action="store_true", help="Read the password from the first line of standard input.")
        parser.add_argument("--dry-run", action="store_true", help="Check the user and the password; change nothing.")

    def run_command(self, *, email: str, password_stdin: bool, dry_run: bool, **options: Any) -> dict[str, Any]:
        user = get_user_by_email(email=email)
        password = read_password(from_stdin=password_stdin)
        if dry_run:
            check_password_strength(password=password, user=user)
            self.say(f"Would set the password of {user.email}.")
            return {"id": user.pk, "email": user.email, "sessions_ended": 0, "dry_run": True}
        ended = set_password(user=user, password=password, reason="password reset by an operator")
        self.say(f"Set the password of {user.email}; sessions ended: {ended}.")
        return {"id": user.pk, "email": user.email, "sessions_ended": ended}
