"""What must be done once before the application starts: migrations, static files, first logins. Done by a process of its own."""

import json
import os
import signal
import subprocess
from dataclasses import dataclass, field
from typing import Any

from ops.runtime.children import spawn
from ops.runtime.errors import StartError
from ops.runtime.options import Options


@dataclass(frozen=True)
class Preparation:
    """`logins`: {"label", "email", "password", "is_new"} each. A new password of an administrator is shown only now."""

    logins: list[dict[str, Any]] = field(default_factory=list)

    def list_lines(self, *, later: bool = False) -> list[str]:
        """Return a line for each login; `later`: without the passwords that must not be kept in a file."""
        return [_describe(login) for login in self.logins if not (later and login["is_new"])]


def _describe(login: dict[str, Any]) -> str:
    note = "  (shown only now: write it down)" if login["is_new"] else ""
    return f"{login['label']:<12}{login['email']}  {login['password']}{note}"


def spawn_preparation(options: Options) -> subprocess.Popen[bytes]:
    """Start `manage.py prepare_start`: its answer comes on stdout, its messages on stderr."""
    return spawn(
        [options.python, str(options.base_dir / "manage.py"), "prepare_start", "--json"],
        output=subprocess.PIPE,
        errors=subprocess.PIPE,
        death_signal=signal.SIGKILL,
        environment=os.environ,
        folder=options.base_dir,
    )


def read_preparation(process: subprocess.Popen[bytes]) -> Preparation:
    """Return the answer of the finished process. StartError when it failed."""
    output = process.stdout.read() if process.stdout else b""
    if process.returncode != 0:
        raise StartError("the database or the static files could not be brought up to date; the reason is above")
    return Preparation(json.loads(output)["logins"])
