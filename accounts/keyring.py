"""The keys that sign the API's tokens: one signs, older ones verify until nothing signed by them can be alive any more.

A ring is JWT_SECRET, JWT_OLD_SECRETS, and the file JWT_KEY_RING that rotation writes. JWT_SECRET signs until the file
says that it is retired; then the newest key of the file does. The file is looked at again whenever it has changed, so
a rotation reaches every process without a restart.
"""

import datetime as dt
import hashlib
import json
import os
import secrets
from collections.abc import Iterable
from dataclasses import dataclass
from functools import lru_cache
from pathlib import Path
from typing import Any

import jwt
from django.conf import settings
from django.utils import timezone
from rest_framework_simplejwt.backends import TokenBackend
from rest_framework_simplejwt.exceptions import TokenBackendError

from common.errors import UnavailableError

ALGORITHM = "HS256"


@dataclass(frozen=True, slots=True)
class SigningKey:
    kid: str
    secret: str
    created_at: dt.datetime | None = None
    retired_at: dt.datetime | None = None


class KeyRing:
    def __init__(self, path: Path, current: str, older: tuple[str, ...], kept: dt.timedelta) -> None:
        self.path = path
        # How long a retired key verifies: as long as the longest-lived token that it may have signed.
        self.kept = kept
        self._named = {name_key(secret): SigningKey(name_key(secret), secret) for secret in (*older, current)}
        self._current = name_key(current)
        self._stamp: tuple[int, int, int] | None = None
        self._keys = self._named

    def find_signing_key(self) -> SigningKey:
        """Return the key that new tokens are signed with."""
        keys = self._read()
        if (current := keys[self._current]).retired_at is None:
            return current
        fresh = [key for key in keys.values() if key.retired_at is None and key.created_at is not None]
        if not fresh:
            raise UnavailableError("The key ring has no key to sign with; rotate it.")
        return max(fresh, key=lambda key: key.created_at or timezone.now())

    def find_key(self, kid: str) -> SigningKey | None:
        """Return the key of that name while tokens signed by it may be alive."""
        key = self._read().get(kid)
        return key if key and (key.retired_at is None or timezone.now() < key.retired_at + self.kept) else None

    def list_keys(self) -> list[SigningKey]:
        """Return the keys that verify now, the newest first; those of the environment have no age."""
        keys = [key for kid in self._read() if (key := self.find_key(kid))]
        return sorted(keys, key=lambda key: key.created_at or dt.datetime.min.replace(tzinfo=dt.UTC), reverse=True)

    def rotate(self, *, keep_old: bool = True) -> SigningKey:
        """Add a new key, retire the present ones, forget those that verify no more; return the new one.

        With `keep_old=False` nothing signed before is good any more: for a key that somebody else has.
        """
        now = timezone.now()
        secret = secrets.token_urlsafe(48)
        new = SigningKey(name_key(secret), secret, created_at=now)
        end = now if keep_old else now - self.kept
        retired = [SigningKey(key.kid, key.secret, key.created_at, min(key.retired_at or end, end)) for key in self._read().values()]
        # What the environment names stays listed as retired: without its line it would sign again.
        kept = [key for key in retired if key.kid in self._named or now < (key.retired_at or now) + self.kept]
        self._write([new, *kept])
        return new

    def _read(self) -> dict[str, SigningKey]:
        try:
            found = self.path.stat()
            stamp = (found.st_mtime_ns, found.st_size, found.st_ino)
            if stamp != self._stamp:
                self._keys = {**self._named, **self._parse(self.path.read_text(encoding="utf-8"))}
                self._stamp = stamp
        except FileNotFoundError:
            self._stamp, self._keys = None, self._named
        except (OSError, UnicodeError) as error:
            raise UnavailableError(f"{self.path.name}: the key ring cannot be read; look at its owner and rights.") from error
        return self._keys

    def _parse(self, text: str) -> dict[str, SigningKey]:
        try:
            rows = [self._parse_row(row) for row in json.loads(text)["keys"]]
        except (ValueError, KeyError, TypeError) as error:
            # Never a guess: a key that the file retires must not come back because the file is damaged.
            raise UnavailableError(f"{self.path.name}: the key ring cannot be read; restore it from a backup.") from error
        return {key.kid: key for key in rows if key.secret}

    def _parse_row(self, row: dict[str, Any]) -> SigningKey:
        secret = row["secret"] or (self._named[row["kid"]].secret if row["kid"] in self._named else "")
        created, retired = (dt.datetime.fromisoformat(row[name]) if row[name] else None for name in ("created_at", "retired_at"))
        return SigningKey(row["kid"], secret, created, retired)

    def _write(self, keys: Iterable[SigningKey]) -> None:
        self.path.parent.mkdir(parents=True, exist_ok=True, mode=0o700)
        draft = self.path.with_name(f".{self.path.name}.{os.getpid()}")
        descriptor = os.open(draft, os.O_WRONLY | os.O_CREAT | os.O_TRUNC, 0o600)
        with os.fdopen(descriptor, "w", encoding="utf-8") as file:
            json.dump({"keys": [self._show(key) for key in keys]}, file, indent=1)
            file.flush()
            os.fsync(file.fileno())
        # Whole or not at all: a process that looks in this moment reads the old ring.
        draft.replace(self.path)

    def _show(self, key: SigningKey) -> dict[str, str | None]:
        times = {name: moment.isoformat() if moment else None for name, moment in (("created_at", key.created_at), ("retired_at", key.retired_at))}
        # The environment's own secrets are not written down a second time.
        return {"kid": key.kid, "secret": "" if key.kid in self._named else key.secret, **times}


class RingBackend(TokenBackend):
    """Signs with the ring's current key and names it in the header; takes no token that names none or one unknown."""

    def encode(self, payload: dict[str, Any]) -> str:
        key = get_key_ring().find_signing_key()
        claims = {**payload, "iss": self.issuer}
        return jwt.encode(claims, key.secret, algorithm=ALGORITHM, headers={"kid": key.kid}, json_encoder=self.json_encoder)

    def get_verifying_key(self, token: Any) -> str:
        kid = jwt.get_unverified_header(token).get("kid")
        key = get_key_ring().find_key(kid) if isinstance(kid, str) else None
        if key is None:
            raise TokenBackendError("The token names no key of this system.")
        return key.secret


def name_key(secret: str) -> str:
    """Return the public name of a key: it follows from the key, and the key does not follow from it."""
    return hashlib.sha256(b"spms-jwt-key:" + secret.encode()).hexdigest()[:16]


def get_key_ring() -> KeyRing:
    """Return the ring of the settings."""
    lives = settings.SIMPLE_JWT["REFRESH_TOKEN_LIFETIME"]
    return _make_ring(settings.JWT_KEY_RING, settings.JWT_SECRET, tuple(settings.JWT_OLD_SECRETS), lives)


@lru_cache(maxsize=8)
def _make_ring(path: Path, current: str, older: tuple[str, ...], kept: dt.timedelta) -> KeyRing:
    return KeyRing(path, current, older, kept)
