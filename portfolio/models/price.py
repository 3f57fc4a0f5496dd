"""Daily closes."""

from django.db import models
from django.db.models import FloatField, Q
from django.db.models.functions import Cast

from portfolio.models.instrument import Instrument


class Price(models.Model):
    instrument = models.ForeignKey(Instrument, on_delete=models.CASCADE, related_name="prices")
    date = models.DateField()
    close = models.DecimalField(max_digits=28, decimal_places=10)
    # For the daily series. To turn ten years of exact closes into float64 for each figure costs more than to read them.
    close_float = models.GeneratedField(expression=Cast("close", FloatField()), output_field=FloatField(), db_persist=True)
    source = models.CharField(max_length=12, default=Instrument.Source.MANUAL, choices=Instrument.Source.choices)

    class Meta:
        ordering = ["instrument", "-date"]
        constraints = [
            models.UniqueConstraint(fields=["instrument", "date"], include=["close", "close_float"], name="price_instrument_date"),
            # The upper bound is that of the column; it keeps out NaN, which PostgreSQL sorts above every number.
            models.CheckConstraint(condition=Q(close__gte=0) & Q(close__lt=10**18), name="price_close_not_negative"),
        ]

    def __str__(self) -> str:
        return f"{self.instrument.symbol} {self.date}"
