"""What can be held: shares, funds, bonds, coins."""

from typing import TYPE_CHECKING

from django.conf import settings
from django.contrib.auth.models import AnonymousUser
from django.db import models
from django.db.models import Q
from django.utils import timezone

from common.identifiers import format_version, uuid7

if TYPE_CHECKING:
    from accounts.models import User


class InstrumentQuerySet(models.QuerySet["Instrument"]):
    def visible_to(self, user: "User | AnonymousUser") -> "InstrumentQuerySet":
        """Shared instruments and the user's own; an own one hides the shared one of the same symbol in look-ups."""
        if not user.is_authenticated:
            return self.none()
        return self.filter(Q(owner=None) | Q(owner=user))

    def editable_by(self, user: "User | AnonymousUser") -> "InstrumentQuerySet":
        if not user.is_authenticated:
            return self.none()
        own = Q(owner=user)
        return self.filter(own | Q(owner=None)) if user.is_staff else self.filter(own)


class Instrument(models.Model):
    class Kind(models.TextChoices):
        STOCK = "stock"
        ETF = "etf", "ETF"
        FUND = "fund"
        BOND = "bond"
        CRYPTO = "crypto"
        COMMODITY = "commodity"
        INDEX = "index"
        OTHER = "other"

    class Source(models.TextChoices):
        """Where prices come from."""

        MANUAL = "manual"
        SIMULATED = "simulated"

    id = models.UUIDField(primary_key=True, default=uuid7, editable=False)
    owner = models.ForeignKey(
        settings.AUTH_USER_MODEL, null=True, blank=True, on_delete=models.CASCADE, related_name="instruments", help_text="Empty: shared by all users."
    )
    symbol = models.CharField(max_length=40)
    name = models.CharField(max_length=200, blank=True)
    kind = models.CharField(max_length=12, choices=Kind.choices, default=Kind.STOCK)
    currency = models.CharField(max_length=3, help_text="Currency of its prices; GBX, ILA and ZAC are hundredths.")
    isin = models.CharField("ISIN", max_length=12, blank=True)
    exchange_mic = models.CharField("exchange (MIC)", max_length=4, blank=True)
    sector = models.CharField(max_length=60, blank=True)
    country = models.CharField(max_length=2, blank=True, help_text="ISO 3166 code of its domicile.")
    price_source = models.CharField(max_length=12, choices=Source.choices, default=Source.MANUAL)
    created_at = models.DateTimeField(default=timezone.now, editable=False)
    updated_at = models.DateTimeField(auto_now=True)

    objects = InstrumentQuerySet.as_manager()

    class Meta:
        ordering = ["symbol"]
        constraints = [
            models.UniqueConstraint(fields=["owner", "symbol"], nulls_distinct=False, name="instrument_owner_symbol"),
            models.CheckConstraint(condition=~Q(symbol=""), name="instrument_symbol_set"),
            models.CheckConstraint(condition=Q(currency__regex=r"^[A-Z]{3}$"), name="instrument_currency"),
        ]

    def __str__(self) -> str:
        return self.symbol

    @property
    def version(self) -> str:
        """Differs after every change: what an ETag is made of."""
        return format_version(self.updated_at)

    @property
    def is_simulated(self) -> bool:
        return self.price_source == self.Source.SIMULATED
