"""How often a sign-in was tried in vain: in the database, so that the limit holds whatever becomes of the cache."""

from django.db import models
from django.utils import timezone


class SignInThrottle(models.Model):
    """One row for an account and a place, and one for an account and every place that it has never been used from."""

    # Hashes of names, not names: what people type there by mistake is often their password.
    key = models.CharField(max_length=64, primary_key=True)
    account = models.CharField(max_length=64, db_index=True)
    place = models.CharField(max_length=60, blank=True, help_text="An address, a browser, or nothing: every unknown place.")
    failures = models.PositiveIntegerField(default=0)
    last_at = models.DateTimeField("last attempt", default=timezone.now, db_index=True)
    blocked_until = models.DateTimeField(null=True, blank=True)

    class Meta:
        verbose_name = "sign-in limit"

    def __str__(self) -> str:
        return f"{self.account[:12]} from {self.place or 'unknown places'}"
