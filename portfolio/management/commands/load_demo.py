"""Load the demo user and his two portfolios."""

from typing import Any

from django.utils import timezone

from common.management import OperatorCommand
from portfolio.services.demo import DEMO_PASSWORD, load_demo


class Command(OperatorCommand):
    help = "Create the demo user with two portfolios over ten years of simulated prices; does nothing when he exists."

    def run_command(self, **options: Any) -> dict[str, Any]:
        report = load_demo(today=timezone.now().date())
        if report.created:
            self.say(f"Loaded {report.portfolios} portfolios, {report.transactions} transactions and {report.prices} simulated prices.")
        else:
            self.say("The demo user exists already; nothing was changed.")
        self.say(f"Sign in as {report.email} with the password {DEMO_PASSWORD} (unless it was changed).")
        return {"created": report.created, "email": report.email, "portfolios": report.portfolios, "transactions": report.transactions}
