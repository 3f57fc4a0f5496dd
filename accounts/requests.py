"""The request of a signed-in browser, as the middleware leaves it: for annotations."""

from django.http import HttpRequest

from accounts.models import User, UserSession


class SignedInRequest(HttpRequest):
    user: User
    user_session: UserSession
