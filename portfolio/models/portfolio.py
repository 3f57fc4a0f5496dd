"""The book of one owner, and the accounts within it."""

from typing import TYPE_CHECKING

from django.conf import settings
from django.contrib.auth.models import AnonymousUser
from django.db import models
from django.db.models import Q, Value
from django.utils import timezone

from common.identifiers import format_version, uuid7
from portfolio.models.instrument import Instrument
from portfolio.models.share import OWNER, GrantedRole, IsGranted, Share, list_grant_values

if TYPE_CHECKING:
    from accounts.models import User


# None: not loaded for a reader, but by the system itself.
ROLES_WITH_AMOUNTS = frozenset({None, OWNER, Share.Role.READER.value, Share.Role.EDITOR.value})
EDITING_ROLES = frozenset({None, OWNER, Share.Role.EDITOR.value})


class PortfolioQuerySet(models.QuerySet["Portfolio"]):
    """The one place that decides who sees, who changes and who manages a portfolio, and what of it is shown: `reader_role` of each row."""

    def visible_to(self, user: "User | AnonymousUser") -> "PortfolioQuerySet":
        """One's own, and those that one has been given a look into."""
        return self._open_to(user, Share.Role.values)

    def editable_by(self, user: "User | AnonymousUser") -> "PortfolioQuerySet":
        """Those whose entries the user may record and change."""
        return self._open_to(user, [Share.Role.EDITOR])

    def managed_by(self, user: "User | AnonymousUser") -> "PortfolioQuerySet":
        """Those that the user may set up, share and delete: his own."""
        if not user.is_authenticated:
            return self.none()
        return self.filter(owner=user).annotate(reader_role=Value(OWNER))  # type: ignore[no-redef]  # fills the attribute

    def _open_to(self, user: "User | AnonymousUser", roles: list[str]) -> "PortfolioQuerySet":
        if not user.is_authenticated:
            return self.none()
        shared = IsGranted("pk", "portfolio_id", list_grant_values(user, roles))
        role = GrantedRole(user.pk, list_grant_values(user, Share.Role.values))
        return self.filter(Q(owner=user) | Q(shared)).annotate(reader_role=role)  # type: ignore[no-redef]  # fills the attribute


class Portfolio(models.Model):
    class LotMethod(models.TextChoices):
        FIFO = "fifo", "First in, first out"
        LIFO = "lifo", "Last in, first out"
        HIFO = "hifo", "Highest cost first"
        AVERAGE = "average", "Average cost"
        SPECIFIC = "specific", "Specific lots"

    id = models.UUIDField(primary_key=True, default=uuid7, editable=False)
    owner = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.CASCADE, related_name="portfolios")
    name = models.CharField(max_length=100)
    base_currency = models.CharField(max_length=3)
    lot_method = models.CharField(max_length=10, choices=LotMethod.choices, default=LotMethod.FIFO)
    cash_tracking = models.BooleanField(
        default=False, help_text="Cash accounts are part of the value; deposits and withdrawals are the external flows."
    )
    allow_short = models.BooleanField(default=False, help_text="A sale of more than is held opens a short position.")
    benchmark = models.ForeignKey(Instrument, null=True, blank=True, on_delete=models.SET_NULL, related_name="+")
    is_demo = models.BooleanField(default=False, editable=False)
    # Rises with every change of a fact that a figure of this portfolio depends on: the key of every cached figure.
    revision = models.BigIntegerField(default=1, editable=False)
    # The number that the next transaction gets: ties within a day are broken by it.
    next_sequence = models.BigIntegerField(default=1, editable=False)
    created_at = models.DateTimeField(default=timezone.now, editable=False)
    updated_at = models.DateTimeField(auto_now=True)

    # As what the person that it was loaded for sees it; filled by the querysets.
    reader_role: str | None = None
    # Who shares it, where it was loaded for another person.
    owner_name: str = ""

    objects = PortfolioQuerySet.as_manager()

    class Meta:
        ordering = ["created_at"]
        constraints = [
            models.UniqueConstraint(
                fields=["owner", "name"], name="portfolio_owner_name", violation_error_message="You already have a portfolio of this name."
            ),
            models.CheckConstraint(condition=Q(base_currency__regex=r"^[A-Z]{3}$"), name="portfolio_base_currency"),
            models.CheckConstraint(condition=~Q(name=""), name="portfolio_name_set"),
        ]

    def __str__(self) -> str:
        return self.name

    @property
    def version(self) -> str:
        """Differs after every change of its settings: what an ETag is made of."""
        return format_version(self.updated_at)

    @property
    def is_own(self) -> bool:
        """Whether its reader may set it up, share and delete it."""
        return self.reader_role in {None, OWNER}

    @property
    def is_editable(self) -> bool:
        """Whether its reader may record and change entries."""
        return self.reader_role in EDITING_ROLES

    @property
    def shows_amounts(self) -> bool:
        """Whether its reader may see how much; else only percentages."""
        return self.reader_role in ROLES_WITH_AMOUNTS

    @property
    def role_label(self) -> str:
        """What its reader may do, in words; nothing for one's own."""
        return "" if self.reader_role in {None, OWNER} else str(Share.Role(self.reader_role).label)


class BrokerageAccount(models.Model):
    """A depot or wallet: the lot queue is kept per account."""

    id = models.UUIDField(primary_key=True, default=uuid7, editable=False)
    portfolio = models.ForeignKey(Portfolio, on_delete=models.CASCADE, related_name="accounts")
    name = models.CharField(max_length=100)
    created_at = models.DateTimeField(default=timezone.now, editable=False)

    class Meta:
        ordering = ["name"]
        constraints = [models.UniqueConstraint(fields=["portfolio", "name"], name="account_portfolio_name")]

    def __str__(self) -> str:
        return self.name
