"""`stop`: end gracefully what `start` has started."""

from typing import Any

from django.conf import settings
from django.core.management.base import CommandParser

from common.management import OperatorCommand
from ops.runtime.control import stop_runners, stop_servers


class Command(OperatorCommand):
    help = "Stop everything that `start` has started: pages first, the database last. Does nothing when nothing runs."

    def add_arguments(self, parser: CommandParser) -> None:
        parser.add_argument("--all", action="store_true", help="Also embedded servers that run without a runner.")

    def run_command(self, **options: Any) -> dict[str, Any]:
        runners = stop_runners(settings.LAYOUT)
        servers = stop_servers(settings.LAYOUT) if options["all"] else []
        self.say("Stopped." if runners or servers else "Nothing was running.")
        return {"runners": runners, "servers": servers}
