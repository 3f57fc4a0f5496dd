"""Have the static files changed since they were collected? Collecting takes seconds, looking takes milliseconds."""

import hashlib
from pathlib import Path

from django.conf import settings
from django.contrib.staticfiles.finders import get_finders


def is_collected() -> bool:
    """Tell whether STATIC_ROOT holds the files as they are now."""
    mark = _mark_path()
    return mark.exists() and mark.read_text(encoding="ascii") == _fingerprint()


def note_collected() -> None:
    """Remember that STATIC_ROOT is up to date. Written last, so an interrupted collection is done again."""
    _mark_path().write_text(_fingerprint(), encoding="ascii")


def _mark_path() -> Path:
    return Path(settings.STATIC_ROOT) / ".collected"


def _fingerprint() -> str:
    digest = hashlib.sha256(settings.VERSION.encode())
    for finder in get_finders():
        for path, storage in sorted(finder.list([]), key=lambda found: found[0]):
            facts = Path(storage.path(path)).stat()
            digest.update(f"{path}\0{facts.st_size}\0{facts.st_mtime_ns}\n".encode())
    return digest.hexdigest()
