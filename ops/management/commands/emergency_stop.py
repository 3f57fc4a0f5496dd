"""`emergency_stop`: everything ends now."""

from typing import Any

from django.conf import settings

from common.management import OperatorCommand
from ops.runtime.control import end_everything


class Command(OperatorCommand):
    help = "End every process of this installation at once. Requests are cut off; nothing committed is lost."
    changes = True

    def run_command(self, **options: Any) -> dict[str, Any]:
        if options["dry_run"]:
            self.say(f"Would end every process of {settings.VAR_DIR} at once.")
            return {"ended": {}, "dry_run": True}
        self.confirm(f"End every process of {settings.VAR_DIR} at once?", yes=options["yes"])
        ended = end_everything(settings.LAYOUT)
        count = sum(len(pids) for pids in ended.values())
        self.say(f"Ended {count} processes." if count else "Nothing was running.")
        return {"ended": ended, "dry_run": False}
