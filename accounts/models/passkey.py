"""Passkeys (WebAuthn): a key pair on a person's device, which signs in without a password."""

from django.conf import settings
from django.db import models
from django.utils import timezone

from accounts.models.validators import validate_one_line


class Passkey(models.Model):
    user = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.CASCADE, related_name="passkeys")
    name = models.CharField(max_length=60, validators=[validate_one_line])
    # The id that the device gave to the key, and the public key with its origin (AttestedCredentialData), in hexadecimal.
    credential_id = models.CharField(max_length=2046, unique=True, editable=False)
    credential = models.TextField(editable=False)
    # Of devices that count their signatures: a number that does not grow betrays a copy.
    sign_count = models.BigIntegerField(default=0, editable=False)
    created_at = models.DateTimeField(default=timezone.now)
    last_used_at = models.DateTimeField(null=True, blank=True)

    class Meta:
        ordering = ["created_at"]

    def __str__(self) -> str:
        return self.name
