"""One row for every login of every kind."""

from django.conf import settings
from django.db import models
from django.utils import timezone

from common.identifiers import uuid7


class UserSessionQuerySet(models.QuerySet["UserSession"]):
    def active(self) -> "UserSessionQuerySet":
        return self.filter(ended_at=None, expires_at__gt=timezone.now())


class UserSession(models.Model):
    class Kind(models.TextChoices):
        BROWSER = "browser", "Browser"
        TOKEN = "token", "Token"
        TERMINAL = "terminal", "Terminal"
        ASSISTANT = "assistant", "Assistant"

    id = models.UUIDField(primary_key=True, default=uuid7, editable=False)
    user = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.CASCADE, related_name="sessions")
    kind = models.CharField(max_length=12, choices=Kind.choices)
    ip = models.GenericIPAddressField("address", null=True, blank=True)
    device = models.CharField(max_length=200, blank=True, help_text="Browser and system, as told by the client.")
    created_at = models.DateTimeField(default=timezone.now)
    last_seen_at = models.DateTimeField(default=timezone.now)
    expires_at = models.DateTimeField()
    # Each use moves the expiry on by the idle time, up to the latest end. Without an idle time the expiry is fixed.
    idle_time = models.DurationField(null=True, blank=True, editable=False)
    latest_end_at = models.DateTimeField(null=True, blank=True, editable=False)
    proved_at = models.DateTimeField(default=timezone.now, help_text="When the person last showed a password or a second factor.")
    ended_at = models.DateTimeField(null=True, blank=True)
    end_reason = models.CharField(max_length=40, blank=True)
    # Browser: the key of the Django session. Token: the id of the one refresh token that is valid now.
    session_key = models.CharField(max_length=40, blank=True, editable=False)
    refresh_id = models.CharField(max_length=64, blank=True, editable=False)

    objects = UserSessionQuerySet.as_manager()

    class Meta:
        verbose_name = "session"
        ordering = ["-created_at"]
        indexes = [
            models.Index(fields=["user", "-last_seen_at"], name="session_user_seen"),
            models.Index(fields=["session_key"], name="session_key"),
        ]

    def __str__(self) -> str:
        return f"{self.get_kind_display()} session of {self.user}"

    @property
    def is_active(self) -> bool:
        return self.ended_at is None and self.expires_at > timezone.now()
