#!/usr/bin/env python
"""Command-line entry of the Stock Portfolio Management System."""

import os
import sys

PRECONDITION = 3


def main() -> None:
    os.environ.setdefault("DJANGO_SETTINGS_MODULE", "config.settings")
    from django.core.exceptions import ImproperlyConfigured
    from django.core.management import execute_from_command_line
    from django.db import InterfaceError, OperationalError

    try:
        execute_from_command_line(sys.argv)
    except ImproperlyConfigured as error:
        leave(str(error))
    except (InterfaceError, OperationalError) as error:
        # Commands of Django itself, such as migrate; our own say it themselves.
        reason = str(error).strip().splitlines()[-1]
        leave(f"The database does not answer: start it with `make run` or `python manage.py start --only database` ({reason})")


def leave(message: str) -> None:
    sys.stderr.write(f"{message}\n")
    sys.exit(PRECONDITION)


if __name__ == "__main__":
    main()
