"""What stops a start. The message is one line that says what to do; commands exit with 3."""

from common.errors import DomainError


class StartError(DomainError):
    code = "cannot_start"
    status = 503
    exit_code = 3
