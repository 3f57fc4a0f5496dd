"""Let somebody in who has lost the second factor."""

from typing import Any

from django.core.management.base import CommandParser

from accounts.selectors.second_factor import has_second_factor
from accounts.selectors.users import get_user_by_email
from accounts.services.second_factor import disable_second_factor
from common.management import OperatorCommand


class Command(OperatorCommand):
    help = "Turn off a user's second factor and end all of the user's sessions. Make sure first that it is the user who asks."

    def add_arguments(self, parser: CommandParser) -> None:
        parser.add_argument("email", metavar="EMAIL")
        parser.add_argument("--dry-run", action="store_true", help="Tell whether the second factor is on; change nothing.")

    def run_command(self, *, email: str, dry_run: bool, **options: Any) -> dict[str, Any]:
        user = get_user_by_email(email=email)
        is_on = has_second_factor(user=user)
        if not is_on:
            self.say(f"The second factor of {user.email} is off.")
        elif dry_run:
            self.say(f"Would turn off the second factor of {user.email}.")
        else:
            disable_second_factor(user=user, reason="second factor turned off by an operator")
            self.say(f"Turned off the second factor of {user.email}.")
        return {"id": user.pk, "email": user.email, "was_on": is_on, "dry_run": dry_run}
