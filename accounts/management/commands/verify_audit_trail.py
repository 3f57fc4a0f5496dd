"""Look whether the audit trail is whole."""

from dataclasses import asdict
from pathlib import Path
from typing import Any

from django.conf import settings
from django.core.management.base import CommandParser

from accounts.selectors.audit import TrailCheck, check_trail
from accounts.services.audit_anchors import read_anchors
from accounts.services.audit_export import check_file
from common.management import RED, YELLOW, OperatorCommand


class Command(OperatorCommand):
    help = "Compute the chain of the audit trail anew, or that of an exported file. Exit 0: whole, 10: whole as far as can be told, 11: not."

    def add_arguments(self, parser: CommandParser) -> None:
        parser.add_argument("--file", type=Path, metavar="FILE", help="An exported trail; without it the one in the database.")

    def run_command(self, *, file: Path | None, **options: Any) -> dict[str, Any]:
        if file is not None:
            found = check_file(path=file)
            told = self._tell(found.trail, doubt="" if found.is_own else "It is signed by another installation's key; compare it by other means.")
            self.say(f"Signed by {found.public_key}.")
            return {**told, "public_key": found.public_key, "is_own": found.is_own}
        anchors = read_anchors(folder=settings.AUDIT_DIR)
        doubt = "" if anchors else "No anchor has been noted yet: that nothing was cut off its end cannot be told."
        return {**self._tell(check_trail(anchors=anchors), doubt=doubt), "anchors": len(anchors)}

    def _tell(self, check: TrailCheck, *, doubt: str) -> dict[str, Any]:
        for problem in check.problems:
            place = f"link {problem.sequence}" if problem.sequence else f"event {problem.event_id}"
            self.say(f"{problem.kind}: {place}: {problem.message}")
        if check.is_cut_short:
            self.say("… and more.")
        status = "broken" if check.problems else "doubtful" if doubt else "ok"
        self.exit_code = {"broken": RED, "doubtful": YELLOW, "ok": 0}[status]
        words = {"broken": "is NOT whole", "doubtful": "is whole as far as can be told", "ok": "is whole"}
        self.say(f"The trail {words[status]}: {check.events} events. {doubt}".strip())
        head = {"sequence": check.head[0], "digest": check.head[1]} if check.head else None
        return {"status": status, "events": check.events, "head": head, "problems": [asdict(problem) for problem in check.problems], "doubt": doubt}
