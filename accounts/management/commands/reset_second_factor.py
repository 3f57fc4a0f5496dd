"""Let somebody in who has lost the second factor, and nobody else who has one."""

from typing import Any

from django.core.management.base import CommandParser

from accounts.selectors.second_factor import has_second_factor
from accounts.selectors.users import get_user_by_email
from accounts.services.passkeys import remove_every_passkey
from accounts.services.second_factor import disable_second_factor
from common.management import OperatorCommand

REASON = "second factor turned off by an operator"


class Command(OperatorCommand):
    help = "Turn off a user's second factor, forget the passkeys, and end all of the user's sessions. Make sure first that it is the user who asks."

    def add_arguments(self, parser: CommandParser) -> None:
        parser.add_argument("email", metavar="EMAIL")
        parser.add_argument("--dry-run", action="store_true", help="Tell whether the second factor is on; change nothing.")

    def run_command(self, *, email: str, dry_run: bool, **options: Any) -> dict[str, Any]:
        user = get_user_by_email(email=email)
        is_on, passkeys = has_second_factor(user=user), user.passkeys.count()
        if not dry_run:
            disable_second_factor(user=user, reason=REASON)
            remove_every_passkey(user=user, reason=REASON)
        done = "Would turn" if dry_run else "Turned"
        self.say(f"{done} off the second factor of {user.email} (it was {'on' if is_on else 'off'}); passkeys removed: {passkeys}.")
        return {"id": user.pk, "email": user.email, "was_on": is_on, "passkeys": passkeys, "dry_run": dry_run}
