"""The three regular looks: every day what happened, every week what is known to be weak, every month everything."""

from collections.abc import Callable
from typing import Literal

from ops.security.events import (
    check_audit_trail,
    check_copied_keys,
    check_failed_attempts,
    check_lockouts,
    check_refusals,
    check_reused_tokens,
    hours_ago,
)
from ops.security.finding import Finding
from ops.security.machine import check_certificate, check_files, check_ports, check_secrets
from ops.security.people import check_deployment, check_permissions
from ops.security.programs import check_browser_packages, check_python_packages

Span = Literal["daily", "weekly", "monthly"]
HOURS: dict[Span, int] = {"daily": 24, "weekly": 7 * 24, "monthly": 31 * 24}
EVENTS = (check_failed_attempts, check_lockouts, check_refusals, check_reused_tokens, check_copied_keys, check_audit_trail)
DAILY: tuple[Callable[[], Finding], ...] = (check_files, check_ports, check_certificate)
PACKAGES: tuple[Callable[[], Finding], ...] = (check_python_packages, check_browser_packages)
WEEKLY: tuple[Callable[[], Finding], ...] = (*DAILY, *PACKAGES, check_deployment, check_permissions)
MONTHLY: tuple[Callable[[], Finding], ...] = (*WEEKLY, check_secrets)
CHECKS: dict[Span, tuple[Callable[[], Finding], ...]] = {"daily": DAILY, "weekly": WEEKLY, "monthly": MONTHLY}


def look(span: Span) -> list[Finding]:
    """Run the checks of that span, one after the other."""
    since = hours_ago(HOURS[span])
    return [check(since) for check in EVENTS] + [check() for check in CHECKS[span]]


def look_at_packages() -> list[Finding]:
    """Run the checks that need nothing but the program itself."""
    return [check() for check in PACKAGES]
