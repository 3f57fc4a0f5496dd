"""The book of one owner, and the accounts within it."""

from typing import TYPE_CHECKING

from django.conf import settings
from django.contrib.auth.models import AnonymousUser
from django.db import models
from django.db.models import Q
from django.utils import timezone

from common.identifiers import format_version, uuid7
from portfolio.models.instrument import Instrument

if TYPE_CHECKING:
    from accounts.models import User


class PortfolioQuerySet(models.QuerySet["Portfolio"]):
    """The one place that decides who sees and who changes a portfolio."""

    def visible_to(self, user: "User | AnonymousUser") -> "PortfolioQuerySet":
        return self.filter(owner=user) if user.is_authenticated else self.none()

    def editable_by(self, user: "User | AnonymousUser") -> "PortfolioQuerySet":
        return self.filter(owner=user) if user.is_authenticated else self.none()


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
