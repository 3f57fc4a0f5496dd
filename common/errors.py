"""The error family of the whole system. Each face translates it once: HTTP status, form error, socket frame, exit code."""

from typing import Any


class DomainError(Exception):
    """Something the caller can understand and mend. `code` is stable, `message` is for people, `detail` for programs."""

    code = "error"
    status = 400
    exit_code = 1

    def __init__(self, message: str, *, code: str | None = None, **detail: Any) -> None:
        super().__init__(message)
        self.message = message
        self.detail = detail
        if code is not None:
            self.code = code


class InvalidInputError(DomainError):
    code = "invalid_input"
    status = 400


class TooLargeError(InvalidInputError):
    code = "too_large"
    status = 413


class NotAuthenticatedError(DomainError):
    code = "not_authenticated"
    status = 401


class NotAllowedError(DomainError):
    code = "not_allowed"
    status = 403


class NotFoundError(DomainError):
    """Also for what exists but may not be seen: a stranger learns nothing."""

    code = "not_found"
    status = 404


class ConflictError(DomainError):
    code = "conflict"
    status = 409


class PreconditionError(DomainError):
    """If-Match named another version of the object."""

    code = "precondition_failed"
    status = 412
    exit_code = 3


class ExternalServiceError(DomainError):
    code = "external_service"
    status = 502

    def __init__(self, message: str, *, retryable: bool, code: str | None = None, **detail: Any) -> None:
        super().__init__(message, code=code, **detail)
        self.retryable = retryable


class UnavailableError(DomainError):
    code = "unavailable"
    status = 503
    exit_code = 3


class UsageError(DomainError):
    """A command was called with arguments that do not go together."""

    code = "usage"
    exit_code = 2


class UnconfirmedError(DomainError):
    """A command that changes or destroys was neither confirmed on a terminal nor with --yes."""

    code = "needs_confirmation"
    exit_code = 4


class BusyError(DomainError):
    """Another run of the same work holds its lock."""

    code = "busy"
    status = 409
    exit_code = 5
