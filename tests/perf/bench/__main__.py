"""`make bench`: measure everything on a stack of its own and write docs/performance.md. See plan.py for a quick trial."""

import json
import subprocess
import sys
import tempfile
import time
from datetime import UTC, datetime
from pathlib import Path
from statistics import median
from typing import Any

from tests.perf.bench import report
from tests.perf.bench.load import measure_saturation, read_times, run_k6
from tests.perf.bench.plan import ROOT, Plan
from tests.perf.bench.report import Figure
from tests.perf.bench.stack import Stack

RATE = 100
CONNECTIONS = 100
KINDS = ("dashboard", "holdings", "performance", "transactions", "quote", "record", "session", "health")
# Upper bounds of SPEED in ms, by the number of transactions; that of 10,000 lies on the line between its neighbours.
COLD_LIMITS = {2_000: 20, 10_000: 64, 20_000: 120, 200_000: 1_200}


def main() -> None:
    plan, load_before = Plan(), report.read_load()
    # A short path: the servers' sockets lie below it.
    with Stack(Path(tempfile.gettempdir()) / f"spms-bench-{time.time_ns() % 10**8}") as stack:
        figures = measure(stack, plan)
    run, slower = report.describe_run(plan, load_before), report.compare(figures)
    if plan.is_standard:
        report.write(figures, run, slower)
    sys.stdout.write(report.format_page(figures, run, slower))


def measure(stack: Stack, plan: Plan) -> list[Figure]:
    say("starting the stack")
    first = stack.start()
    say("loading the data")
    large = [argument for size in plan.large for argument in ("--large", str(size))]
    stack.run("manage.py", "seed_full", "--yes", "--json", f"--users={plan.users}", f"--transactions={plan.transactions}", *large)
    figures = measure_starts(stack, plan, first)
    row, hello = (stack.serve_reference(f"tests.perf.bench.{name}_settings") for name in ("row", "hello"))
    people = stack.folder / "visitors.json"
    people.write_text(json.dumps(stack.call("visitors")))
    idle = stack.measure_memory()
    say("figures, cold and warm")
    figures += measure_figures(stack, plan, people, row)
    say(f"mixed load, {RATE} requests a second")
    figures += measure_mix(stack, plan, people, row, hello)
    say(f"saturation, {CONNECTIONS} connections")
    figures += compare_saturation(stack, plan, people, row, hello)
    return figures + report_memory(idle, stack.measure_memory())


def measure_starts(stack: Stack, plan: Plan, first: float) -> list[Figure]:
    say("starting again")
    again = []
    for _ in range(3):
        stack.stop()
        again.append(stack.start())
    checks = []
    for _ in range(plan.rounds):
        began = time.perf_counter()
        subprocess.run([sys.executable, "manage.py", "check"], cwd=ROOT, env=stack.environment, capture_output=True, check=True)
        checks.append(time.perf_counter() - began)
    return [
        Figure("Start", "first start, empty data folder", first, "s"),
        Figure("Start", "second start until healthy", median(again), "s", 6),
        Figure("Start", "manage.py check", median(checks), "s", 1.5),
    ]


def measure_figures(stack: Stack, plan: Plan, people: Path, row: int) -> list[Figure]:
    found = stack.call("figures", stack.port, row, people, plan.rounds, plan.import_lines)
    figures = []
    for name, times in found["sizes"].items():
        figures += list_sizes(plan.transactions if name == "ordinary" else int(name), times)
    warm = found["warm"]
    figures.append(Figure("Warm figures, one connection", "row", warm["row"], "ms"))
    for name in ("holdings", "performance"):
        figures.append(Figure("Warm figures, one connection", name, warm[name], "ms"))
        figures.append(Figure("Warm figures, one connection", f"{name} ÷ row", warm[name] / warm["row"], "×", 1.5))
    figures.append(Figure("Import", f"{plan.import_lines:,} lines of CSV", found["import_ms"] / 1000, "s", 4 * plan.import_lines / 20_000))
    if plan.large:
        lines = max(plan.large)
        took = stack.call("import_memory", lines)
        figures.append(Figure("Import", f"{lines:,} lines, in one process", took["seconds"], "s"))
        figures.append(Figure("Import", f"{lines:,} lines, memory on top", took["peak_mb"] - took["before_mb"], "MB"))
    return figures


def list_sizes(size: int, times: dict[str, float]) -> list[Figure]:
    section = f"Holdings and performance of {size:,} transactions"
    figures = [
        Figure(section, "floor", times["floor"], "ms"),
        Figure(section, "performance, cold", times["performance_cold"], "ms"),
        Figure(section, "both, cold", times["cold"], "ms", COLD_LIMITS.get(size)),
        Figure(section, "both, cold ÷ floor", times["cold"] / times["floor"], "×", 2),
        Figure(section, "both, after a back-dated entry", times["changed"], "ms"),
    ]
    share_limit = 0.2 if size >= 20_000 else None
    return [*figures, Figure(section, "after a back-dated entry ÷ cold", times["changed"] / times["cold"], "×", share_limit)]


def measure_mix(stack: Stack, plan: Plan, people: Path, row: int, hello: int) -> list[Figure]:
    settings: dict[str, Any] = {
        "VISITORS": people,
        "BASE": f"http://127.0.0.1:{stack.port}",
        "ROW": f"http://127.0.0.1:{row}/",
        "HELLO": f"http://127.0.0.1:{hello}/",
        "RATE": RATE,
        "TODAY": datetime.now(UTC).date().isoformat(),
    }
    # The first look of a day computes everybody's figures; what is measured is the day.
    stack.call("tour", stack.port, people)
    run_k6("mix.js", stack.folder / "mix.json", **settings, SECONDS=max(plan.seconds // 2, 5), RUN="warm")
    metrics = run_k6("mix.js", stack.folder / "mix.json", **settings, SECONDS=plan.seconds, RUN="measured")
    everything = read_times(metrics, "scenario:mix")
    section = f"Mixed load, {RATE} requests a second for {plan.seconds} s"
    figures = [
        Figure(section, "all, median", everything["med"], "ms", 2.59),
        Figure(section, "all, 95 %", everything["p95"], "ms", 10),
        Figure(section, "all, 99 %", everything["p99"], "ms", 50),
        Figure(section, "failed", everything["errors"] * 100, "%", 0),
    ]
    times = {name: read_times(metrics, f"kind:{name}") for name in (*KINDS, "row", "hello")}
    for name, found in times.items():
        figures.append(Figure(section, f"{name}, median", found["med"], "ms"))
        figures.append(Figure(section, f"{name}, 99 %", found["p99"], "ms"))
    reads = median(times[name]["med"] for name in ("holdings", "performance", "transactions", "quote"))
    figures.append(Figure(section, "page ÷ API read, medians", times["dashboard"]["med"] / reads, "×", 2))
    return figures


def compare_saturation(stack: Stack, plan: Plan, people: Path, row: int, hello: int) -> list[Figure]:
    base = f"http://127.0.0.1:{stack.port}"
    targets = {
        "hello": {"BASE": f"http://127.0.0.1:{hello}/"},
        "row": {"BASE": f"http://127.0.0.1:{row}/"},
        "holdings": {"BASE": base, "PATH_OF": "holdings"},
        "performance": {"BASE": base, "PATH_OF": "performance"},
    }
    seconds = max(plan.seconds // 12, 2)
    found = measure_saturation(targets, stack.folder, seconds=seconds, rounds=plan.rounds, visitors=people, connections=CONNECTIONS)
    section = f"Saturation, {CONNECTIONS} connections"
    figures = [Figure(section, name, rate["per_second"], "/s", higher_is_better=True) for name, rate in found.items()]
    for name in ("holdings", "performance"):
        share = found[name]["per_second"] / found["row"]["per_second"] * 100
        figures.append(Figure(section, f"{name} ÷ row", share, "%", 50, higher_is_better=True))
    worst = max(rate["errors"] for rate in found.values())
    return [*figures, Figure(section, "failed", worst * 100, "%", 0)]


def report_memory(idle: dict[str, float], loaded: dict[str, float]) -> list[Figure]:
    return [
        Figure("Memory", "whole stack, idle (PSS)", idle["stack_pss"], "MB", 450),
        Figure("Memory", "web process, idle (RSS)", idle["web_rss"], "MB"),
        Figure("Memory", "web process, after the load (RSS)", loaded["web_rss"], "MB", 200),
        Figure("Memory", "whole stack, after the load (PSS)", loaded["stack_pss"], "MB"),
    ]


def say(text: str) -> None:
    sys.stderr.write(f"bench: {text}\n")
    sys.stderr.flush()


if __name__ == "__main__":
    main()
