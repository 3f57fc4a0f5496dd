"""The one door: every password and every code that somebody shows is checked here, and counted."""

from django.contrib.auth import authenticate
from django.views.decorators.debug import sensitive_variables

from accounts.errors import InvalidCredentialsError, OtpRequiredError
from accounts.models import User, UserSession
from accounts.selectors.second_factor import has_second_factor
from accounts.services.audit import record_event
from accounts.services.lockout import Attempt, Place, claim_attempt, settle_attempt, withdraw_attempt
from accounts.services.second_factor import use_code
from accounts.services.sessions import renew_proof

REFUSAL = "The e-mail address or the password is wrong."
WRONG_CODE = "The code is wrong or was used before. Each code works once; wait for the next one."


@sensitive_variables("password", "otp")
def check_sign_in(*, email: str, password: str, otp: str = "", place: Place) -> User:
    """Return the person who may come in. Raises InvalidCredentialsError, LockedError, and OtpRequiredError when only the code is missing."""
    user = check_password(email=email, password=password, place=place)
    if has_second_factor(user=user):
        if not otp:
            raise OtpRequiredError("The password is right. Send it again with `otp`: a code of the authenticator app, or a recovery code.")
        check_code(user=user, code=otp, place=place)
    return user


@sensitive_variables("password")
def check_password(*, email: str, password: str, place: Place) -> User:
    """Return the person whose address and password these are, who may still owe a second factor. Raises InvalidCredentialsError, LockedError.

    An unknown address, a closed account and a wrong password cost the same and are told alike.
    """
    attempt = claim_attempt(name=email, place=place)
    user = authenticate(email=email, password=password)
    if not isinstance(user, User):
        _note_wait(attempt, email)
        raise InvalidCredentialsError(REFUSAL)
    if has_second_factor(user=user):
        # Wrong codes before and after it still count: the password alone must not buy new guesses.
        withdraw_attempt(attempt=attempt)
    else:
        settle_attempt(attempt=attempt)
    return user


@sensitive_variables("code")
def check_code(*, user: User, code: str, place: Place) -> None:
    """Use up a code of the second factor. Raises InvalidCredentialsError, LockedError."""
    attempt = claim_attempt(name=user.email, place=place)
    if not use_code(user=user, code=code):
        record_event(action="signin.code_failed", target=user)
        _note_wait(attempt, user.email)
        raise InvalidCredentialsError(WRONG_CODE)
    settle_attempt(attempt=attempt)


@sensitive_variables("answer")
def prove_again(*, session: UserSession, answer: str, place: Place) -> None:
    """Take the second factor, or the password of a person who has none, as proof that it is still the same person at this session.

    Raises InvalidCredentialsError, LockedError.
    """
    if has_second_factor(user=session.user):
        check_code(user=session.user, code=answer, place=place)
    else:
        check_password(email=session.user.email, password=answer, place=place)
    renew_proof(session=session)


def _note_wait(attempt: Attempt, name: str) -> None:
    if attempt.is_last:
        record_event(action="signin.locked", detail={"email": name[:254]})
