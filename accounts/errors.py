"""What can go wrong with people and their sessions."""

from common.errors import ConflictError, DomainError, InvalidInputError, NotAllowedError, NotAuthenticatedError


class EmailTakenError(ConflictError):
    code = "email_taken"


class WeakPasswordError(InvalidInputError):
    code = "weak_password"


class InvalidCredentialsError(NotAuthenticatedError):
    """The same for a wrong password, an unknown address and a closed account."""

    code = "invalid_credentials"


class OtpRequiredError(NotAuthenticatedError):
    """The password was right; a code of the second factor has to come with it."""

    code = "otp_required"


class WrongCodeError(InvalidInputError):
    code = "wrong_code"


class PasskeyRefusedError(InvalidInputError):
    code = "passkey_refused"


class ProofRequiredError(NotAllowedError):
    """The last proof of identity is too old for what was asked."""

    code = "proof_required"


class LockedError(DomainError):
    """Too many failed attempts; `retry_after` in the detail says how many seconds to wait."""

    code = "locked"
    status = 429


class TokenInvalidError(NotAuthenticatedError):
    code = "token_invalid"


class TokenExpiredError(NotAuthenticatedError):
    code = "token_expired"


class TokenReusedError(NotAuthenticatedError):
    """A refresh token came a second time: someone has a copy. Its session is ended."""

    code = "token_reused"


class TokenNameTakenError(ConflictError):
    code = "token_name_taken"


class TooManyTokensError(ConflictError):
    code = "too_many_tokens"


class UnknownScopeError(InvalidInputError):
    """Also for a scope that this person may not give."""

    code = "unknown_scope"
