"""The runner's output: what its children print, line by line, each with the name of its process."""

import os
import sys
from dataclasses import dataclass, field
from typing import IO

COLOURS = {"database": 34, "cache": 35, "web": 32, "worker": 33, "beat": 36, "terminal": 94, "assistant": 95, "monitor": 96}
LONGEST_LINE = 16_384


@dataclass
class Console:
    """Writes whole lines. A reader that has gone away (a closed terminal) must not stop the runner."""

    stream: IO[str] = field(default_factory=lambda: sys.stdout)
    quiet: bool = False
    colour: bool | None = None
    _rest: dict[str, bytes] = field(default_factory=dict)

    def __post_init__(self) -> None:
        if self.colour is None:
            self.colour = self.stream.isatty() and "NO_COLOR" not in os.environ

    def say(self, text: str, *, name: str = "runner") -> None:
        """Print a line of the runner's own."""
        if not self.quiet:
            self._write(name, text)

    def warn(self, text: str, *, name: str = "runner") -> None:
        """Print a line that --quiet does not silence."""
        self._write(name, text)

    def show(self, text: str) -> None:
        """Print a line without a name in front: the addresses and logins."""
        if not self.quiet:
            self._print(text)

    def feed(self, name: str, data: bytes) -> None:
        """Take what a child has printed; print what is complete."""
        *lines, rest = (self._rest.get(name, b"") + data).split(b"\n")
        if len(rest) > LONGEST_LINE:
            lines, rest = [*lines, rest], b""
        self._rest[name] = rest
        for line in lines:
            if line.strip():
                self._write(name, line.decode(errors="replace").rstrip())

    def finish(self, name: str) -> None:
        """The child is gone: print the line that it left unfinished."""
        rest = self._rest.pop(name, b"")
        if rest.strip():
            self._write(name, rest.decode(errors="replace").rstrip())

    def _write(self, name: str, text: str) -> None:
        label = f"{name:<9} |"
        if self.colour:
            label = f"\x1b[{COLOURS.get(name, 1)}m{label}\x1b[0m"
        self._print(f"{label} {text}")

    def _print(self, text: str) -> None:
        try:
            self.stream.write(text + "\n")
            self.stream.flush()
        except (OSError, ValueError):
            self.quiet = True
