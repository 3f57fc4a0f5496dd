"""How a command comes by a password: from standard input for scripts, from the terminal for people, never from its arguments."""

import getpass
import sys

from common.errors import InvalidInputError, UsageError


def read_password(*, from_stdin: bool) -> str:
    """Return the password. Raises UsageError if there is no terminal to ask on, InvalidInputError if the two entries differ."""
    if from_stdin:
        return sys.stdin.readline().rstrip("\r\n")
    if not sys.stdin.isatty():
        raise UsageError("There is no terminal to ask for the password on; send it with --password-stdin.")
    password = getpass.getpass("Password: ")
    if getpass.getpass("Password again: ") != password:
        raise InvalidInputError("The two passwords are not the same; nothing was changed.")
    return password


def read_email() -> str:
    """Ask for the e-mail address. Raises UsageError if there is no terminal."""
    if not sys.stdin.isatty():
        raise UsageError("Name the user with --email.")
    return input("E-mail address: ")
