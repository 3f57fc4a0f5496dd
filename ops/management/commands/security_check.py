"""The operator's regular look at the safety of the installation."""

from typing import Any, Literal

from django.core.management.base import CommandParser

from common.management import RED, YELLOW, OperatorCommand
from ops.security.finding import Finding, worst_of
from ops.security.report import Span, look, look_at_packages
from ops.security.store import keep_report

MARKS = {"green": "ok    ", "yellow": "DOUBT ", "red": "BAD   "}


class Command(OperatorCommand):
    help = "Look at sign-ins, the audit trail, files, ports, certificate; weekly also at known weaknesses, rights, settings. Exit 0, 10 or 11."

    def add_arguments(self, parser: CommandParser) -> None:
        spans = parser.add_mutually_exclusive_group()
        spans.add_argument("--daily", dest="span", action="store_const", const="daily", help="What happened in a day, files, ports, certificate.")
        spans.add_argument("--weekly", dest="span", action="store_const", const="weekly", help="Also known weaknesses, rights and settings.")
        spans.add_argument("--monthly", dest="span", action="store_const", const="monthly", help="Also the age of secrets.")
        spans.add_argument("--packages", dest="span", action="store_const", const="packages", help="Only known weaknesses; no report is kept.")

    def run_command(self, *, span: Span | Literal["packages"] | None, **options: Any) -> dict[str, Any]:
        chosen = span or "daily"
        if chosen == "packages":
            findings = look_at_packages()
        else:
            findings = look(chosen)
            keep_report(chosen, findings)
        for finding in findings:
            self._tell(finding)
        status = worst_of(findings)
        self.say(f"Status: {status}")
        self.exit_code = {"green": 0, "yellow": YELLOW, "red": RED}[status]
        return {"span": chosen, "status": status, "findings": [finding.as_json() for finding in findings]}

    def _tell(self, finding: Finding) -> None:
        self.say(f"{MARKS[finding.status]}{finding.name}: {finding.message}")
        for item in finding.items:
            self.say(f"        {item}")
        if finding.status != "green" and finding.remedy:
            self.say(f"      → {finding.remedy}")
