"""The base of every command that an operator runs: one object for programs, lines for people, stable exit codes."""

import sys
from abc import ABC, abstractmethod
from collections.abc import Sequence
from typing import Any

from django.core.management.base import BaseCommand, CommandError, CommandParser
from django.db import InterfaceError, OperationalError

from common.api.renderers import dump_json
from common.errors import DomainError, UnconfirmedError

YELLOW = 10
RED = 11


class OperatorCommand(BaseCommand, ABC):
    """Write `add_arguments` as usual and `run_command(**options)`, which returns the object that --json prints.

    For people, call `say` with each line. Raise a DomainError to fail: its message becomes one line on stderr, its
    `exit_code` the exit code (1 failed, 2 usage, 3 precondition, 4 needs confirmation, 5 busy). A run that went well
    but found something bad sets `self.exit_code` (YELLOW, RED, or 1) before it returns.
    With `changes = True` the command also takes --dry-run and --yes.
    """

    changes = False
    # A command must also run when the rest of the system is in pieces.
    requires_system_checks: list[str] = []

    def create_parser(self, prog_name: str, subcommand: str, **kwargs: Any) -> CommandParser:
        parser = super().create_parser(prog_name, subcommand, **kwargs)
        parser.add_argument("--json", action="store_true", help="Print one JSON object instead of text.")
        parser.add_argument("--quiet", action="store_true", help="Print nothing but errors (and the JSON object).")
        if self.changes:
            parser.add_argument("--dry-run", action="store_true", help="Say what would be done; change nothing.")
            parser.add_argument("--yes", action="store_true", help="Do not ask for confirmation.")
        return parser

    def handle(self, *args: Any, **options: Any) -> None:
        self.exit_code = 0
        self.is_json = bool(options["json"])
        self.is_silent = self.is_json or bool(options["quiet"])
        try:
            result = self.run_command(**options)
        except DomainError as error:
            self._refuse(error.code, error.message, error.detail, error.exit_code)
        except (OperationalError, InterfaceError) as error:
            self._refuse("unavailable", f"The database does not answer: {str(error).strip()}", {}, 3)
        else:
            if self.is_json:
                self._print_object(result)
            if self.exit_code:
                sys.exit(self.exit_code)

    @abstractmethod
    def run_command(self, *args: Any, **options: Any) -> dict[str, Any]:
        """Do the work; return the object for --json. Called with the options as keywords; name those that are used."""

    def say(self, text: str = "") -> None:
        """Print a line for people; nothing under --json or --quiet."""
        if not self.is_silent:
            self.stdout.write(text)

    def say_table(self, headers: Sequence[str], rows: Sequence[Sequence[object]]) -> None:
        """Print rows under their headers, each column as wide as its widest cell."""
        lines = [[str(cell) for cell in row] for row in [headers, *rows]]
        widths = [max(map(len, column)) for column in zip(*lines, strict=True)]
        for line in lines:
            self.say("  ".join(cell.ljust(width) for cell, width in zip(line, widths, strict=True)).rstrip())

    def confirm(self, question: str, *, yes: bool, answer: str = "yes") -> None:
        """Return if the operator agrees: by --yes or by typing `answer` on a terminal. Raises UnconfirmedError."""
        if yes:
            return
        if not sys.stdin.isatty():
            raise UnconfirmedError("Nothing was changed: there is no terminal to ask on; repeat with --yes.")
        self.stderr.write(f"{question} Type {answer!r} to go on: ", ending="")
        if sys.stdin.readline().strip() != answer:
            raise UnconfirmedError("Nothing was changed: not confirmed.")

    def _print_object(self, value: dict[str, Any]) -> None:
        self.stdout.write(dump_json(value).decode())

    def _refuse(self, code: str, message: str, detail: dict[str, Any], exit_code: int) -> None:
        if self.is_json:
            self._print_object({"code": code, "message": message, "detail": detail})
        raise CommandError(" ".join(message.split()), returncode=exit_code)
