"""Who besides its owner may look into a portfolio: a person, or whoever has a secret link."""

import datetime as dt
from typing import TYPE_CHECKING, Any

from django.conf import settings
from django.db import models
from django.db.models import BooleanField, CharField, F, Func, Q
from django.utils import timezone

from common.identifiers import format_version, uuid7

if TYPE_CHECKING:
    from collections.abc import Iterable
    from uuid import UUID

    from accounts.models import User

OWNER = "owner"
# What nobody has looked at by then was meant for an address that nobody has here.
OFFERED_FOR = dt.timedelta(days=30)


# The live grants of a person: bound to him by his first look, or until then offered to his address. The one place that says so.
GRANTED = """FROM portfolio_share g WHERE g.kind = 'person' AND g.role = ANY(%s)
    AND (g.user_id = %s OR (g.user_id IS NULL AND g.email = %s AND g.created_at > %s)) AND (g.expires_at IS NULL OR g.expires_at > %s)"""


def list_grant_values(user: "User", roles: "Iterable[str]") -> tuple[Any, ...]:
    """Return what the placeholders of GRANTED stand for."""
    now = timezone.now()
    return list(roles), user.pk, user.email, now - OFFERED_FOR, now


class IsGranted(Func):
    """`value = ANY (ARRAY(SELECT column of the grants))`.

    The grants are looked up once, and both sides of an OR around it can use their index. Written out, because every request builds it: put
    together from querysets it took longer than everything else that a request for an unchanged figure does.
    """

    output_field = BooleanField()

    def __init__(self, value: str, column: str, values: tuple[Any, ...]) -> None:
        super().__init__(F(value))
        self.column, self.values = column, values

    def as_sql(self, compiler: Any, connection: Any, **_: Any) -> tuple[str, list[Any]]:  # type: ignore[override]  # a simpler signature
        value, own = compiler.compile(self.source_expressions[0])
        return f"({value} = ANY(ARRAY(SELECT g.{self.column} {GRANTED})))", [*own, *self.values]


class GrantedRole(Func):
    """What the user may do with a portfolio: `owner`, or the role of his grant.

    Whoever has two grants, by two addresses, edits if one lets him, and else sees what the narrower one shows.
    """

    output_field = CharField()

    def __init__(self, user_id: "UUID", values: tuple[Any, ...]) -> None:
        super().__init__(F("pk"), F("owner"))
        self.user_id, self.values = user_id, values

    def as_sql(self, compiler: Any, connection: Any, **_: Any) -> tuple[str, list[Any]]:  # type: ignore[override]
        (pk, pk_values), (owner, owner_values) = map(compiler.compile, self.source_expressions)
        grant = f"SELECT g.role {GRANTED} AND g.portfolio_id = {pk} ORDER BY g.role LIMIT 1"  # names of columns only
        return f"CASE WHEN {owner} = %s THEN '{OWNER}' ELSE ({grant}) END", [*owner_values, self.user_id, *self.values, *pk_values]


class OwnerName(Func):
    """Who shares a portfolio; nothing for the user's own."""

    output_field = CharField()

    def __init__(self, user_id: "UUID") -> None:
        super().__init__(F("owner"))
        self.user_id = user_id

    def as_sql(self, compiler: Any, connection: Any, **_: Any) -> tuple[str, list[Any]]:  # type: ignore[override]
        owner, values = compiler.compile(self.source_expressions[0])
        name = f"SELECT COALESCE(NULLIF(o.name, ''), o.email) FROM accounts_user o WHERE o.id = {owner}"  # noqa: S608  # nosec B608  a column only
        return f"CASE WHEN {owner} = %s THEN '' ELSE ({name}) END", [*values, self.user_id, *values]


class ShareQuerySet(models.QuerySet["Share"]):
    def live_links(self) -> "ShareQuerySet":
        return self.filter(kind=Share.Kind.LINK, expires_at__gt=timezone.now())

    def granted_to(self, user: "User") -> "ShareQuerySet":
        """The live grants of a person."""
        return self.filter(IsGranted("pk", "id", list_grant_values(user, Share.Role.values)))


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
        return self.email or self.label or "Link"

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
