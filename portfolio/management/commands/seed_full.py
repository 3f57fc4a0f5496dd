"""Fill the database with test data of any size."""

from typing import Any

from django.core.management.base import CommandError, CommandParser
from django.db import connection
from django.utils import timezone
from rich.progress import Progress

from common.management import OperatorCommand
from portfolio.services.seeding import SeedPlan, seed_load


class Command(OperatorCommand):
    help = "Create invented users with portfolios over ten years of simulated prices, for load tests. Use a database of its own."
    changes = True

    def add_arguments(self, parser: CommandParser) -> None:
        parser.add_argument("--users", type=_read_size, default=100, help="how many users (100)")
        parser.add_argument("--portfolios", type=_read_size, default=3, help="portfolios of each user (3)")
        parser.add_argument("--transactions", type=_read_size, default=2_000, help="transactions of each portfolio (2000)")
        parser.add_argument(
            "--large", type=_read_size, action="append", default=[], help="one more portfolio of this size for the first user; may be repeated"
        )
        parser.add_argument("--seed", type=int, default=1, help="the same seed gives the same ledgers")

    def run_command(self, **options: Any) -> dict[str, Any]:
        names = ("users", "portfolios", "transactions", "seed")
        plan = SeedPlan(**{name: options[name] for name in names}, large=tuple(options["large"]))
        target = connection.settings_dict
        what = f"{plan.users} test users and {plan.total} transactions in {target['NAME']} on {target['HOST'] or 'this machine'}"
        if options["dry_run"]:
            self.say(f"Would create {what}.")
            return {"dry_run": True, "users": plan.users, "transactions": plan.total}
        self.confirm(f"Create {what}?", yes=options["yes"])
        with Progress(disable=self.is_silent or not self.stdout.isatty(), transient=True) as progress:
            bar = progress.add_task("Writing transactions", total=plan.total)
            report = seed_load(plan=plan, today=timezone.now().date(), report_progress=lambda count: progress.advance(bar, count))
        self.say(f"Created {what} and {report.prices} prices.")
        self.say(f"Sign in as load0001@example.com (and following) with the password {report.password}")
        fields = ("users", "portfolios", "transactions", "prices", "password")
        return {name: getattr(report, name) for name in fields}


def _read_size(text: str) -> int:
    if not text.isdigit() or int(text) < 1:
        raise CommandError(f"{text!r} is not a whole number of one or more", returncode=2)
    return int(text)
