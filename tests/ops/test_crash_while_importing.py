"""Nothing is half imported, whatever dies in the middle, and everything comes back."""

import http.client
import json
import random
import threading
from collections.abc import Iterator

import pytest

from tests.stack import Stack, temporary_stack

pytestmark = [pytest.mark.stack, pytest.mark.xdist_group("stack")]

LINES = 20_000
EMAIL, PASSWORD = "importer@example.com", "correct-horse-battery-staple"


@pytest.fixture(scope="module")
def running() -> Iterator[Stack]:
    with temporary_stack() as stack:
        stack.start()
        made = stack.manage("create_local_user", "--email", EMAIL, "--password-stdin", input=PASSWORD)
        assert made.returncode == 0, made.stderr
        yield stack


def call(stack: Stack, method: str, path: str, *, body: bytes = b"", token: str = "", kind: str = "application/json") -> tuple[int, dict]:
    connection = http.client.HTTPConnection("127.0.0.1", stack.port, timeout=120)
    try:
        headers = {"Content-Type": kind} | ({"Authorization": f"Bearer {token}"} if token else {})
        connection.request(method, path, body or None, headers)
        answer = connection.getresponse()
        return answer.status, json.loads(answer.read() or b"{}")
    finally:
        connection.close()


def sign_in(stack: Stack) -> str:
    status, answer = call(stack, "POST", "/api/ums/auth/login", body=json.dumps({"email": EMAIL, "password": PASSWORD}).encode())
    assert status == 200, answer
    return answer["access"]


def make_file() -> bytes:
    """Many buys of a few symbols: long enough to be killed in the middle."""
    source = random.Random(7)
    days = [f"20{source.randint(10, 25)}-{source.randint(1, 12):02}-{source.randint(1, 28):02}" for _ in range(LINES)]
    lines = [f"{day},buy,S{number % 9},{source.randint(1, 90)},{source.randint(1, 900)},EUR" for number, day in enumerate(days)]
    return "\n".join(["date,type,symbol,quantity,price,currency", *lines]).encode()


def count_transactions(stack: Stack, address: str, token: str) -> int:
    status, ledger = call(stack, "GET", f"{address}/export?format=json", token=token)
    assert status == 200, ledger
    return len(ledger["transactions"])


def try_import(stack: Stack, address: str, token: str, answers: list[int]) -> None:
    try:
        answers.append(call(stack, "POST", f"{address}/imports?create_instruments=1", body=make_file(), token=token, kind="text/csv")[0])
    except (OSError, http.client.HTTPException, ValueError):
        answers.append(0)


@pytest.mark.parametrize("victim", ["web", "database", "cache", "runner"])
def test_a_kill_in_the_middle_of_an_import_leaves_all_or_nothing(running: Stack, victim: str) -> None:
    running.wait_until_well()
    token = sign_in(running)
    body = {"name": f"Killed {victim}", "base_currency": "EUR"}
    status, portfolio = call(running, "POST", "/api/v1/portfolios", body=json.dumps(body).encode(), token=token)
    assert status == 201, portfolio
    address = f"/api/v1/portfolios/{portfolio['id']}"
    answers: list[int] = []
    importing = threading.Thread(target=try_import, args=(running, address, token, answers))
    process = running.process
    assert process is not None
    importing.start()
    importing.join(timeout=random.Random(victim).uniform(0.3, 1.2))
    if victim == "runner":
        process.kill()
    else:
        running.kill(victim)
    importing.join(timeout=120)
    if victim == "runner":
        process.wait(timeout=60)
        running.wait_until_nothing_runs()
        running.start()
    running.wait_until_well()

    token = sign_in(running)
    found = count_transactions(running, address, token)
    assert found == LINES if answers == [201] else found in {0, LINES}
    # The same file once more: whatever happened before, each line is there once.
    again: list[int] = []
    try_import(running, address, token, again)
    assert again[0] in {200, 201}
    assert count_transactions(running, address, token) == LINES
