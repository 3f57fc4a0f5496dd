"""How a personal token is written: `spms_pat_`, 40 random characters, 6 of checksum. Secret scanners know it by its beginning."""

import hashlib
import re
import secrets
import string
import zlib

PREFIX = "spms_pat_"
ALPHABET = string.digits + string.ascii_letters
RANDOM, CHECK = 40, 6
TOKEN = re.compile(rf"{PREFIX}[0-9A-Za-z]{{{RANDOM + CHECK}}}", re.ASCII)
# So much of it is kept to tell tokens apart: the prefix and four characters.
SHOWN = len(PREFIX) + 4


def make_token() -> str:
    """Return a new token: 238 random bits."""
    body = "".join(secrets.choice(ALPHABET) for _ in range(RANDOM))
    return f"{PREFIX}{body}{_check(body)}"


def is_well_formed(text: str) -> bool:
    """Tell a token from a mistyped one without asking the database."""
    if not TOKEN.fullmatch(text):
        return False
    body = text[len(PREFIX) : -CHECK]
    return text.endswith(_check(body))


def hash_token(text: str) -> str:
    """Return what is stored and looked up. Random text needs no slow hash."""
    return hashlib.sha256(text.encode()).hexdigest()


def _check(body: str) -> str:
    number, digits = zlib.crc32(body.encode()), ""
    for _ in range(CHECK):
        number, digit = divmod(number, len(ALPHABET))
        digits = ALPHABET[digit] + digits
    return digits
