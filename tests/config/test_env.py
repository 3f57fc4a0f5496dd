"""Reading the environment: a wrong value is one line that names it."""

import os
from pathlib import Path

import pytest
from django.core.exceptions import ImproperlyConfigured

from config import env, secrets


@pytest.fixture(autouse=True)
def _own_environment(monkeypatch: pytest.MonkeyPatch) -> None:
    for name in ("THING", "THING_FILE", "OTHER", "ENV_FILE"):
        monkeypatch.delenv(name, raising=False)
    # What a test adds to the environment goes with it.
    monkeypatch.setattr(os, "environ", os.environ.copy())


def test_a_file_may_hold_the_value(monkeypatch: pytest.MonkeyPatch, tmp_path: Path):
    (tmp_path / "thing").write_text("from the file\n")
    os.environ["THING_FILE"] = str(tmp_path / "thing")
    os.environ["THING"] = "from the environment"
    assert env.read_text("THING") == "from the file"


def test_a_missing_file_is_named():
    os.environ["THING_FILE"] = "/nonexistent/thing"
    with pytest.raises(ImproperlyConfigured, match="THING_FILE: cannot read /nonexistent/thing"):
        env.read_text("THING")


@pytest.mark.parametrize("text", ["x", "-1", "1.5", "99999", "٣", ""])
def test_a_port_is_a_number_in_range(text: str):
    os.environ["THING"] = text
    with pytest.raises(ImproperlyConfigured, match="THING"):
        env.read_port("THING", 3000)


@pytest.mark.parametrize(("text", "value"), [("1", True), ("Yes", True), ("off", False), ("", False)])
def test_yes_and_no(text: str, value: bool):
    os.environ["THING"] = text
    assert env.read_bool("THING", not value) is value


def test_neither_yes_nor_no_is_refused():
    os.environ["THING"] = "maybe"
    with pytest.raises(ImproperlyConfigured, match="THING: 'maybe'"):
        env.read_bool("THING", True)


def test_an_env_file_fills_in_what_is_missing(tmp_path: Path):
    path = tmp_path / "settings"
    path.write_text("# a comment\n\nTHING=from the file\nexport OTHER='quoted'\n")
    os.environ["THING"] = "from the environment"
    env.load_env_file(path)
    assert (os.environ["THING"], os.environ["OTHER"]) == ("from the environment", "quoted")


def test_a_line_of_an_env_file_that_says_nothing_is_named(tmp_path: Path):
    path = tmp_path / "settings"
    path.write_text("THING=1\nwhat is this\n")
    with pytest.raises(ImproperlyConfigured, match="line 2"):
        env.load_env_file(path)


def test_an_env_file_that_was_asked_for_must_exist(tmp_path: Path):
    env.load_env_file(tmp_path / "absent")
    os.environ["ENV_FILE"] = str(tmp_path / "absent")
    with pytest.raises(ImproperlyConfigured, match="ENV_FILE"):
        env.load_env_file(tmp_path / "other")


def test_a_generated_secret_stays_and_is_private(tmp_path: Path):
    first = secrets.read_secret("THING", tmp_path / "secrets", production=False)
    assert secrets.read_secret("THING", tmp_path / "secrets", production=False) == first
    assert (tmp_path / "secrets" / "thing").stat().st_mode & 0o777 == 0o600


def test_production_makes_no_secrets(tmp_path: Path):
    with pytest.raises(ImproperlyConfigured, match="THING: not set"):
        secrets.read_secret("THING", tmp_path, production=True)
    os.environ["THING"] = "short"
    with pytest.raises(ImproperlyConfigured, match="THING: too weak"):
        secrets.read_secret("THING", tmp_path, production=True)


@pytest.mark.parametrize("value", ["", "short", "a" * 64, "abcabcabcabcabcabcabcabcabcabcabcabc"])
def test_a_secret_that_can_be_guessed_is_refused(value: str):
    with pytest.raises(ImproperlyConfigured, match="THING: too weak"):
        secrets.check_strength("THING", value)
    assert secrets.check_strength("THING", "0123456789abcdefghijklmnopqrstuv") == "0123456789abcdefghijklmnopqrstuv"
