"""Which tokens and keys run out."""

from datetime import timedelta
from typing import Any

from django.core.management.base import CommandParser

from accounts.models import PersonalToken
from accounts.selectors.expiry import ExpiryReport, measure_expiry
from common.errors import UsageError
from common.management import YELLOW, OperatorCommand

LONGEST_LOOK = 3650


class Command(OperatorCommand):
    help = (
        "Report tokens that run out soon or have run out, sessions of API logins, the age of the signing keys, and the clocks. Exit code 10 if any."
    )

    def add_arguments(self, parser: CommandParser) -> None:
        parser.add_argument("--days", type=int, default=7, help="What is soon (default 7).")
        parser.add_argument("--key-days", type=int, default=180, help="From which age on a signing key should be changed (default 180).")

    def run_command(self, *, days: int, key_days: int, **options: Any) -> dict[str, Any]:
        if not (0 <= days <= LONGEST_LOOK and 0 <= key_days <= LONGEST_LOOK):
            raise UsageError(f"--days and --key-days: 0 to {LONGEST_LOOK} days.")
        report = measure_expiry(soon=timedelta(days=days), old=timedelta(days=key_days))
        self.exit_code = 0 if report.is_green else YELLOW
        rows = [("expired", token) for token in report.expired] + [("soon", token) for token in report.expiring]
        if rows:
            self.say_table(
                ["STATE", "USER", "TOKEN", "EXPIRES (UTC)", "LAST USED (UTC)"],
                [[state, token.user.email, token.name, _minute(token.expires_at), _minute(token.last_used_at)] for state, token in rows],
            )
        for key in report.keys:
            age = "from the environment" if key.age_days is None else f"{key.age_days} days old"
            role = "signs" if key.signs else "verifies only"
            self.say(f"key {key.kid}: {role}, {age}{', change it' if key.is_old else ''}")
        self.say(f"{report.families} sessions of API logins are open, {report.families_ending} of them end within {days} days if not used")
        self.say(f"clock of the database: {report.clock_seconds:+.1f} s from this machine's")
        self.say("All is well." if report.is_green else "Look at the lines above.")
        return _show(report)


def _show(report: ExpiryReport) -> dict[str, Any]:
    return {
        "status": "green" if report.is_green else "yellow",
        "tokens": {"expired": [_show_token(token) for token in report.expired], "expiring": [_show_token(token) for token in report.expiring]},
        "families": {"open": report.families, "ending": report.families_ending},
        "keys": report.keys,
        "clock_seconds": round(report.clock_seconds, 3),
    }


def _show_token(token: PersonalToken) -> dict[str, Any]:
    names = ("id", "name", "prefix", "expires_at", "last_used_at")
    return {"user": token.user.email, **{name: getattr(token, name) for name in names}}


def _minute(moment: Any) -> str:
    return f"{moment:%Y-%m-%d %H:%M}" if moment else "never"
