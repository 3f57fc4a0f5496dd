"""Files, ports, certificate and secrets of this machine."""

import datetime as dt
import os
import socket
import ssl
import stat
import time
from collections.abc import Iterator
from pathlib import Path
from urllib.parse import urlsplit

import psutil
from django.conf import settings

from ops.security.finding import GREEN, RED, YELLOW, Finding

CLOSED_TO_OTHERS = stat.S_IRWXG | stat.S_IRWXO
# A certificate is renewed a month before its end; who has not done so by then has forgotten it.
RENEWED_BEFORE = dt.timedelta(days=21)
SECRETS_RENEWED = dt.timedelta(days=365)
CONNECT_SECONDS = 5
SHOWN = 20
LOOPBACK = ("127.", "::1")


def check_files() -> Finding:
    """Secrets, database, notes and backups must be closed to everybody but their owner."""
    folders = [settings.VAR_DIR, settings.LAYOUT.secrets_dir, settings.AUDIT_DIR, settings.BACKUP_DIR]
    secrets = settings.LAYOUT.secrets_dir
    files = [*secrets.iterdir()] if secrets.is_dir() else []
    open_ones = tuple(str(path) for path in (*folders, *files) if path.exists() and path.stat().st_mode & CLOSED_TO_OTHERS & _strictness(path))
    if open_ones:
        return Finding("files", RED, "Others on this machine can read what is only ours.", "chmod -R go= these paths.", open_ones[:SHOWN])
    return Finding("files", GREEN, f"{len(folders)} folders and {len(files)} secrets are closed to others.")


def _strictness(path: Path) -> int:
    # The embedded servers' own account passes through VAR_DIR; to pass is not to read.
    return CLOSED_TO_OTHERS & ~(stat.S_IXGRP | stat.S_IXOTH) if path.is_dir() else CLOSED_TO_OTHERS


def check_ports() -> Finding:
    """Our servers listen on BIND and nowhere else."""
    try:
        listening = sorted(set(_list_listening()))
    except (psutil.AccessDenied, PermissionError):
        return Finding("ports", YELLOW, "The ports of other accounts cannot be seen.", "Run the check as the account of the service.")
    strange = tuple(f"{name} on {address}:{port}" for name, address, port in listening if not _is_expected(address, port))
    if strange:
        return Finding("ports", RED, "A process of ours listens where others can reach it.", "Set BIND=127.0.0.1 behind a proxy.", strange)
    return Finding("ports", GREEN, f"{len(listening)} ports of ours, none beside those of the settings.")


def _list_listening() -> Iterator[tuple[str, str, int]]:
    ours = {process.pid: process.name() for process in _list_family()}
    for connection in psutil.net_connections("inet"):
        if connection.status == psutil.CONN_LISTEN and connection.pid in ours:
            yield ours[connection.pid], connection.laddr.ip, connection.laddr.port


def _list_family() -> Iterator[psutil.Process]:
    """Everything that runs from the runner, and we ourselves."""
    yield psutil.Process()
    try:
        runner = psutil.Process(int(settings.PID_FILE.read_text()))
        yield runner
        yield from runner.children(recursive=True)
    except (OSError, ValueError, psutil.NoSuchProcess):
        return


def _is_expected(address: str, port: int) -> bool:
    public = {settings.PORT, settings.TERMINAL_PORT, settings.ASSISTANT_PORT}
    return address.startswith(LOOPBACK) or (address == settings.BIND and port in public)


def check_certificate() -> Finding:
    """The certificate that the outside sees at PUBLIC_URL."""
    address = urlsplit(settings.PUBLIC_URL)
    host = address.hostname or ""
    if address.scheme != "https":
        is_local = host == "localhost" or host.startswith(LOOPBACK)
        status = GREEN if is_local else RED
        return Finding("certificate", status, f"PUBLIC_URL is {settings.PUBLIC_URL}: no encryption.", "" if is_local else "Put a TLS proxy in front.")
    try:
        with (
            socket.create_connection((host, address.port or 443), timeout=CONNECT_SECONDS) as plain,
            ssl.create_default_context().wrap_socket(plain, server_hostname=host) as channel,
        ):
            ends = ssl.cert_time_to_seconds(str((channel.getpeercert() or {})["notAfter"]))
    except ssl.SSLCertVerificationError as error:
        return Finding("certificate", RED, f"The certificate of {host} is refused: {error.verify_message}.", "Renew it.")
    except (OSError, KeyError) as error:
        return Finding("certificate", YELLOW, f"The certificate of {host} cannot be seen from here: {error}.", "Look at it from outside.")
    left = dt.timedelta(seconds=ends - time.time())
    message = f"The certificate of {host} ends in {left.days} days."
    return Finding("certificate", GREEN, message) if left > RENEWED_BEFORE else Finding("certificate", YELLOW, message, "Renew it.")


def check_secrets() -> Finding:
    """Secrets kept in files, by age. Those from the environment have no age that could be seen."""
    folder = settings.LAYOUT.secrets_dir
    files = sorted(path for path in folder.iterdir() if path.is_file()) if folder.is_dir() else []
    old = tuple(f"{path.name}: {_age(path).days} days" for path in files if _age(path) > SECRETS_RENEWED)
    if old:
        return Finding("secrets", YELLOW, "Secrets older than a year.", "Rotate them when it suits.", old)
    outside = [name for name in ("SECRET_KEY", "JWT_SECRET") if os.environ.get(name) or os.environ.get(f"{name}_FILE")]
    if outside:
        return Finding(
            "secrets", YELLOW, f"The age of {', '.join(outside)} cannot be seen: they come from the environment.", "Note when you renew them."
        )
    return Finding("secrets", GREEN, f"{len(files)} secrets, none older than a year.")


def _age(path: Path) -> dt.timedelta:
    return dt.timedelta(seconds=time.time() - path.stat().st_mtime)
