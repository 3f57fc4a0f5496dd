"""Sign everybody in and tell who they are: what the load generator needs to speak for them. Runs inside the stack's environment."""

from django.conf import settings
from django.test import Client

from accounts.models import User
from portfolio.models import Portfolio

CSRF = "benchbenchbenchbenchbenchbench22"


def sign_in(user: User) -> str:
    client = Client()
    client.force_login(user)
    session = client.cookies[settings.SESSION_COOKIE_NAME].value
    return f"{settings.SESSION_COOKIE_NAME}={session}; {settings.CSRF_COOKIE_NAME}={CSRF}"


def main() -> dict[str, object]:
    """Return the visitors with their ordinary portfolios, and the large ones by size."""
    users = {user.pk: user for user in User.objects.filter(email__startswith="load")}
    cookies = {key: sign_in(user) for key, user in users.items()}
    owned: dict[object, list[str]] = {key: [] for key in users}
    large = {}
    for portfolio in Portfolio.objects.order_by("created_at"):
        if portfolio.name.startswith("Large "):
            large[portfolio.name.removeprefix("Large ")] = str(portfolio.pk)
        else:
            owned[portfolio.owner_id].append(str(portfolio.pk))
    visitors = [{"cookie": cookies[key], "portfolios": owned[key]} for key, _ in sorted(users.items(), key=lambda item: item[1].email)]
    return {"csrf": CSRF, "visitors": visitors, "large": large}
