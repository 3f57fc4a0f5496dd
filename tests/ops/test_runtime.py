"""The small parts of the runner."""

import io
import os
import socket
import subprocess
import sys
from pathlib import Path

import pytest

from ops.runtime import logs
from ops.runtime.console import LONGEST_LINE, Console
from ops.runtime.errors import StartError
from ops.runtime.folders import make_private
from ops.runtime.layout import Layout
from ops.runtime.ports import local_address, require_free_port
from ops.runtime.postgres_config import render_config
from ops.runtime.preparation import Preparation
from ops.runtime.processes import is_alive, read_pid
from ops.runtime.state import RunnerState, list_runners, remove_pid_file, state_path, write_pid_file, write_state


def test_output_is_printed_by_the_line_with_the_name_in_front():
    stream = io.StringIO()
    console = Console(stream=stream)
    console.feed("web", b"first\nsec")
    console.feed("worker", b"other\n")
    console.feed("web", b"ond\n\nrest")
    console.finish("web")
    assert stream.getvalue().splitlines() == ["web       | first", "worker    | other", "web       | second", "web       | rest"]


def test_an_endless_line_does_not_pile_up():
    stream = io.StringIO()
    console = Console(stream=stream)
    console.feed("web", b"x" * (LONGEST_LINE + 1))
    assert len(stream.getvalue()) > LONGEST_LINE


def test_a_terminal_that_is_gone_is_no_error():
    reader, writer = os.pipe()
    os.close(reader)
    with os.fdopen(writer, "w") as stream:
        console = Console(stream=stream)
        console.say("nobody reads this")
        assert console.quiet
        # What is still in the buffer has nowhere to go either.
        os.dup2(os.open(os.devnull, os.O_WRONLY), writer)


def test_quiet_silences_all_but_warnings():
    stream = io.StringIO()
    console = Console(stream=stream, quiet=True)
    console.say("started")
    console.show("address")
    console.warn("it was killed", name="web")
    assert stream.getvalue() == "web       | it was killed\n"


def test_a_log_that_has_grown_is_renamed_and_the_oldest_dropped(tmp_path: Path, monkeypatch: pytest.MonkeyPatch):
    monkeypatch.setattr(logs, "LARGEST", 3)
    for number in range(1, 8):
        (tmp_path / "access.log").write_text(f"{number}{number}{number}{number}")
        logs.rotate_logs(tmp_path)
    (tmp_path / "small.log").write_text("x")
    logs.rotate_logs(tmp_path)
    assert {path.name: path.read_text()[0] for path in tmp_path.iterdir()} == {
        "access.log.1": "7",
        "access.log.2": "6",
        "access.log.3": "5",
        "access.log.4": "4",
        "access.log.5": "3",
        "small.log": "x",
    }


def test_a_log_that_is_held_open_is_emptied(tmp_path: Path, monkeypatch: pytest.MonkeyPatch):
    monkeypatch.setattr(logs, "LARGEST", 3)
    with (tmp_path / logs.HELD_OPEN).open("ab", buffering=0) as held:
        held.write(b"before")
        logs.rotate_logs(tmp_path)
        held.write(b"after")
    assert (tmp_path / logs.HELD_OPEN).read_text() == "after"
    assert (tmp_path / f"{logs.HELD_OPEN}.1").read_text() == "before"


def test_a_dead_runner_is_forgotten(tmp_path: Path):
    layout = Layout(tmp_path)
    layout.run_dir.mkdir()
    dead = subprocess.Popen([sys.executable, "-c", ""])
    dead.wait()
    write_state(layout, RunnerState(pid=dead.pid))
    (layout.run_dir / "runner-1.json").write_text("not json")
    assert list_runners(layout) == []
    assert not state_path(layout, dead.pid).exists()


def test_a_pid_file_of_another_process_stays(tmp_path: Path):
    path = tmp_path / "pid"
    write_pid_file(path, 12345678)
    assert read_pid(path) == 12345678
    remove_pid_file(path, 1)
    assert path.exists()
    remove_pid_file(path, 12345678)
    assert not path.exists()


def test_a_zombie_is_dead():
    child = subprocess.Popen([sys.executable, "-c", ""], stdout=subprocess.PIPE)
    assert child.stdout is not None
    child.stdout.read()
    os.waitid(os.P_PID, child.pid, os.WEXITED | os.WNOWAIT)
    assert not is_alive(child.pid)
    child.wait()


def test_a_reused_pid_is_somebody_else():
    assert is_alive(os.getpid())
    assert not is_alive(os.getpid(), program="postgres")
    assert not is_alive(os.getpid(), argument="ops.runtime.no.such")


def test_a_port_shared_by_others_counts_as_taken():
    with socket.socket() as other:
        other.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEPORT, 1)
        other.bind(("127.0.0.1", 0))
        other.listen()
        port = other.getsockname()[1]
        with pytest.raises(StartError, match=f"PORT: port {port} is taken"):
            require_free_port("127.0.0.1", port, setting="PORT")
    require_free_port("127.0.0.1", port, setting="PORT")


def test_an_address_of_another_machine_is_named():
    with pytest.raises(StartError, match=r"BIND: cannot listen on 203\.0\.113\.1"):
        require_free_port("203.0.113.1", 3000, setting="PORT")


def test_everywhere_is_reached_at_home():
    assert [local_address(address) for address in ("0.0.0.0", "::", "10.1.2.3")] == ["127.0.0.1", "::1", "10.1.2.3"]


def test_a_file_in_the_way_of_a_folder_is_named(tmp_path: Path):
    (tmp_path / "var").write_text("")
    with pytest.raises(StartError, match="var"):
        make_private(tmp_path / "var")
    with pytest.raises(StartError, match="VAR_DIR"):
        make_private(tmp_path / "var" / "run")


def test_an_open_folder_is_closed(tmp_path: Path):
    (tmp_path / "run").mkdir(mode=0o755)
    make_private(tmp_path / "run")
    assert (tmp_path / "run").stat().st_mode & 0o777 == 0o700


def test_a_quote_in_a_path_ends_no_setting():
    text = render_config(socket_dir=Path("/tmp/it's, here"), log_dir=Path("/tmp/it's"), for_tests=False)
    assert """unix_socket_directories = '"/tmp/it''s, here"'""" in text
    assert "log_directory = '/tmp/it''s'" in text


def test_a_password_shown_once_is_not_kept():
    new = {"label": "admin login", "email": "a@example.com", "password": "secret", "is_new": True}
    known = {"label": "demo login", "email": "d@example.com", "password": "public", "is_new": False}
    preparation = Preparation([new, known])
    assert "secret" in preparation.list_lines()[0]
    assert preparation.list_lines(later=True) == ["demo login  d@example.com  public"]
