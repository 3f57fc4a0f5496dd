"""What the runner is to do: the settings it needs, read once, and the choice of processes."""

import sys
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from ops.runtime.layout import Layout


@dataclass(frozen=True)
class Options:
    """Everything that the process table is made from: settings, and from the command line `only` and `quiet`."""

    layout: Layout
    base_dir: Path
    log_dir: Path
    pid_file: Path
    bind: str
    port: int
    terminal_port: int
    assistant_port: int
    public_url: str
    database: dict[str, Any]  # host, port, user, password, dbname: what psycopg.connect takes
    is_database_embedded: bool
    cache_url: str
    is_cache_embedded: bool
    superuser_password: str
    os_user: str
    bin_dir: str
    only: tuple[str, ...] = ()
    quiet: bool = False
    python: str = sys.executable
