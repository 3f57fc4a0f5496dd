"""Shorthands of the tests about sessions."""

from datetime import timedelta

from django.test import Client

from accounts.models import User, UserSession
from tests.factories import PASSWORD

LIFETIME = timedelta(days=1)
LOGIN = "/api/ums/auth/login"
REFRESH = "/api/ums/auth/refresh"
LOGOUT = "/api/ums/auth/logout"
STATE = "/api/ums/auth/session"
SESSIONS = "/api/ums/sessions"
FIREFOX = "Mozilla/5.0 (X11; Linux x86_64; rv:140.0) Gecko/20100101 Firefox/140.0"


def sign_in(user: User, client: Client | None = None, *, password: str = PASSWORD, **form: str) -> Client:
    """Return a browser that has signed in by the login page."""
    client = client or Client(headers={"User-Agent": FIREFOX})
    answer = client.post("/login/", {"email": user.email, "password": password, **form})
    assert answer.status_code == 302, answer.content.decode()
    return client


def get_tokens(user: User, *, password: str = PASSWORD) -> dict:
    """Return the answer of the API's login."""
    answer = Client().post(LOGIN, {"email": user.email, "password": password}, content_type="application/json")
    assert answer.status_code == 200, answer.content.decode()
    return answer.json()


def bearer(tokens: dict) -> dict[str, str]:
    return {"Authorization": f"Bearer {tokens['access']}"}


def session_of(client: Client) -> UserSession:
    return UserSession.objects.get(pk=client.session["user_session_id"])
