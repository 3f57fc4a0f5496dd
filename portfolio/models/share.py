"""Who besides its owner may look into a portfolio: a person, or whoever has a secret link."""

import datetime as dt
from typing import TYPE_CHECKING

from django.conf import settings
from django.db import models
from django.db.models import Q
from django.utils import timezone

from common.identifiers import format_version, uuid7

if TYPE_CHECKING:
    from accounts.models import User

OWNER = "owner"
# What nobody has looked at by then was meant for an address that nobody has here.
OFFERED_FOR = dt.timedelta(days=30)


class ShareQuerySet(models.QuerySet["Share"]):
    def live(self) -> "ShareQuerySet":
        """Neither over nor, where the person has never looked, too old."""
        now = timezone.now()
        taken = Q(kind=Share.Kind.LINK) | Q(user__isnull=False) | Q(created_at__gt=now - OFFERED_FOR)
        return self.filter(taken, Q(expires_at=None) | Q(expires_at__gt=now))

    def granted_to(self, user: "User") -> "ShareQuerySet":
        """The live grants of a person: bound to him by his first look, or until then offered to his address."""
        return self.live().filter(Q(user=user) | Q(user=None, email=user.email), kind=Share.Kind.PERSON)


class Share(models.Model):
    """A grant to the person of an e-mail address, or a link.

    A grant is bound to the account at the first look: from then on it follows the account, not the address. Of a link's token only the
    hash is kept. `look_count` counts each look at a link; those of a person are counted by visit.
    """

    class Kind(models.TextChoices):
        PERSON = "person"
        LINK = "link"

    class Role(models.TextChoices):
        READER = "reader", "Reads everything"
        EDITOR = "editor", "Reads and edits"
        PERCENTAGES = "percentages", "Percentages only"

    id = models.UUIDField(primary_key=True, default=uuid7, editable=False)
    portfolio = models.ForeignKey("portfolio.Portfolio", on_delete=models.CASCADE, related_name="shares")
    kind = models.CharField(max_length=10, choices=Kind.choices)
    role = models.CharField(max_length=12, choices=Role.choices)
    email = models.EmailField("e-mail address", max_length=254, blank=True, help_text="Of the person; empty for a link.")
    user = models.ForeignKey(settings.AUTH_USER_MODEL, null=True, blank=True, on_delete=models.CASCADE, related_name="+")
    label = models.CharField(max_length=100, blank=True, help_text="What a link is for.")
    token_hash = models.CharField("SHA-256 of the link's token", max_length=64, blank=True)
    expires_at = models.DateTimeField(null=True, blank=True)
    look_count = models.PositiveIntegerField(default=0)
    last_look_at = models.DateTimeField(null=True, blank=True)
    created_by = models.ForeignKey(settings.AUTH_USER_MODEL, null=True, on_delete=models.SET_NULL, related_name="+")
    created_at = models.DateTimeField(default=timezone.now, editable=False)
    updated_at = models.DateTimeField(auto_now=True)

    objects = ShareQuerySet.as_manager()

    class Meta:
        ordering = ["created_at"]
        indexes = [models.Index(fields=["email"], condition=~Q(email=""), name="share_email")]
        constraints = [
            models.UniqueConstraint(fields=["portfolio", "email"], condition=Q(kind="person"), name="share_portfolio_email"),
            models.UniqueConstraint(fields=["token_hash"], condition=Q(kind="link"), name="share_token"),
            models.CheckConstraint(
                condition=(Q(kind="person", token_hash="") & ~Q(email=""))
                | (Q(kind="link", email="", user__isnull=True, expires_at__isnull=False, role__in=("reader", "percentages")) & ~Q(token_hash="")),
                name="share_person_or_link",
            ),
        ]

    def __str__(self) -> str:
        return self.email or self.label or "link"

    @property
    def version(self) -> str:
        """Differs after every change by the owner: what an ETag is made of."""
        return format_version(self.updated_at)

    @property
    def state(self) -> str:
        """active; pending while nobody has looked; expired."""
        now = timezone.now()
        is_offered = self.kind == self.Kind.PERSON and self.user_id is None
        if (self.expires_at is not None and self.expires_at <= now) or (is_offered and self.created_at <= now - OFFERED_FOR):
            return "expired"
        return "pending" if is_offered else "active"
