"""The account of the operating system that the embedded PostgreSQL runs as: it refuses root.

An ordinary user runs it himself. Root gives it to EMBEDDED_OS_USER, to the owner of the data, to `postgres` or to `nobody`,
in that order. VAR_DIR is closed to everyone but root (0700), and so may be the folders above it; they are never opened.
Instead the server keeps one of root's powers, to pass closed folders, and only where it cannot do without.
"""

import os
import pwd
import stat
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from ops.runtime.errors import StartError

CAP_DAC_OVERRIDE = 1
CAP_DAC_READ_SEARCH = 2


@dataclass(frozen=True, slots=True)
class OsAccount:
    name: str
    uid: int
    gid: int


def choose_account(data_dir: Path, *, os_user: str) -> OsAccount | None:
    """Return the account to give the server to, or None for the one we are."""
    if os.getuid() != 0:
        return None
    if os_user:
        return _find_named(os_user)
    owner = data_dir.stat().st_uid if data_dir.exists() else 0
    candidates: tuple[tuple[Callable[[Any], pwd.struct_passwd], int | str], ...]
    candidates = ((pwd.getpwuid, owner), (pwd.getpwnam, "postgres"), (pwd.getpwnam, "nobody"))
    for find, key in candidates:
        account = _find(find, key)
        if account is not None:
            return account
    raise StartError("EMBEDDED_OS_USER: name an ordinary user of this machine; the embedded PostgreSQL does not run as root")


def _find_named(name: str) -> OsAccount:
    account = _find(pwd.getpwnam, name)
    if account is None:
        raise StartError(f"EMBEDDED_OS_USER: {name!r} is not an ordinary user of this machine")
    return account


def _find(find: Callable[[Any], pwd.struct_passwd], key: int | str) -> OsAccount | None:
    try:
        entry = find(key)
    except KeyError:
        return None
    return OsAccount(entry.pw_name, entry.pw_uid, entry.pw_gid) if entry.pw_uid != 0 else None


def choose_capability(account: OsAccount | None, paths: list[Path]) -> int | None:
    """Return the power the account needs to reach all of the paths; None when it needs none."""
    if account is None:
        return None
    closed = next((path for path in paths if not is_reachable(path, account)), None)
    if closed is None:
        return None
    held = _effective_capabilities()
    for capability in (CAP_DAC_READ_SEARCH, CAP_DAC_OVERRIDE):
        if held & (1 << capability):
            return capability
    raise StartError(
        f"VAR_DIR: the user {account.name!r}, who runs the embedded PostgreSQL, cannot reach {closed}; set VAR_DIR to a folder that he can"
    )


def is_reachable(path: Path, account: OsAccount) -> bool:
    """Tell whether the account may enter every folder down to the path, and read the path itself."""
    if not all(_may(folder, account, 1) for folder in path.parents if folder.exists()):
        return False
    return not path.exists() or _may(path, account, 5 if path.is_dir() else 4)


def _may(path: Path, account: OsAccount, bits: int) -> bool:
    facts = path.stat()
    mode = stat.S_IMODE(facts.st_mode)
    shift = 6 if facts.st_uid == account.uid else 3 if facts.st_gid == account.gid else 0
    return (mode >> shift) & bits == bits


def _effective_capabilities() -> int:
    try:
        lines = Path("/proc/self/status").read_text(encoding="ascii").splitlines()
    except FileNotFoundError:
        return 0
    return next((int(line.split()[1], 16) for line in lines if line.startswith("CapEff:")), 0)
