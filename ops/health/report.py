"""Run the checks side by side, each within its own time, and sum them up."""

import asyncio
import threading
import time
from collections.abc import Iterable
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from functools import lru_cache
from typing import Any

from health_check.base import HealthCheckResult
from health_check.exceptions import ServiceWarning

from common.errors import InvalidInputError
from ops.health.checks import CHECKS, OurCheck

# Many probes ask at once; one of them does the work for all.
KEPT_SECONDS = 1.0
OK, DEGRADED, DOWN = "ok", "degraded", "down"


@dataclass(frozen=True, slots=True)
class CheckReport:
    name: str
    status: str
    message: str
    latency_ms: float
    age_seconds: float | None
    is_vital: bool


@dataclass(frozen=True, slots=True)
class HealthReport:
    checks: tuple[CheckReport, ...]
    taken_at: float  # of the monotonic clock

    @property
    def status(self) -> str:
        if any(check.status == DOWN and check.is_vital for check in self.checks):
            return DOWN
        return OK if not self.failing else DEGRADED

    @property
    def failing(self) -> list[str]:
        return [check.name for check in self.checks if check.status != OK]

    def as_json(self, *, with_details: bool) -> dict[str, Any]:
        answer: dict[str, Any] = {"status": self.status, "checks": {check.name: check.status for check in self.checks}}
        if self.failing:
            answer["failing"] = self.failing
        if with_details:
            answer["details"] = {check.name: _as_details(check) for check in self.checks}
        return answer


def _as_details(check: CheckReport) -> dict[str, Any]:
    details: dict[str, Any] = {"latency_ms": round(check.latency_ms, 2)}
    if check.age_seconds is not None:
        details["age_seconds"] = round(check.age_seconds, 1)
    if check.message:
        details["message"] = check.message
    return details


_lock = threading.Lock()
_kept: dict[tuple[str, ...], HealthReport] = {}


def measure_health(only: Iterable[str] = ()) -> HealthReport:
    """Return the state of all checks, or of those named; at most a second old. InvalidInputError for an unknown name."""
    names = tuple(only) or tuple(CHECKS)
    unknown = sorted(set(names) - set(CHECKS))
    if unknown:
        raise InvalidInputError(f"There is no check {', '.join(unknown)}; choose from {', '.join(CHECKS)}.", only=unknown)
    with _lock:
        kept = _kept.get(names)
        if kept is None or time.monotonic() - kept.taken_at > KEPT_SECONDS:
            kept = _kept[names] = _run([CHECKS[name]() for name in names])
    return kept


def _run(checks: list[OurCheck]) -> HealthReport:
    # In a thread: whoever asks may have an event loop of his own.
    results = _threads().submit(asyncio.run, _gather(checks)).result()
    return HealthReport(tuple(_describe(check, result) for check, result in zip(checks, results, strict=True)), time.monotonic())


async def _gather(checks: list[OurCheck]) -> list[HealthCheckResult]:
    return await asyncio.gather(*(check.get_result(_threads()) for check in checks))


@lru_cache(maxsize=1)
def _threads() -> ThreadPoolExecutor:
    """Kept, and with some to spare: a check that hangs keeps its thread."""
    return ThreadPoolExecutor(max_workers=2 * len(CHECKS) + 1, thread_name_prefix="health")


def _describe(check: OurCheck, result: HealthCheckResult) -> CheckReport:
    error = result.error
    status = OK if error is None else DEGRADED if isinstance(error, ServiceWarning) else DOWN
    message = "" if error is None else str(error.message)
    return CheckReport(check.name, status, message, result.time_taken * 1000, check.age, check.is_vital)
