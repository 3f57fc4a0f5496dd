"""Typed readers of the environment.

Every setting may also come from a file: `NAME_FILE=/run/secrets/name` holds the value of `NAME`.
A wrong value raises ImproperlyConfigured with one line that names the variable.
"""

import os
from pathlib import Path

from django.core.exceptions import ImproperlyConfigured

TRUE_WORDS = frozenset({"1", "true", "yes", "on"})
FALSE_WORDS = frozenset({"0", "false", "no", "off", ""})


def load_env_file(default: Path) -> None:
    """Take what the environment does not say from a file of `NAME=value` lines: ENV_FILE, else the default if it exists.

    An empty ENV_FILE reads none.
    """
    chosen = os.environ.get("ENV_FILE")
    path = Path(chosen) if chosen else default
    if chosen == "" or (not chosen and not path.exists()):
        return
    try:
        lines = path.read_text(encoding="utf-8").splitlines()
    except OSError as error:
        raise ImproperlyConfigured(f"ENV_FILE: cannot read {path}: {error.strerror}") from error
    for number, line in enumerate(lines, start=1):
        name, equals, value = line.strip().removeprefix("export ").partition("=")
        if not name or name.startswith("#"):
            continue
        if not equals or not name.strip().isidentifier():
            raise ImproperlyConfigured(f"{path}, line {number}: not of the form NAME=value")
        os.environ.setdefault(name.strip(), value.strip().strip("\"'"))


def read_text(name: str, default: str = "") -> str:
    """Return the value of `name`, of the file that `name_FILE` points at, or the default."""
    path = os.environ.get(f"{name}_FILE")
    if path:
        try:
            return Path(path).read_text(encoding="utf-8").strip()
        except OSError as error:
            raise ImproperlyConfigured(f"{name}_FILE: cannot read {path}: {error.strerror}") from error
    return os.environ.get(name, default).strip()


def read_bool(name: str, default: bool) -> bool:
    word = read_text(name, "1" if default else "0").lower()
    if word in TRUE_WORDS:
        return True
    if word in FALSE_WORDS:
        return False
    raise ImproperlyConfigured(f"{name}: {word!r} is not a yes or no; use 1 or 0")


def read_int(name: str, default: int, *, low: int = 0, high: int = 2**31) -> int:
    text = read_text(name, str(default))
    if not (text.isascii() and text.isdigit() and low <= int(text) <= high):
        raise ImproperlyConfigured(f"{name}: {text!r} is not a whole number from {low} to {high}")
    return int(text)


def read_port(name: str, default: int) -> int:
    return read_int(name, default, low=1, high=65535)


def read_list(name: str, default: str = "", choices: tuple[str, ...] = ()) -> list[str]:
    words = [part.strip() for part in read_text(name, default).split(",") if part.strip()]
    for word in words:
        if choices and word not in choices:
            raise ImproperlyConfigured(f"{name}: {word!r} is none of {', '.join(choices)}")
    return words


def read_choice(name: str, default: str, choices: tuple[str, ...]) -> str:
    word = read_text(name, default)
    if word not in choices:
        raise ImproperlyConfigured(f"{name}: {word!r} is none of {', '.join(choices)}")
    return word


def read_path(name: str, default: Path) -> Path:
    text = read_text(name)
    return Path(text).expanduser().resolve() if text else default
