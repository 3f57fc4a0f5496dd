"""List the users."""

from typing import Any

from accounts.models import User
from accounts.selectors.users import list_users
from common.management import OperatorCommand


class Command(OperatorCommand):
    help = "List all users: who may sign in, who is an administrator, when each signed in last."

    def run_command(self, **options: Any) -> dict[str, Any]:
        users = [_describe(user) for user in list_users()]
        self.say_table(
            ["E-MAIL", "NAME", "ROLE", "STATE", "LAST LOGIN", "SESSIONS"],
            [[user["email"], user["name"], _role(user), _state(user), _minute(user), user["sessions"]] for user in users],
        )
        self.say(f"{len(users)} users, {sum(user['is_staff'] for user in users)} of them administrators")
        return {"count": len(users), "users": users}


def _describe(user: User) -> dict[str, Any]:
    return {
        "id": user.pk,
        "email": user.email,
        "name": user.name,
        "is_staff": user.is_staff,
        "is_active": user.is_active,
        "created_at": user.created_at,
        "last_login": user.last_login,
        "sessions": user.live_sessions,  # type: ignore[attr-defined]  # annotated by list_users
    }


def _role(user: dict[str, Any]) -> str:
    return "admin" if user["is_staff"] else "user"


def _state(user: dict[str, Any]) -> str:
    return "active" if user["is_active"] else "closed"


def _minute(user: dict[str, Any]) -> str:
    return f"{user['last_login']:%Y-%m-%d %H:%M}" if user["last_login"] else "never"
