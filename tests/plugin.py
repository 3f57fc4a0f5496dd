"""Loaded by `-p tests.plugin` before pytest-django loads the settings: private servers, and the environment that points at them."""

import os

from tests.servers import LAYOUT, start_servers, take_slot

ENVIRONMENT = {
    "ENV_FILE": "",
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
    "IMPORT_MAX_BYTES", "DEMO_SEED", "DEFAULT_FROM_EMAIL", "PID_FILE", "WEB_THREADS",
    "JWT_OLD_SECRETS", "JWT_KEY_RING", "API_WRITES_PER_MINUTE", "API_FIGURES_PER_MINUTE",
]  # fmt: skip


def prepare_environment() -> None:
    for name in FORGOTTEN:
        os.environ.pop(name, None)
        os.environ.pop(f"{name}_FILE", None)
    os.environ.update(ENVIRONMENT)
    # What the static files' server warns of when it is missing.
    (LAYOUT.var_dir / "static").mkdir(parents=True, exist_ok=True)


prepare_environment()
start_servers()
SLOT = take_slot()
