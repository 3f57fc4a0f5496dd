"""How large a run is. The defaults are the standard data; smaller numbers in the environment make a quick trial."""

import os
from dataclasses import dataclass, field
from pathlib import Path

ROOT = Path(__file__).resolve().parents[3]


def read_number(name: str, default: int) -> int:
    return int(os.environ.get(name, default))


@dataclass(frozen=True)
class Plan:
    """BENCH_USERS, BENCH_TRANSACTIONS (of each of three portfolios a user), BENCH_LARGE, BENCH_IMPORT, BENCH_SECONDS, BENCH_ROUNDS."""

    users: int = field(default_factory=lambda: read_number("BENCH_USERS", 100))
    transactions: int = field(default_factory=lambda: read_number("BENCH_TRANSACTIONS", 2_000))
    large: tuple[int, ...] = field(
        default_factory=lambda: tuple(int(size) for size in os.environ.get("BENCH_LARGE", "10000,20000,200000").split(",") if size)
    )
    import_lines: int = field(default_factory=lambda: read_number("BENCH_IMPORT", 20_000))
    seconds: int = field(default_factory=lambda: read_number("BENCH_SECONDS", 60))
    rounds: int = field(default_factory=lambda: read_number("BENCH_ROUNDS", 5))

    @property
    def is_standard(self) -> bool:
        """A trial's figures are shown, but not kept: they could not be compared."""
        return not any(name.startswith("BENCH_") for name in os.environ)
