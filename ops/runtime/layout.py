"""Where the embedded servers and the runner keep their files. Free of Django: settings are built from it."""

import hashlib
import os
import re
from dataclasses import dataclass
from pathlib import Path

PLAIN_PATH = re.compile(r"[A-Za-z0-9._/-]+")
# A Unix socket's path must stay below 108 bytes, the name of the socket included.
LONGEST_SOCKET_DIR = 107 - len("/.s.PGSQL.5432")


@dataclass(frozen=True, slots=True)
class Layout:
    """The paths below one VAR_DIR."""

    var_dir: Path

    @property
    def secrets_dir(self) -> Path:
        return self.var_dir / "secrets"

    @property
    def run_dir(self) -> Path:
        return self.var_dir / "run"

    @property
    def postgres_dir(self) -> Path:
        return self.var_dir / "pg"

    @property
    def postgres_data_dir(self) -> Path:
        return self.postgres_dir / "data"

    @property
    def postgres_socket_dir(self) -> Path:
        return _shorten(self.postgres_dir / "run")

    @property
    def valkey_dir(self) -> Path:
        return self.var_dir / "valkey"

    @property
    def valkey_socket(self) -> Path:
        return _shorten(self.valkey_dir / "run") / "valkey.sock"


def _shorten(folder: Path) -> Path:
    """Return the folder, or one in /tmp named by its hash when its path is too long for a socket or odd.

    Odd: libpq takes a comma for the end of a host, and addresses of Valkey are URLs.
    """
    if len(os.fsencode(folder)) <= LONGEST_SOCKET_DIR and PLAIN_PATH.fullmatch(str(folder)):
        return folder
    digest = hashlib.sha256(os.fsencode(folder)).hexdigest()[:16]
    # Not TMPDIR: every process must find the same place. What is made there belongs to us and is closed to others.
    return Path("/tmp") / f"spms-{os.getuid()}-{digest}"  # noqa: S108  # nosec B108
