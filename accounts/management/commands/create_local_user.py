"""Create an ordinary user."""

from accounts.management.creation import CreateUserCommand


class Command(CreateUserCommand):
    help = "Create an ordinary user."
