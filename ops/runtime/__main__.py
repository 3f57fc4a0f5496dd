"""`python -m ops.runtime [--only NAMES] [--quiet]`: the runner itself. `manage.py start` becomes this program.

It loads the settings but no applications: the runner lives as long as the system and should stay small.
"""

import argparse
import os
import sys
from typing import Any

from django.core.exceptions import ImproperlyConfigured

from ops.runtime.console import Console
from ops.runtime.errors import StartError
from ops.runtime.folders import make_private
from ops.runtime.options import Options
from ops.runtime.preparation import Preparation
from ops.runtime.runner import Runner
from ops.runtime.services import check_names
from ops.runtime.state import list_runners


def read_options(only: tuple[str, ...], *, quiet: bool) -> Options:
    os.environ.setdefault("DJANGO_SETTINGS_MODULE", "config.settings")
    from django.conf import settings

    return Options(
        layout=settings.LAYOUT,
        base_dir=settings.BASE_DIR,
        log_dir=settings.LOG_DIR,
        pid_file=settings.PID_FILE,
        bind=settings.BIND,
        port=settings.PORT,
        terminal_port=settings.TERMINAL_PORT,
        assistant_port=settings.ASSISTANT_PORT,
        public_url=settings.PUBLIC_URL,
        database=_read_database(settings.DATABASES["default"]),
        is_database_embedded=settings.IS_DATABASE_EMBEDDED,
        cache_url=settings.CACHE_URL,
        is_cache_embedded=settings.IS_CACHE_EMBEDDED,
        superuser_password=settings.DATABASE_SUPERUSER_PASSWORD,
        os_user=settings.EMBEDDED_OS_USER,
        bin_dir=settings.EMBEDDED_PG_BINDIR,
        only=only,
        quiet=quiet,
    )


def _read_database(facts: dict[str, Any]) -> dict[str, Any]:
    """Return what psycopg needs to sign in as the application does."""
    encryption = {name: value for name, value in facts["OPTIONS"].items() if name.startswith("ssl")}
    return {
        "host": facts["HOST"],
        "port": str(facts["PORT"] or "5432"),
        "user": facts["USER"],
        "password": facts["PASSWORD"],
        "dbname": facts["NAME"],
        **encryption,
    }


def list_addresses(options: Options, logins: list[str]) -> list[str]:
    lines = [f"pages       {options.public_url}", f"API         {options.public_url}/api/docs", f"admin       {options.public_url}/admin/"]
    return ["", *(f"  {line}" for line in (*lines, *logins)), ""]


def main(arguments: list[str]) -> int:
    parser = argparse.ArgumentParser(prog="python -m ops.runtime")
    parser.add_argument("--only", default="")
    parser.add_argument("--quiet", action="store_true")
    chosen = parser.parse_args(arguments)
    try:
        options = read_options(tuple(filter(None, chosen.only.split(","))), quiet=chosen.quiet)
        check_names(options)
        make_private(options.layout.run_dir)
        return run(options)
    except StartError as error:
        sys.stderr.write(f"{error.message}\n")
        return error.exit_code
    except ImproperlyConfigured as error:
        sys.stderr.write(f"{error}\n")
        return StartError.exit_code


def run(options: Options) -> int:
    console = Console(quiet=options.quiet)

    def show(preparation: Preparation) -> None:
        for line in list_addresses(options, preparation.list_lines()):
            console.show(line)

    runner = Runner(options, console, on_ready=show)
    if runner.claim():
        if runner.elsewhere:
            console.say(f"already running elsewhere: {', '.join(runner.elsewhere)}")
        return runner.run()
    console.show(f"Already running: {', '.join(runner.elsewhere)}.")
    logins = [line for state in list_runners(options.layout) for line in state.logins]
    for line in list_addresses(options, logins):
        console.show(line)
    return 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
