"""What every statement format gives: draft entries and problems. One module per format, registered in registry.py."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field

from portfolio.importers.drafts import Problem, TransactionDraft

MOST_LINES = 250_000


@dataclass(frozen=True, slots=True)
class DraftLine:
    """One entry of a file. `label` is what other lines of the file call it by (their chosen lots), mostly empty."""

    line: int
    draft: TransactionDraft
    label: str = ""


@dataclass(frozen=True, slots=True)
class Statement:
    """A file that has been read. `instruments` holds what the file tells of its symbols, by symbol."""

    lines: list[DraftLine]
    problems: list[Problem]
    instruments: Mapping[str, Mapping[str, str]] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class StatementFormat:
    """`columns` gives the file's own name of a field where it differs, so that a problem names what its author sees."""

    name: str
    label: str
    parse: Callable[[bytes], Statement]
    looks_like: Callable[[bytes], bool]
    columns: Mapping[str, str] = field(default_factory=dict)


def check_length(lines: list[DraftLine], line: int) -> Problem | None:
    if len(lines) < MOST_LINES:
        return None
    return Problem(line, "", "too_many_lines", f"The file has more than {MOST_LINES:,} entries; divide it by years.")
