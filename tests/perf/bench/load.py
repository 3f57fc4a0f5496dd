"""Runs k6 and reads what it measured."""

import json
import subprocess
import sys
from pathlib import Path
from statistics import median
from typing import Any

HERE = Path(__file__).parent
K6 = Path(sys.executable).parent / "k6"


def run_k6(script: str, out: Path, **settings: object) -> dict[str, Any]:
    """Run the script with settings as its environment and return its metrics."""
    variables = [argument for name, value in {**settings, "OUT": out}.items() for argument in ("-e", f"{name}={value}")]
    command = [str(K6), "run", "--quiet", "--no-usage-report", "--no-color", *variables, str(HERE / script)]
    result = subprocess.run(command, capture_output=True, text=True, check=False)
    if not out.exists():
        raise SystemExit(f"k6 did not finish:\n{result.stdout[-1500:]}{result.stderr[-1500:]}")
    metrics: dict[str, Any] = json.loads(out.read_text())
    out.unlink()
    return metrics


def read_times(metrics: dict[str, Any], tag: str) -> dict[str, float]:
    """Return count, med, p95 and p99 in ms and the share of failed requests of one tag like `kind:dashboard`."""
    values, checks = metrics[f"http_req_duration{{{tag}}}"]["values"], metrics[f"checks{{{tag}}}"]["values"]
    return {
        "count": values["count"],
        "med": values["med"],
        "p95": values["p(95)"],
        "p99": values["p(99)"],
        "errors": 1 - checks["rate"],
    }


def measure_saturation(
    targets: dict[str, dict[str, str]], folder: Path, *, seconds: int, rounds: int, visitors: Path, connections: int
) -> dict[str, dict[str, float]]:
    """Return requests a second (median of the rounds, the targets taking turns) and the share of failed requests of each target."""
    rates: dict[str, list[float]] = {name: [] for name in targets}
    failed: dict[str, float] = dict.fromkeys(targets, 0.0)
    for _ in range(rounds):
        for name, where in targets.items():
            metrics = run_k6("closed.js", folder / "closed.json", SECONDS=seconds, CONNECTIONS=connections, VISITORS=visitors, **where)
            rates[name].append(metrics["http_reqs"]["values"]["rate"])
            failed[name] = max(failed[name], 1 - metrics["checks"]["values"]["rate"])
    return {name: {"per_second": median(rates[name]), "errors": failed[name]} for name in targets}
