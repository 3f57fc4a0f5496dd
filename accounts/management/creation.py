"""What create_admin and create_local_user have in common."""

from typing import Any

from django.core.management.base import CommandParser

from accounts.errors import EmailTakenError
from accounts.management.passwords import read_email, read_password
from accounts.selectors.users import get_user_by_email
from accounts.services.users import create_user
from common.errors import NotFoundError
from common.management import OperatorCommand


class CreateUserCommand(OperatorCommand):
    # What the new user may do.
    roles: dict[str, bool] = {}

    def add_arguments(self, parser: CommandParser) -> None:
        parser.add_argument("--email", help="The address to sign in with; asked for on a terminal.")
        parser.add_argument("--name", default="", help="The display name.")
        parser.add_argument("--password-stdin", action="store_true", help="Read the password from the first line of standard input.")

    def run_command(self, *, email: str | None, name: str, password_stdin: bool, **options: Any) -> dict[str, Any]:
        email = email or read_email()
        _refuse_existing(email)
        user = create_user(email=email, password=read_password(from_stdin=password_stdin), name=name, **self.roles)
        self.say(f"Created {user.email}.")
        return {"id": user.pk, "email": user.email}


def _refuse_existing(email: str) -> None:
    """Before anyone types a password in vain."""
    try:
        user = get_user_by_email(email=email)
    except NotFoundError:
        return
    raise EmailTakenError(f"There is already a user {user.email}; nothing was changed.", email=user.email)
