"""Import a long file in a process of its own and tell what it took: {"seconds", "peak_mb", "before_mb"}. Runs inside the stack's environment."""

import resource
import time

from accounts.models import User
from portfolio.services.imports import run_import
from portfolio.services.portfolios import create_portfolio
from tests.perf.bench.figures import write_file


def read_peak_mb() -> float:
    return resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024


def main(wanted: str) -> dict[str, float]:
    lines = int(wanted)
    user = User.objects.get(email="load0002@example.com")
    portfolio = create_portfolio(actor=user, name=f"Long file {time.time_ns()}", base_currency="EUR")
    content = write_file(lines)
    before, began = read_peak_mb(), time.perf_counter()
    result = run_import(actor=user, portfolio=portfolio, content=content)
    if result.problems or result.created != lines:
        raise SystemExit(f"the file was not taken: {result.problems[:1]}")
    return {"seconds": time.perf_counter() - began, "peak_mb": read_peak_mb(), "before_mb": before}
