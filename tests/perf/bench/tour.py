"""Everybody looks at everything, three times over new connections, so that every worker has seen most of it. Runs inside the stack's environment."""

import json
import urllib.request
from pathlib import Path

ROUNDS = 3


def main(port: str, visitors_path: str) -> dict[str, int]:
    """Return the number of requests."""
    asked = 0
    for visitor in json.loads(Path(visitors_path).read_text())["visitors"] * ROUNDS:
        figures = [f"/api/v1/portfolios/{portfolio}/{name}" for portfolio in visitor["portfolios"] for name in ("holdings", "performance")]
        for path in ("/", *figures):
            request = urllib.request.Request(f"http://127.0.0.1:{port}{path}", headers={"Cookie": visitor["cookie"]})
            with urllib.request.urlopen(request, timeout=60) as answer:
                answer.read()
            asked += 1
    return {"asked": asked}
