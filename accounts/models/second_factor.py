"""What a person shows besides the password: codes of an authenticator app, and recovery codes."""

from django.conf import settings
from django.db import models
from django.utils import timezone


class TotpFactor(models.Model):
    """An authenticator app (RFC 6238). It counts from `confirmed_at` on; before, it is only being set up."""

    user = models.OneToOneField(settings.AUTH_USER_MODEL, on_delete=models.CASCADE, related_name="totp_factor")
    # Encrypted by common.encryption.
    seed = models.TextField(editable=False)
    # The time step of the last code that was taken: a code works once, and no older one after it.
    last_step = models.BigIntegerField(default=0, editable=False)
    created_at = models.DateTimeField(default=timezone.now)
    confirmed_at = models.DateTimeField(null=True, blank=True)
    last_used_at = models.DateTimeField(null=True, blank=True)

    class Meta:
        verbose_name = "authenticator app"

    def __str__(self) -> str:
        return f"Authenticator app of {self.user}"


class RecoveryCode(models.Model):
    """One of ten codes for the day when the authenticator is lost. Hashed like a password; each works once."""

    user = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.CASCADE, related_name="recovery_codes")
    code_hash = models.CharField(max_length=200, editable=False)
    created_at = models.DateTimeField(default=timezone.now)
    used_at = models.DateTimeField(null=True, blank=True)

    class Meta:
        verbose_name = "recovery code"

    def __str__(self) -> str:
        return f"Recovery code of {self.user}"
