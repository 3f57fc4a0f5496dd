"""The configuration of the embedded PostgreSQL, for a small machine that also runs everything else."""

from pathlib import Path

# Measured in docs/adr/0003-runtime.md.
SETTINGS: dict[str, str] = {
    "listen_addresses": "''",
    "unix_socket_permissions": "0700",
    "max_connections": "60",
    "shared_buffers": "128MB",
    "effective_cache_size": "512MB",
    "work_mem": "8MB",
    "maintenance_work_mem": "64MB",
    "max_wal_size": "512MB",
    "checkpoint_timeout": "15min",
    "wal_compression": "on",
    "random_page_cost": "1.1",
    "jit": "off",
    "io_method": "sync",
    "timezone": "'UTC'",
    "log_timezone": "'UTC'",
    "password_encryption": "'scram-sha-256'",
    "shared_preload_libraries": "'pg_stat_statements'",
    "track_io_timing": "on",
    "logging_collector": "on",
    "log_filename": "'postgresql-%a.log'",
    "log_rotation_age": "1d",
    "log_rotation_size": "0",
    "log_truncate_on_rotation": "on",
    "log_line_prefix": "'%m [%p] %u@%d '",
    "log_min_duration_statement": "1000",
    "log_lock_waits": "on",
}

# A test's database lives for minutes: it need not survive a power cut, and many of them run side by side.
TEST_SETTINGS: dict[str, str] = {
    "max_connections": "150",
    "fsync": "off",
    "synchronous_commit": "off",
    "full_page_writes": "off",
    "log_min_duration_statement": "-1",
}


def render_config(*, socket_dir: Path, log_dir: Path, for_tests: bool) -> str:
    """Return the text of the configuration file."""
    settings = {**SETTINGS, **(TEST_SETTINGS if for_tests else {})}
    settings["unix_socket_directories"] = _quote(_quote_in_list(str(socket_dir)))
    settings["log_directory"] = _quote(str(log_dir))
    lines = [f"{name} = {value}" for name, value in settings.items()]
    return "# Written at every start; change ops/runtime/postgres_config.py instead.\n" + "\n".join(lines) + "\n"


def _quote(text: str) -> str:
    return "'" + text.replace("'", "''") + "'"


def _quote_in_list(text: str) -> str:
    """Quote an item of a list: a comma or a blank in it must not divide it."""
    return '"' + text.replace('"', '""') + '"'
