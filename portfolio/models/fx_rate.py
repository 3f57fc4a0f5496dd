"""Exchange rates of a day: 1 base = rate quote."""

from django.conf import settings
from django.db import models
from django.db.models import F, Q


class FxRate(models.Model):
    owner = models.ForeignKey(
        settings.AUTH_USER_MODEL, null=True, blank=True, on_delete=models.CASCADE, related_name="fx_rates", help_text="Empty: shared by all users."
    )
    date = models.DateField()
    base = models.CharField(max_length=3)
    quote = models.CharField(max_length=3)
    rate = models.DecimalField(max_digits=28, decimal_places=12)
    source = models.CharField(max_length=12, default="manual")

    class Meta:
        ordering = ["-date", "base", "quote"]
        verbose_name = "exchange rate"
        constraints = [
            models.UniqueConstraint(
                fields=["owner", "base", "quote", "date"], nulls_distinct=False, include=["rate"], name="fx_rate_owner_pair_date"
            ),
            # The upper bound is that of the column; it keeps out NaN, which PostgreSQL sorts above every number.
            models.CheckConstraint(condition=Q(rate__gt=0) & Q(rate__lt=10**16), name="fx_rate_positive"),
            models.CheckConstraint(condition=~Q(base=F("quote")), name="fx_rate_two_currencies"),
        ]

    def __str__(self) -> str:
        return f"{self.base}/{self.quote} {self.date}"
