"""The base of the operators' commands."""

import io
import json
from typing import Any

import pytest
from django.core.management import CommandError, call_command

from common.errors import BusyError, InvalidInputError, UsageError
from common.management import YELLOW, OperatorCommand


class Example(OperatorCommand):
    changes = True

    def add_arguments(self, parser) -> None:
        parser.add_argument("--mode", default="ok")

    def run_command(self, *, mode: str, **options: Any) -> dict[str, Any]:
        self.say_table(["NAME", "SIZE"], [["one", 1], ["seventeen", 22]])
        if mode in FAILURES:
            raise FAILURES[mode]
        self.exit_code = YELLOW if mode == "yellow" else 0
        return {"mode": mode, "dry_run": options["dry_run"]}


FAILURES = {
    "invalid": InvalidInputError("no such\nthing", field="x"),
    "usage": UsageError("not like that"),
    "busy": BusyError("another run is at it"),
}


def run(*arguments: str) -> tuple[str, int, str]:
    out = io.StringIO()
    try:
        call_command(Example(), *arguments, stdout=out)
    except CommandError as error:
        return out.getvalue(), error.returncode, str(error)
    except SystemExit as end:
        return out.getvalue(), int(end.code or 0), ""
    return out.getvalue(), 0, ""


def test_people_get_lines() -> None:
    assert run() == ("NAME       SIZE\none        1\nseventeen  22\n", 0, "")


def test_programs_get_one_object() -> None:
    assert run("--json") == ('{"mode":"ok","dry_run":false}\n', 0, "")


def test_quiet_is_quiet_but_for_the_object() -> None:
    assert run("--quiet") == ("", 0, "")
    assert run("--quiet", "--json", "--dry-run")[0] == '{"mode":"ok","dry_run":true}\n'


@pytest.mark.parametrize(("mode", "code"), [("invalid", 1), ("usage", 2), ("busy", 5)])
def test_refusal_is_one_line_and_an_exit_code(mode: str, code: int) -> None:
    out, exit_code, message = run("--mode", mode, "--quiet")
    assert (out, exit_code) == ("", code)
    assert message == " ".join(FAILURES[mode].message.split())


def test_refusal_is_an_object_for_programs() -> None:
    out, exit_code, _ = run("--mode", "invalid", "--json")
    assert json.loads(out) == {"code": "invalid_input", "message": "no such\nthing", "detail": {"field": "x"}}
    assert exit_code == 1


def test_finding_is_an_exit_code_beside_the_answer() -> None:
    out, exit_code, _ = run("--mode", "yellow", "--json")
    assert (json.loads(out)["mode"], exit_code) == ("yellow", 10)
