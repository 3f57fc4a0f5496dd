"""How a child process is born: in a session of its own, bound to the life of its parent, as a lesser user where needed.

What runs between fork and exec must not import, log or take locks. The death signal follows the thread that forked:
start children from the main thread only.
"""

import ctypes
import os
import signal
import subprocess
import sys
from collections.abc import Callable, Mapping, Sequence
from pathlib import Path
from typing import IO

from ops.runtime.os_account import OsAccount

PR_SET_PDEATHSIG = 1
PR_SET_SECUREBITS = 28
# Leave capabilities alone when the user changes; and have access(2), which PostgreSQL's programs ask, respect them.
NO_SETUID_FIXUP = 1 << 2
PR_CAP_AMBIENT = 47
PR_CAP_AMBIENT_RAISE = 2
CAPABILITY_VERSION_3 = 0x20080522

_libc = ctypes.CDLL(None, use_errno=True)


# Nothing of ours: PGOPTIONS, PGDATA or LC_ALL of the caller must not change a server.
PLAIN_ENVIRONMENT = {"PATH": "/usr/bin:/bin", "LC_ALL": "C", "TZ": "UTC"}


class _Header(ctypes.Structure):
    _fields_ = [("version", ctypes.c_uint32), ("pid", ctypes.c_int)]


class _Data(ctypes.Structure):
    _fields_ = [("effective", ctypes.c_uint32), ("permitted", ctypes.c_uint32), ("inheritable", ctypes.c_uint32)]


def spawn(
    command: Sequence[str | Path],
    *,
    output: IO[bytes] | int,
    death_signal: int | None,
    errors: IO[bytes] | int = subprocess.STDOUT,
    account: OsAccount | None = None,
    capability: int | None = None,
    environment: Mapping[str, str] = PLAIN_ENVIRONMENT,
    folder: Path = Path("/"),
) -> subprocess.Popen[bytes]:
    """Start a program in a session (and process group) of its own; stderr goes with stdout to `output` unless `errors` is given."""
    return subprocess.Popen(
        [str(part) for part in command],
        stdin=subprocess.DEVNULL,
        stdout=output,
        stderr=errors,
        cwd=folder,
        env=dict(environment),
        start_new_session=True,
        preexec_fn=prepare_child(account=account, capability=capability, death_signal=death_signal),  # noqa: PLW1509 - one thread starts children
    )


def die_with_parent(number: int) -> None:
    """Have the kernel send this process the signal when its parent dies, however it dies. Linux only; elsewhere nothing."""
    if sys.platform == "linux":
        _libc.prctl(PR_SET_PDEATHSIG, number, 0, 0, 0)


def kill_group(pid: int) -> None:
    """Kill a process that `spawn` has started, and its own children: it leads a group."""
    try:
        os.killpg(pid, signal.SIGKILL)
    except ProcessLookupError:
        return


def prepare_child(*, account: OsAccount | None = None, capability: int | None = None, death_signal: int | None = None) -> Callable[[], None]:
    """Return the function to run in the new process before its program starts."""
    parent = os.getpid()

    def prepare() -> None:
        os.umask(0o077)
        if account is not None:
            _become(account, capability)
        # After the change of user, which clears it.
        if death_signal is not None:
            die_with_parent(death_signal)
            if os.getppid() != parent:
                os._exit(1)

    return prepare


def _become(account: OsAccount, capability: int | None) -> None:
    """Give up root for the account; of root's powers keep the one named, or none."""
    if capability is not None:
        _check(_libc.prctl(PR_SET_SECUREBITS, NO_SETUID_FIXUP, 0, 0, 0))
    os.setgroups([])
    os.setresgid(account.gid, account.gid, account.gid)
    os.setresuid(account.uid, account.uid, account.uid)
    if capability is not None:
        _keep_capability(capability)


def _keep_capability(number: int) -> None:
    header = _Header(CAPABILITY_VERSION_3, 0)
    data = (_Data * 2)()
    bit = 1 << (number % 32)
    data[number // 32] = _Data(bit, bit, bit)
    _check(_libc.capset(ctypes.byref(header), ctypes.byref(data)))
    _check(_libc.prctl(PR_CAP_AMBIENT, PR_CAP_AMBIENT_RAISE, number, 0, 0))


def _check(result: int) -> None:
    if result != 0:
        raise OSError(ctypes.get_errno(), "cannot keep the right to pass folders")
