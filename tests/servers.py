"""The servers of the tests: one PostgreSQL and one Valkey for every test process. `python -m tests.servers stop` ends and forgets them."""

import os
import shutil
import sys
from pathlib import Path

from config.secrets import read_generated
from ops.runtime.errors import StartError
from ops.runtime.layout import Layout
from ops.runtime.locks import try_lock
from ops.runtime.postgres import EmbeddedPostgres
from ops.runtime.roles import provision
from ops.runtime.valkey import EmbeddedValkey

ROOT = Path(__file__).resolve().parent.parent
LAYOUT = Layout(Path(os.environ.get("TEST_VAR_DIR", ROOT / "var" / "test")).resolve())
DATABASE = EmbeddedPostgres(LAYOUT, os_user=os.environ.get("EMBEDDED_OS_USER", ""), bin_dir=os.environ.get("EMBEDDED_PG_BINDIR", ""), for_tests=True)
# Each test process has databases of its own in the one Valkey: cache, queue, channels.
DATABASES_PER_SLOT = 4
SLOTS = 64
CACHE = EmbeddedValkey(LAYOUT, databases=SLOTS * DATABASES_PER_SLOT)


def start_servers() -> None:
    """Start them, or find those that an earlier run has left: they stay, so that the next run begins at once."""
    superuser_password = read_generated("database_superuser_password", LAYOUT.secrets_dir)
    password = read_generated("database_password", LAYOUT.secrets_dir)
    try:
        DATABASE.start(superuser_password=superuser_password, attached=False)
    except StartError:
        # It is written without care for power cuts, and holds nothing that one would miss.
        shutil.rmtree(LAYOUT.postgres_dir)
        DATABASE.start(superuser_password=superuser_password, attached=False)
    provision(socket_dir=LAYOUT.postgres_socket_dir, superuser_password=superuser_password, password=password, may_create_databases=True)
    CACHE.start(attached=False)


def take_slot() -> int:
    """Return a number that no other test process has. The lock lives as long as this process."""
    for slot in range(SLOTS):
        if try_lock(LAYOUT.run_dir / "slots" / f"{slot}.lock") is not None:
            return slot
    raise RuntimeError(f"more than {SLOTS} test processes at once")


def stop_servers() -> None:
    CACHE.stop()
    DATABASE.stop(immediately=True)
    shutil.rmtree(LAYOUT.var_dir, ignore_errors=True)


if __name__ == "__main__":
    if sys.argv[1:] != ["stop"]:
        sys.exit("usage: python -m tests.servers stop")
    stop_servers()
