"""Forget what the cache keeps about signing in."""

from typing import Any

from accounts.services.auth_cache import clear_auth_cache, count_auth_cache
from common.management import OperatorCommand


class Command(OperatorCommand):
    help = "Forget the cached copies of browser sessions and the counters of the API's limits. Nobody is logged out: both are made anew."

    changes = True

    def run_command(self, *, dry_run: bool, yes: bool, **options: Any) -> dict[str, Any]:
        if dry_run:
            found = count_auth_cache()
            self.say(f"Would forget {found['sessions']} cached sessions and {found['counters']} counters.")
            return {"sessions": 0, "counters": 0, "would_forget": found}
        self.confirm("This forgets cached sessions and counters; nobody is logged out.", yes=yes)
        removed = clear_auth_cache()
        self.say(f"Forgot {removed['sessions']} cached sessions and {removed['counters']} counters; nobody was logged out.")
        return removed
