"""Who can do what, and whether the settings are fit for the open."""

import datetime as dt
import os
import subprocess
import sys

from django.conf import settings
from django.db.models import Q
from django.utils import timezone

from accounts.models import User
from ops.security.finding import GREEN, RED, YELLOW, Finding

SLEEPING = dt.timedelta(days=180)
LONGEST_SECONDS = 120
SHOWN = 50


def check_permissions() -> Finding:
    """Everybody with more rights than a user; those who have not signed in for half a year should not have them."""
    staff = User.objects.filter(Q(is_staff=True) | Q(is_superuser=True), is_active=True).prefetch_related("groups").order_by("email")
    items = tuple(_describe(user) for user in staff)
    border = timezone.now() - SLEEPING
    sleeping = [user.email for user in staff if (user.last_login or user.created_at) < border]
    if not items:
        return Finding("permissions", YELLOW, "There is no administrator.", "Make one with `create_admin`.")
    if sleeping:
        message = f"With rights, but not here for half a year: {', '.join(sleeping)}."
        return Finding("permissions", YELLOW, message, "Take their rights, or close these accounts.", items[:SHOWN])
    return Finding("permissions", GREEN, f"{len(items)} people have more rights than a user.", items=items[:SHOWN])


def _describe(user: User) -> str:
    roles = (["superuser"] if user.is_superuser else []) + [group.name for group in user.groups.all()]
    return f"{user.email}: {', '.join(roles) or 'staff without a role'}"


def check_deployment() -> Finding:
    """Django's own list of what must not be left as it is in the open."""
    command = [sys.executable, str(settings.BASE_DIR / "manage.py"), "check", "--deploy", "--fail-level", "WARNING"]
    try:
        done = subprocess.run(
            command, capture_output=True, text=True, timeout=LONGEST_SECONDS, cwd=settings.BASE_DIR, env=os.environ.copy(), check=False
        )
    except (OSError, subprocess.TimeoutExpired) as error:
        return Finding("deployment", YELLOW, f"The check could not be run: {error}.", "Run `manage.py check --deploy`.")
    if done.returncode == 0:
        return Finding("deployment", GREEN, "Django finds nothing that must not be so in the open.")
    lines = [line.strip() for line in done.stderr.splitlines() if line.strip()]
    # What stopped the check itself stands in the last line.
    items = tuple(line for line in lines if line.startswith("?:") or ": (" in line) or tuple(lines[-1:])
    status = RED if settings.IS_PRODUCTION else YELLOW
    return Finding("deployment", status, "Django finds what must not be so in the open.", "Set what `manage.py check --deploy` names.", items[:SHOWN])
