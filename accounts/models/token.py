"""Tokens that a person makes for his own programs."""

from django.conf import settings
from django.contrib.postgres.fields import ArrayField
from django.db import models
from django.utils import timezone

from accounts.models.session import UserSession
from accounts.models.validators import validate_one_line
from common.identifiers import uuid7


class PersonalTokenQuerySet(models.QuerySet["PersonalToken"]):
    def live(self) -> "PersonalTokenQuerySet":
        """Those that work, if their owner may sign in."""
        now = timezone.now()
        return self.filter(revoked_at=None, expires_at__gt=now, session__ended_at=None, session__expires_at__gt=now)


class PersonalToken(models.Model):
    """Only the hash of the text is kept. Lives and dies with its session row, and is deleted with it long afterwards."""

    id = models.UUIDField(primary_key=True, default=uuid7, editable=False)
    user = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.CASCADE, related_name="personal_tokens")
    session = models.OneToOneField(UserSession, on_delete=models.CASCADE, related_name="personal_token", editable=False)
    name = models.CharField(max_length=100, validators=[validate_one_line], help_text="What the token is for.")
    prefix = models.CharField("begins with", max_length=20, editable=False)
    token_hash = models.CharField(max_length=64, unique=True, editable=False)
    scopes = ArrayField(models.CharField(max_length=30))
    created_at = models.DateTimeField(default=timezone.now, editable=False)
    expires_at = models.DateTimeField()
    last_used_at = models.DateTimeField(null=True, blank=True, editable=False)
    last_used_from = models.GenericIPAddressField(null=True, blank=True, editable=False)
    revoked_at = models.DateTimeField(null=True, blank=True, editable=False)

    objects = PersonalTokenQuerySet.as_manager()

    class Meta:
        verbose_name = "access token"
        ordering = ["-created_at"]
        constraints = [
            models.UniqueConstraint(
                fields=["user", "name"],
                condition=models.Q(revoked_at=None),
                name="personal_token_name",
                violation_error_message="You have a token of this name.",
            ),
            models.CheckConstraint(condition=models.Q(scopes__len__gt=0), name="personal_token_has_scopes"),
        ]

    def __str__(self) -> str:
        return self.name

    @property
    def is_live(self) -> bool:
        return self.revoked_at is None and self.expires_at > timezone.now()
