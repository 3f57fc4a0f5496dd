"""Forget what the cache keeps about signing in."""

from typing import Any

from accounts.services.auth_cache import clear_auth_cache
from common.management import OperatorCommand


class Command(OperatorCommand):
    help = "Forget the cached copies of browser sessions and the counters of the API's limits. Nobody is logged out: both are made anew."

    def run_command(self, **options: Any) -> dict[str, Any]:
        removed = clear_auth_cache()
        self.say(f"Forgot {removed['sessions']} cached sessions and {removed['counters']} counters; nobody was logged out.")
        return removed
