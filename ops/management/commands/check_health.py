"""`check_health`: the checks of /api/health from the command line."""

from typing import Any

from django.core.management.base import CommandParser

from common.management import RED, YELLOW, OperatorCommand
from ops.health.checks import CHECKS
from ops.health.report import DEGRADED, DOWN, CheckReport, measure_health

MARKS = {"ok": "ok      ", DEGRADED: "degraded", DOWN: "DOWN    "}


class Command(OperatorCommand):
    help = "Check database, cache, worker and the rest. Exit code: 0 ok, 10 degraded, 11 down."

    def add_arguments(self, parser: CommandParser) -> None:
        parser.add_argument("--only", default="", metavar="NAMES", help=f"Comma list of {', '.join(CHECKS)}.")

    def run_command(self, **options: Any) -> dict[str, Any]:
        report = measure_health(filter(None, options["only"].split(",")))
        for check in report.checks:
            self.say(_describe(check))
        self.say(f"Status: {report.status}")
        self.exit_code = {DOWN: RED, DEGRADED: YELLOW}.get(report.status, 0)
        return report.as_json(with_details=True)


def _describe(check: CheckReport) -> str:
    age = f", last sign of life {check.age_seconds:.0f} s ago" if check.age_seconds is not None else ""
    note = f": {check.message}" if check.message else ""
    return f"{MARKS[check.status]}  {check.name:<14}{check.latency_ms:7.1f} ms{age}{note}"
