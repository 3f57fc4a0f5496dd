"""`quick_restart`: new code, same database connection to the world."""

from typing import Any

from django.conf import settings

from common.management import OperatorCommand
from ops.runtime.control import restart_programs


class Command(OperatorCommand):
    help = "Restart pages, sockets, worker and beat; database and cache go on. Returns when everything is ready again."

    def run_command(self, **options: Any) -> dict[str, Any]:
        runners = restart_programs(settings.LAYOUT)
        self.say("Restarted and ready.")
        return {"runners": runners}
