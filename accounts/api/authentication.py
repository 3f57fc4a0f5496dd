"""Bearer tokens whose session is still alive."""

from rest_framework_simplejwt.authentication import JWTAuthentication


class SessionTokenAuthentication(JWTAuthentication):
    """A JWT access token."""
