"""Why somebody of the staff looked at another's amounts."""

import datetime as dt

from django.conf import settings
from django.db import models
from django.utils import timezone

from common.identifiers import uuid7

OPEN_FOR = dt.timedelta(minutes=30)


def close_later() -> dt.datetime:
    return timezone.now() + OPEN_FOR


class AccessReasonQuerySet(models.QuerySet["AccessReason"]):
    def open(self) -> "AccessReasonQuerySet":
        return self.filter(until__gt=timezone.now())


class AccessReason(models.Model):
    """Written before the look, never changed or removed, and shown to the portfolio's owner."""

    id = models.UUIDField(primary_key=True, default=uuid7, editable=False)
    user = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.PROTECT, related_name="+")
    portfolio = models.ForeignKey("portfolio.Portfolio", on_delete=models.CASCADE, related_name="access_reasons")
    reason = models.CharField(max_length=300, help_text="The owner reads this.")
    created_at = models.DateTimeField(default=timezone.now, editable=False)
    until = models.DateTimeField(default=close_later, editable=False)

    objects = AccessReasonQuerySet.as_manager()

    class Meta:
        ordering = ["-created_at"]
        constraints = [models.CheckConstraint(condition=~models.Q(reason=""), name="access_reason_set")]

    def __str__(self) -> str:
        return self.reason
