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
            # A few connections first: what is asked afterwards has been computed by every worker.
            run_k6("closed.js", folder / "closed.json", SECONDS=2, CONNECTIONS=4, VISITORS=visitors, **where)
            metrics = run_k6("closed.js", folder / "closed.json", SECONDS=seconds, CONNECTIONS=connections, VISITORS=visitors, **where)
            rates[name].append(_read_rate(metrics, "http_reqs", default=0))
            failed[name] = max(failed[name], 1 - _read_rate(metrics, "checks", default=0))
    return {name: {"per_second": median(rates[name]), "errors": failed[name]} for name in targets}


def _read_rate(metrics: dict[str, Any], name: str, *, default: float) -> float:
    """Return a metric's rate; k6 leaves out what never happened, and in an overloaded round no request may end."""
    return float(metrics[name]["values"]["rate"]) if name in metrics else default
