"""The application's role and database in the embedded PostgreSQL. The role is no superuser."""

from pathlib import Path

import psycopg
from psycopg import sql

ROLE = "portfolio"
DATABASE = "portfolio"


def provision(*, socket_dir: Path, superuser_password: str, password: str, may_create_databases: bool = False) -> None:
    """Create role and database, or bring their password up to date. Does nothing when the role can already sign in."""
    if _can_sign_in(socket_dir, password):
        return
    with _connect(socket_dir, "postgres", superuser_password, "postgres") as connection:
        _ensure_role(connection, password, may_create_databases=may_create_databases)
        _ensure_database(connection)
    with _connect(socket_dir, "postgres", superuser_password, DATABASE) as connection:
        connection.execute("CREATE EXTENSION IF NOT EXISTS pg_stat_statements")


def _connect(socket_dir: Path, user: str, password: str, database: str) -> psycopg.Connection:
    return psycopg.connect(host=str(socket_dir), user=user, password=password, dbname=database, autocommit=True, connect_timeout=10)


def _can_sign_in(socket_dir: Path, password: str) -> bool:
    try:
        _connect(socket_dir, ROLE, password, DATABASE).close()
    except psycopg.OperationalError:
        return False
    return True


def _ensure_role(connection: psycopg.Connection, password: str, *, may_create_databases: bool) -> None:
    verb = "ALTER" if _exists(connection, "SELECT 1 FROM pg_roles WHERE rolname = %s", ROLE) else "CREATE"
    right = "CREATEDB" if may_create_databases else "NOCREATEDB"
    statement = f"{verb} ROLE {{role}} LOGIN NOSUPERUSER NOCREATEROLE {right} PASSWORD {{password}}"
    connection.execute(sql.SQL(statement).format(role=sql.Identifier(ROLE), password=sql.Literal(password)))
    # May see what slow queries look like; may not read anybody's rows by it.
    connection.execute(sql.SQL("GRANT pg_monitor TO {}").format(sql.Identifier(ROLE)))


def _ensure_database(connection: psycopg.Connection) -> None:
    if not _exists(connection, "SELECT 1 FROM pg_database WHERE datname = %s", DATABASE):
        statement = "CREATE DATABASE {} OWNER {} TEMPLATE template0 ENCODING 'UTF8'"
        connection.execute(sql.SQL(statement).format(sql.Identifier(DATABASE), sql.Identifier(ROLE)))


def _exists(connection: psycopg.Connection, query: str, name: str) -> bool:
    return connection.execute(query, [name]).fetchone() is not None
