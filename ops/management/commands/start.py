"""`start`: become the runner, or put one into the background."""

import os
import signal
import subprocess
import sys
import time
from pathlib import Path
from typing import Any

from django.conf import settings
from django.core.management.base import CommandParser

from common.management import OperatorCommand
from ops.runtime.__main__ import list_addresses, read_options
from ops.runtime.errors import StartError
from ops.runtime.folders import make_private
from ops.runtime.services import check_names
from ops.runtime.state import RunnerState, list_runners

DETACHED_SECONDS = 300.0


class Command(OperatorCommand):
    help = "Start everything (or --only some of it) and keep it running; Ctrl-C stops it. A second start finds what runs."

    def add_arguments(self, parser: CommandParser) -> None:
        parser.add_argument("--env", choices=["development", "production", "recovery"], help="Sets APP_ENV for this start.")
        parser.add_argument("--only", default="", metavar="NAMES", help="Comma list: database,cache,web,terminal,assistant,worker,beat,monitor.")
        parser.add_argument("--detach", action="store_true", help="Return as soon as everything is ready; stop it with `stop`.")

    def run_command(self, **options: Any) -> dict[str, Any]:
        if options["env"]:
            os.environ["APP_ENV"] = options["env"]
        only = tuple(filter(None, options["only"].replace(" ", "").split(",")))
        chosen = read_options(only, quiet=self.is_silent)
        check_names(chosen)
        make_private(chosen.layout.run_dir)
        arguments = [sys.executable, "-m", "ops.runtime", *(["--only", ",".join(only)] if only else []), *(["--quiet"] if self.is_silent else [])]
        os.chdir(settings.BASE_DIR)
        if not options["detach"]:
            # The runner replaces this process: it needs no applications, and the signals reach it directly.
            sys.stdout.flush()
            os.execv(sys.executable, arguments)  # noqa: S606 - without a shell on purpose
        return self._detach(arguments)

    def _detach(self, arguments: list[str]) -> dict[str, Any]:
        log = Path(settings.LOG_DIR) / "runner.log"
        with log.open("ab") as output:
            process = subprocess.Popen(arguments, stdin=subprocess.DEVNULL, stdout=output, stderr=output, start_new_session=True)
        state = self._await_ready(process, log)
        chosen = read_options((), quiet=False)
        for line in [f"Running in the background; log: {log}", *list_addresses(chosen, state.logins if state else [])]:
            self.say(line)
        return {"pid": state.pid if state else None, "log": str(log), "services": state.services if state else {}}

    def _await_ready(self, process: subprocess.Popen[bytes], log: Path) -> RunnerState | None:
        """Return the state of the runner when it is ready, None when another one runs already."""
        deadline = time.monotonic() + DETACHED_SECONDS
        while time.monotonic() < deadline:
            state = next((one for one in list_runners(settings.LAYOUT) if one.pid == process.pid), None)
            if state is not None and state.phase == "ready":
                return state
            if process.poll() is not None:
                if process.returncode == 0:
                    return None
                last = log.read_text(encoding="utf-8", errors="replace").strip().splitlines()[-1]
                raise StartError(f"{last} (see {log})")
            time.sleep(0.1)
        process.send_signal(signal.SIGTERM)
        raise StartError(f"not ready after {DETACHED_SECONDS:.0f} seconds; see {log}")
