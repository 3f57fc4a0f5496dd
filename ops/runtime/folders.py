"""Folders that only their owner may enter."""

import os
import stat
from contextlib import suppress
from pathlib import Path

from ops.runtime.errors import StartError
from ops.runtime.os_account import OsAccount


def make_private(folder: Path, account: OsAccount | None = None) -> None:
    """Create the folder (0700) with its parents, for the account or for us. StartError when it is somebody else's."""
    owner = account.uid if account else os.getuid()
    _create(folder)
    facts = folder.lstat()
    if not stat.S_ISDIR(facts.st_mode):
        raise StartError(f"{folder}: is in the way; it should be a folder")
    if facts.st_uid != owner:
        if os.getuid() != 0:
            raise StartError(f"{folder}: belongs to another user; start as that user, or set VAR_DIR to a folder of your own")
        # In a directory open to everyone, a folder that a third user made first is no folder to trust.
        if facts.st_uid != 0 and _is_shared(folder.parent):
            raise StartError(f"{folder}: was made by another user; remove it")
        give_to(folder, account)
    if stat.S_IMODE(facts.st_mode) & 0o077:
        folder.chmod(0o700)


def remove_borrowed(folder: Path, home: Path) -> None:
    """Remove a socket's folder that lies outside of its home, when nothing is left in it."""
    if not folder.is_relative_to(home):
        with suppress(OSError):
            folder.rmdir()


def _create(folder: Path) -> None:
    try:
        folder.mkdir(mode=0o700, parents=True, exist_ok=True)
    except PermissionError as error:
        raise StartError(f"VAR_DIR: {folder} cannot be created; set VAR_DIR to a folder that you may write") from error
    except OSError as error:
        raise StartError(f"VAR_DIR: {folder} cannot be created: {error.strerror}") from error


def _is_shared(folder: Path) -> bool:
    return bool(folder.stat().st_mode & stat.S_IWOTH)


def give_to(folder: Path, account: OsAccount | None) -> None:
    """Change the owner of the folder and of all in it; links are not followed."""
    uid, gid = (account.uid, account.gid) if account else (os.getuid(), os.getgid())
    os.chown(folder, uid, gid, follow_symlinks=False)
    for place, folders, files in os.walk(folder):
        for name in (*folders, *files):
            os.chown(os.path.join(place, name), uid, gid, follow_symlinks=False)
