"""Create an administrator."""

from accounts.management.creation import CreateUserCommand


class Command(CreateUserCommand):
    help = "Create a user who may enter the administration and do everything there."
    roles = {"is_staff": True, "is_superuser": True}
