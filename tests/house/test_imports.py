"""The import rules of pyproject.toml hold."""

import subprocess
import sys
from pathlib import Path

ROOT = Path(__file__).resolve().parents[2]


def test_import_contracts_hold() -> None:
    result = subprocess.run([Path(sys.executable).parent / "lint-imports", "--no-cache"], cwd=ROOT, capture_output=True, text=True, check=False)
    assert result.returncode == 0, result.stdout + result.stderr


def test_the_engine_imports_without_django() -> None:
    code = "import sys, pkgutil, importlib, portfolio.engine as e\n" + (
        "for m in pkgutil.walk_packages(e.__path__, 'portfolio.engine.'): importlib.import_module(m.name)\n"
        "bad = {'django', 'rest_framework', 'celery', 'channels'} & set(sys.modules)\nassert not bad, bad"
    )
    result = subprocess.run([sys.executable, "-c", code], cwd=ROOT, capture_output=True, text=True, check=False)
    assert result.returncode == 0, result.stderr
