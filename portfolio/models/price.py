"""Daily closes."""

from django.db import models
from django.db.models import Q

from portfolio.models.instrument import Instrument


class Price(models.Model):
    instrument = models.ForeignKey(Instrument, on_delete=models.CASCADE, related_name="prices")
    date = models.DateField()
    close = models.DecimalField(max_digits=28, decimal_places=10)
    source = models.CharField(max_length=12, default=Instrument.Source.MANUAL, choices=Instrument.Source.choices)

    class Meta:
        ordering = ["instrument", "-date"]
        constraints = [
            models.UniqueConstraint(fields=["instrument", "date"], include=["close"], name="price_instrument_date"),
            # The upper bound is that of the column; it keeps out NaN, which PostgreSQL sorts above every number.
            models.CheckConstraint(condition=Q(close__gte=0) & Q(close__lt=10**18), name="price_close_not_negative"),
        ]

    def __str__(self) -> str:
        return f"{self.instrument_id} {self.date}"
