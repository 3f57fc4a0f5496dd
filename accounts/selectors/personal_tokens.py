"""Reads about personal tokens."""

from uuid import UUID

from accounts.models import PersonalToken, User
from accounts.models.token import PersonalTokenQuerySet
from common.errors import NotFoundError


def list_tokens(*, user: User) -> PersonalTokenQuerySet:
    """Return the tokens of the user that work, the newest first."""
    return PersonalToken.objects.live().filter(user=user).order_by("-created_at", "-id")


def get_own_token(*, user: User, token_id: UUID) -> PersonalToken:
    """Return the user's working token of that id with its session. Raises NotFoundError, also when it is another person's."""
    token = list_tokens(user=user).select_related("session").filter(pk=token_id).first()
    if token is None:
        raise NotFoundError("There is no such token.")
    return token
