"""The one door: every password that somebody shows is checked here, and counted."""

from django.contrib.auth import authenticate
from django.views.decorators.debug import sensitive_variables

from accounts.errors import InvalidCredentialsError
from accounts.models import User
from accounts.services.lockout import Place, claim_attempt, settle_attempt

REFUSAL = "The e-mail address or the password is wrong."


@sensitive_variables("password")
def check_password(*, email: str, password: str, place: Place) -> User:
    """Return the person whose address and password these are. Raises InvalidCredentialsError, LockedError.

    An unknown address, a closed account and a wrong password cost the same and are told alike.
    """
    attempt = claim_attempt(name=email, place=place)
    user = authenticate(email=email, password=password)
    if not isinstance(user, User):
        raise InvalidCredentialsError(REFUSAL)
    settle_attempt(attempt=attempt)
    return user
