"""Ports: is one free, does one answer."""

import errno
import http.client
import socket

from ops.runtime.errors import StartError


def require_free_port(address: str, port: int, *, setting: str) -> None:
    """Raise StartError when the port cannot be had. Web servers that share ports would quietly share it with a stranger."""
    family = socket.AF_INET6 if ":" in address else socket.AF_INET
    with socket.socket(family, socket.SOCK_STREAM) as probe:
        probe.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        try:
            probe.bind((address, port))
            probe.listen(1)
        except OSError as error:
            raise StartError(_explain(error, address, port, setting)) from error


def _explain(error: OSError, address: str, port: int, setting: str) -> str:
    if error.errno == errno.EADDRINUSE:
        return f"{setting}: port {port} is taken by another program; stop it, or start with another port, e.g. {setting}={port + 10}"
    if error.errno == errno.EACCES:
        return f"{setting}: port {port} needs root; use one above 1023"
    return f"BIND: cannot listen on {address}:{port}: {error.strerror}"


def local_address(address: str) -> str:
    """Return where a process of this machine reaches a server bound to the address."""
    return {"0.0.0.0": "127.0.0.1", "::": "::1", "": "127.0.0.1"}.get(address, address)  # noqa: S104  # nosec B104  compared, not bound


def ask_http(address: str, port: int, path: str, *, seconds: float = 2.0) -> tuple[int, bytes]:
    """GET a path; return status and body, or (0, b"") when nothing answers."""
    connection = http.client.HTTPConnection(local_address(address), port, timeout=seconds)
    try:
        connection.request("GET", path)
        response = connection.getresponse()
        return response.status, response.read()
    except (OSError, http.client.HTTPException):
        return 0, b""
    finally:
        connection.close()


def takes_connections(address: str, port: int) -> bool:
    try:
        socket.create_connection((local_address(address), port), timeout=1).close()
    except OSError:
        return False
    return True
