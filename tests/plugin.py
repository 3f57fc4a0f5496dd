"""Loaded by `-p tests.plugin` before pytest-django loads the settings: private servers, and the environment that points at them."""

import os
from pathlib import Path

from config.secrets import read_generated
from ops.runtime.layout import Layout
from ops.runtime.locks import try_lock
from ops.runtime.postgres import EmbeddedPostgres
from ops.runtime.roles import provision
from ops.runtime.valkey import EmbeddedValkey

ROOT = Path(__file__).resolve().parent.parent
LAYOUT = Layout(Path(os.environ.get("TEST_VAR_DIR", ROOT / "var" / "test")).resolve())
DATABASES_PER_SLOT = 4
SLOTS = 64

ENVIRONMENT = {
    "APP_ENV": "development",
    "VAR_DIR": str(LAYOUT.var_dir),
    "LOG_DIR": str(LAYOUT.var_dir / "logs"),
    "EMAIL_URL": "memory:",
    "DEMO": "0",
    "MARKET_DATA": "simulated",
    # Tests create and drop databases: a pool would keep connections open to what is to be dropped.
    "DATABASE_POOL_SIZE": "0",
    "LOG_LEVEL": "WARNING",
}
# Of the caller's environment, nothing that names a server, a secret or an address may reach the tests.
FORGOTTEN = [
    "DATABASE_URL", "DATABASE_REPLICA_URL", "DATABASE_TIMEOUT_MS", "REDIS_URL", "SECRET_KEY",
    "JWT_SECRET", "FIELD_ENCRYPTION_KEYS", "PUBLIC_URL", "ALLOWED_HOSTS", "TRUSTED_PROXIES",
    "BIND", "PORT", "TERMINAL_PORT", "ASSISTANT_PORT", "WEB_WORKERS",
    "BACKUP_DIR", "ANTHROPIC_API_KEY", "ANTHROPIC_BASE_URL", "ASSISTANT_MODEL", "METRICS_TOKEN",
    "AUDIT_MODE", "STATUS_PAGE_URL", "NOTIFY_L1", "NOTIFY_L2", "NOTIFY_L3",
    "IMPORT_MAX_BYTES", "DEMO_SEED", "DEFAULT_FROM_EMAIL",
]  # fmt: skip


def prepare_environment() -> None:
    for name in FORGOTTEN:
        os.environ.pop(name, None)
        os.environ.pop(f"{name}_FILE", None)
    os.environ.update(ENVIRONMENT)


def start_servers() -> None:
    """Start or adopt the servers of the tests. They stay for the next run; `make clean-tests` stops them."""
    superuser_password = read_generated("database_superuser_password", LAYOUT.secrets_dir)
    password = read_generated("database_password", LAYOUT.secrets_dir)
    database = EmbeddedPostgres(
        LAYOUT, os_user=os.environ.get("EMBEDDED_OS_USER", ""), bin_dir=os.environ.get("EMBEDDED_PG_BINDIR", ""), for_tests=True
    )
    database.start(superuser_password=superuser_password, attached=False)
    provision(socket_dir=LAYOUT.postgres_socket_dir, superuser_password=superuser_password, password=password, may_create_databases=True)
    EmbeddedValkey(LAYOUT, databases=SLOTS * DATABASES_PER_SLOT).start(attached=False)


def take_slot() -> int:
    """Return a number that no other test process has. The lock lives as long as this process."""
    for slot in range(SLOTS):
        if try_lock(LAYOUT.run_dir / "slots" / f"{slot}.lock") is not None:
            return slot
    raise RuntimeError(f"more than {SLOTS} test processes at once")


prepare_environment()
start_servers()
SLOT = take_slot()
