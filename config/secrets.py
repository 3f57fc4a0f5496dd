"""Secrets: from the environment, else generated once into files that only the owner can read."""

import os
import secrets
from pathlib import Path

from django.core.exceptions import ImproperlyConfigured

from config.env import read_list, read_text

SHORTEST = 32


def read_secret(name: str, folder: Path, *, production: bool) -> str:
    """Return the secret of that name. Production takes it from the environment only and refuses a weak one."""
    value = read_text(name)
    if value:
        return check_strength(name, value)
    _refuse_missing(name, production)
    return read_generated(name.lower(), folder)


def read_secrets(name: str, folder: Path, *, production: bool) -> list[str]:
    """Return a comma list of secrets, the one in use first; else, but in production, the generated one."""
    values = [check_strength(name, value) for value in read_list(name)]
    if not values:
        _refuse_missing(name, production)
    return values or [read_generated(name.lower(), folder)]


def _refuse_missing(name: str, production: bool) -> None:
    if production:
        raise ImproperlyConfigured(f"{name}: not set; production needs its own secret (or {name}_FILE)")


def check_strength(name: str, value: str) -> str:
    """Return the secret; raise ImproperlyConfigured naming the setting when it can be guessed."""
    if len(value) < SHORTEST or len(set(value)) < 8:
        raise ImproperlyConfigured(f"{name}: too weak; use at least {SHORTEST} random characters")
    return value


def read_generated(name: str, folder: Path) -> str:
    """Return the secret kept in `folder/name`, made on first use; two processes at once agree on one."""
    path = folder / name
    if not path.exists():
        _write_once(path)
    value = path.read_text(encoding="ascii").strip()
    if not value:
        raise ImproperlyConfigured(f"{path}: is empty; delete it to have a new secret made")
    return value


def _write_once(path: Path) -> None:
    """Create the file whole or not at all; when another process was first, its secret stands."""
    path.parent.mkdir(parents=True, exist_ok=True, mode=0o700)
    draft = path.with_name(f".{path.name}.{os.getpid()}")
    descriptor = os.open(draft, os.O_WRONLY | os.O_CREAT | os.O_TRUNC, 0o600)
    with os.fdopen(descriptor, "w", encoding="ascii") as file:
        file.write(secrets.token_urlsafe(48))
    try:
        os.link(draft, path)
    except FileExistsError:
        pass
    finally:
        draft.unlink()
