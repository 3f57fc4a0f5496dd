"""What the system keeps about itself."""

from django.db import models
from django.utils import timezone


class SecurityReport(models.Model):
    """One look at the safety of the installation; `findings` as ops.security.finding.Finding.as_json."""

    class Span(models.TextChoices):
        DAILY = "daily", "Daily"
        WEEKLY = "weekly", "Weekly"
        MONTHLY = "monthly", "Monthly"

    class Status(models.TextChoices):
        GREEN = "green", "Good"
        YELLOW = "yellow", "Doubtful"
        RED = "red", "Bad"

    span = models.CharField(max_length=8, choices=Span.choices)
    status = models.CharField(max_length=6, choices=Status.choices)
    findings = models.JSONField(default=list)
    created_at = models.DateTimeField("time", default=timezone.now, db_index=True)

    class Meta:
        verbose_name = "security report"
        ordering = ["-created_at", "-id"]

    def __str__(self) -> str:
        return f"{self.get_span_display()} look of {self.created_at:%Y-%m-%d}"
