"""Run published calculation cases through the engine."""

from collections import Counter
from dataclasses import asdict
from pathlib import Path
from typing import Any

from django.core.management.base import CommandParser

from common.management import OperatorCommand
from portfolio.conformance.cases import read_cases
from portfolio.conformance.runner import MISS, Outcome, run_cases


class Command(OperatorCommand):
    help = "Run a file of calculation cases through the engine and say of each whether the figure is met. Exit 1 on a miss."

    def add_arguments(self, parser: CommandParser) -> None:
        parser.add_argument("file", type=Path, metavar="FILE", help="Cases of the schema calculation-cases/1.")

    def run_command(self, file: Path, **options: Any) -> dict[str, Any]:
        outcomes = run_cases(read_cases(file))
        for outcome in outcomes:
            self.say(describe(outcome))
        counts = Counter(outcome.result for outcome in outcomes)
        self.say(", ".join(f"{count} {result}" for result, count in sorted(counts.items())) or "no cases")
        self.exit_code = 1 if counts[MISS] else 0
        return {"counts": dict(counts), "cases": [asdict(outcome) for outcome in outcomes]}


def describe(outcome: Outcome) -> str:
    """Return the line of a case."""
    line = f"{outcome.id} ({outcome.kind}): {outcome.result}"
    return f"{line}: {outcome.reason}" if outcome.reason else line
