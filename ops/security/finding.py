"""What a security check found."""

from dataclasses import asdict, dataclass, field
from typing import Any

GREEN, YELLOW, RED = "green", "yellow", "red"
ORDER = (GREEN, YELLOW, RED)


@dataclass(frozen=True, slots=True)
class Finding:
    """`status`: green is good, yellow doubtful or unknown, red bad. `remedy`: what to do about it; `items`: what it is about."""

    name: str
    status: str
    message: str
    remedy: str = ""
    items: tuple[str, ...] = field(default=())

    def as_json(self) -> dict[str, Any]:
        return asdict(self) | {"items": list(self.items)}


def worst_of(findings: list[Finding]) -> str:
    """Return the worst status; of nothing at all yellow, for nothing is known then."""
    return max((finding.status for finding in findings), key=ORDER.index, default=YELLOW)
