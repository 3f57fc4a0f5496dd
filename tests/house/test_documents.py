"""Documents name what exists, and what exists is documented."""

import re
from pathlib import Path

import pytest
from django.core.management import get_commands

ROOT = Path(__file__).resolve().parents[2]
OUR_APPS = {"accounts", "portfolio", "terminal", "assistant", "ops", "common"}
READERS = re.compile(r"""read_(?:text|bool|int|port|list|choice|path)\(\s*"([A-Z0-9_]+)"|read_secrets?\("([A-Z0-9_]+)\"""")
COMMAND_LINE = re.compile(r"manage\.py ([a-z_]+)")


def read(name: str) -> str:
    return (ROOT / name).read_text(encoding="utf-8")


def documents() -> list[Path]:
    return sorted([*ROOT.glob("*.md"), *(ROOT / "docs").rglob("*.md")])


def settings_read_from_the_environment() -> set[str]:
    text = "".join(path.read_text(encoding="utf-8") for path in (ROOT / "config").glob("*.py"))
    return {first or second for first, second in READERS.findall(text)}


def test_every_setting_is_documented() -> None:
    settings = settings_read_from_the_environment()
    assert {"DATABASE_URL", "SECRET_KEY", "PORT"} <= settings
    documented = read("docs/settings.md")
    assert [name for name in sorted(settings) if f"`{name}`" not in documented] == []


def test_the_example_environment_names_only_settings_that_exist() -> None:
    named = set(re.findall(r"^#?\s?([A-Z][A-Z0-9_]+)=", read(".env.example"), re.MULTILINE))
    assert named
    assert named - settings_read_from_the_environment() - {"EMBEDDED_OS_USER", "EMBEDDED_PG_BINDIR"} == set()


def test_every_command_of_ours_is_in_the_runbook() -> None:
    ours = {name for name, app in get_commands().items() if app in OUR_APPS}
    assert "start" in ours
    runbook = read("docs/RUNBOOK.md")
    assert [name for name in sorted(ours) if not re.search(rf"\b{name}\b", runbook)] == []


@pytest.mark.parametrize("path", documents(), ids=lambda path: str(path.relative_to(ROOT)))
def test_every_command_a_document_names_exists(path: Path) -> None:
    known = set(get_commands()) | {"help"}
    assert [name for name in COMMAND_LINE.findall(path.read_text(encoding="utf-8")) if name not in known] == []


@pytest.mark.parametrize("path", documents(), ids=lambda path: str(path.relative_to(ROOT)))
def test_every_relative_link_leads_somewhere(path: Path) -> None:
    links = re.findall(r"\]\((?!https?:|mailto:|#)([^)#\s]+)", path.read_text(encoding="utf-8"))
    assert [link for link in links if not (path.parent / link).exists()] == []


def test_every_make_target_a_document_names_exists() -> None:
    targets = set(re.findall(r"^([a-z-]+):", read("Makefile"), re.MULTILINE))
    assert {"run", "test", "bench", "lint", "format", "docs"} <= targets
    named = {word for path in documents() for word in re.findall(r"`make ([a-z-]+)`", path.read_text(encoding="utf-8"))}
    assert named - targets == set()
