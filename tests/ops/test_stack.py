"""The whole system: started, adopted, hurt, stopped."""

import json
import os
import socket
import subprocess
from collections.abc import Iterator
from urllib.parse import quote

import psutil
import pytest

from ops.runtime.binaries import find_valkey
from ops.runtime.layout import Layout
from ops.runtime.postgres import EmbeddedPostgres
from ops.runtime.roles import provision
from tests.stack import Stack, find_free_port, temporary_stack

pytestmark = [pytest.mark.stack, pytest.mark.xdist_group("stack")]


@pytest.fixture(scope="module")
def running() -> Iterator[Stack]:
    """One stack for the tests that leave it running."""
    with temporary_stack() as stack:
        stack.start()
        yield stack


@pytest.fixture
def fresh() -> Iterator[Stack]:
    with temporary_stack() as stack:
        yield stack


def test_health_is_ok_as_soon_as_the_runner_is_ready(running: Stack):
    running.wait_until_well()
    assert set(running.health()["checks"].values()) == {"ok"}
    assert running.get("/api/health/live")[0] == 200


def test_a_second_start_finds_what_runs(running: Stack):
    again = running.manage("start")
    assert again.returncode == 0
    assert "Already running" in again.stdout
    assert running.url in again.stdout


def test_pid_file_names_the_runner(running: Stack):
    assert running.process is not None
    assert int(running.pid_file.read_text()) == running.process.pid
    assert int((running.var / "run" / ".production.pid").read_text()) == running.process.pid


def test_folder_is_closed_to_others(running: Stack):
    assert running.var.stat().st_mode & 0o777 == 0o700
    assert (running.var / "secrets" / "secret_key").stat().st_mode & 0o077 == 0


def test_database_does_not_run_as_root(running: Stack):
    assert psutil.Process(running.pid_of("database")).uids().real != 0 or os.getuid() != 0


@pytest.mark.parametrize("name", ["database", "cache", "web", "worker", "beat"])
def test_a_killed_process_comes_back(running: Stack, name: str):
    running.kill(name)
    running.wait_until_well()


def test_a_killed_web_master_leaves_no_worker(running: Stack):
    master = psutil.Process(running.pid_of("web"))
    workers = master.children()
    assert workers
    master.kill()
    _, alive = psutil.wait_procs(workers, timeout=10)
    assert not alive
    running.wait_until_well()


def test_quick_restart_keeps_the_database(running: Stack):
    database, web = running.pid_of("database"), running.pid_of("web")
    answer = running.manage("quick_restart", "--json")
    assert answer.returncode == 0, answer.stderr
    assert running.pid_of("database") == database
    assert running.pid_of("web") != web
    running.wait_until_well()


def test_a_single_process_runs_beside_another_runner(fresh: Stack):
    fresh.start("--only", "database,cache")
    beside = Stack(fresh.folder / "beside", **fresh.environment)
    beside.var, beside.environment["PID_FILE"] = fresh.var, str(beside.folder / "pid")
    beside.port = fresh.port
    beside.start("--only", "web")
    assert set(beside.state()["services"]) == {"web"}
    assert fresh.get("/api/health?only=database")[0] == 200
    assert beside.stop() == 0
    assert fresh.stop() == 0


def test_external_servers_are_used_and_not_started(fresh: Stack):
    database = EmbeddedPostgres(Layout(fresh.folder / "elsewhere"))
    cache_port = find_free_port()
    cache = subprocess.Popen([find_valkey(), "--port", str(cache_port), "--dir", str(fresh.folder), "--save", ""], stdout=subprocess.DEVNULL)
    try:
        database.start(superuser_password="admin-secret", attached=False)
        socket_dir = database.layout.postgres_socket_dir
        provision(socket_dir=socket_dir, superuser_password="admin-secret", password="its-secret")
        fresh.environment["DATABASE_URL"] = f"postgresql://portfolio:its-secret@{quote(str(socket_dir), safe='')}:5432/portfolio"
        fresh.environment["REDIS_URL"] = f"redis://127.0.0.1:{cache_port}"
        fresh.start()
        assert set(fresh.state()["services"]) == {"web", "worker", "beat"}
        fresh.wait_until_well()
        assert fresh.stop() == 0
        assert database.is_ready()
        assert not (fresh.var / "pg").exists()
    finally:
        cache.kill()
        cache.wait()
        database.stop(immediately=True)


def test_a_missing_external_database_is_one_clear_line(fresh: Stack):
    fresh.environment["DATABASE_URL"] = f"postgresql://portfolio:its-secret@127.0.0.1:{find_free_port()}/portfolio"
    fresh.launch("--only", "web")
    fresh.wait_for_line("waiting up to 60 s for the database")
    assert fresh.stop() == 0
    assert "its-secret" not in fresh.output


def test_detached_start_returns_when_ready(fresh: Stack):
    answer = fresh.manage("start", "--detach", "--json")
    assert answer.returncode == 0, answer.stderr
    assert set(json.loads(answer.stdout)["services"]) == {"database", "cache", "web", "worker", "beat"}
    fresh.wait_until_well()
    assert fresh.manage("stop").returncode == 0
    fresh.wait_until_nothing_runs()


def test_the_first_administrator_gets_a_password_once(fresh: Stack):
    fresh.start()
    assert len(fresh.read_admin_password()) >= 20
    assert fresh.stop() == 0
    assert not any(b"shown only now" in path.read_bytes() for path in fresh.var.rglob("*.json"))
    fresh.start()
    assert "admin login" not in fresh.output
    assert fresh.stop() == 0


def test_an_unknown_process_is_refused(fresh: Stack):
    answer = fresh.manage("start", "--only", "web,nonsense")
    assert answer.returncode == 3
    assert "nonsense" in answer.stderr


def test_stop_ends_everything(fresh: Stack):
    fresh.start()
    answer = fresh.manage("stop", "--json")
    assert json.loads(answer.stdout)["runners"] == [fresh.process.pid]  # type: ignore[union-attr]
    fresh.wait_until_nothing_runs()
    assert not fresh.pid_file.exists()


def test_killing_the_runner_leaves_no_process(fresh: Stack):
    fresh.start()
    assert fresh.process is not None
    fresh.process.kill()
    fresh.process.wait()
    fresh.wait_until_nothing_runs()
    fresh.start()
    fresh.wait_until_well()
    assert fresh.stop() == 0


def test_a_taken_port_is_one_clear_line(fresh: Stack):
    with socket.socket() as other:
        other.bind(("127.0.0.1", fresh.port))
        other.listen()
        answer = fresh.manage("start")
    assert answer.returncode == 3
    assert f"PORT: port {fresh.port} is taken" in answer.stdout
    assert "Traceback" not in answer.stdout + answer.stderr


def test_commands_say_that_the_database_does_not_run(fresh: Stack):
    for command in (["migrate"], ["check_users"]):
        answer = fresh.manage(*command)
        assert answer.returncode == 3
        assert "database does not answer" in answer.stderr
        assert "Traceback" not in answer.stderr


def test_emergency_stop_ends_everything_at_once(fresh: Stack):
    fresh.start()
    refused = fresh.manage("emergency_stop", input="")
    assert refused.returncode == 4
    assert fresh.health()["status"] == "ok"
    answer = fresh.manage("emergency_stop", "--yes", "--json")
    assert answer.returncode == 0, answer.stderr
    fresh.wait_until_nothing_runs()
