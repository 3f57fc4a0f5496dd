"""The one table of scheduled work. A job expires just before its next turn, so that a stopped worker wakes to no backlog."""

from typing import Any

from celery.schedules import crontab

SCHEDULE: dict[str, dict[str, Any]] = {
    "heartbeat": {"task": "ops.tasks.record_heartbeat", "schedule": 15.0, "options": {"expires": 14}},
    "anchor-audit-trail": {"task": "accounts.tasks.anchor_audit_trail", "schedule": crontab(minute=41), "options": {"expires": 3500}},
    "security-daily": {
        "task": "ops.tasks.run_security_check",
        "args": ["daily"],
        "schedule": crontab(hour=4, minute=11),
        "options": {"expires": 80_000},
    },
    "security-weekly": {
        "task": "ops.tasks.run_security_check",
        "args": ["weekly"],
        "schedule": crontab(day_of_week="mon", hour=4, minute=23),
        "options": {"expires": 80_000},
    },
    "security-monthly": {
        "task": "ops.tasks.run_security_check",
        "args": ["monthly"],
        "schedule": crontab(day_of_month="1", hour=4, minute=37),
        "options": {"expires": 80_000},
    },
    "update-prices": {"task": "portfolio.tasks.update_prices", "schedule": crontab(minute=5), "options": {"expires": 3500}},
    "remove-expired-idempotency-keys": {
        "task": "accounts.tasks.remove_expired_records",
        "schedule": crontab(minute=17),
        "options": {"expires": 3500},
    },
    "remove-expired-uploads": {"task": "portfolio.tasks.remove_expired_uploads", "schedule": crontab(minute=29), "options": {"expires": 3500}},
}
