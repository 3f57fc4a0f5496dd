"""The person who signs in."""

from typing import Any

from django.contrib.auth.models import AbstractBaseUser, BaseUserManager, PermissionsMixin
from django.db import models
from django.db.models.functions import Lower
from django.utils import timezone

from common.identifiers import uuid7


class UserManager(BaseUserManager["User"]):
    def create_user(self, email: str, password: str | None = None, **fields: Any) -> "User":
        user = self.model(email=email.strip().lower(), **fields)
        user.set_password(password)
        user.full_clean(exclude=["password"])
        user.save(using=self._db)
        return user

    def create_superuser(self, email: str, password: str | None = None, **fields: Any) -> "User":
        return self.create_user(email, password, **{"is_staff": True, "is_superuser": True, **fields})

    def get_by_natural_key(self, username: str | None) -> "User":
        return self.get(email__iexact=username)


class User(AbstractBaseUser, PermissionsMixin):
    id = models.UUIDField(primary_key=True, default=uuid7, editable=False)
    email = models.EmailField(max_length=254, unique=True, help_text="The sign-in name; upper and lower case do not matter.")
    name = models.CharField("display name", max_length=100, blank=True)
    base_currency = models.CharField(max_length=3, default="EUR", help_text="The currency that new portfolios start with.")
    locale = models.CharField(max_length=15, default="en", help_text="How numbers and dates are written, e.g. en, de, fr_CH.")
    time_zone = models.CharField(max_length=64, default="UTC", help_text="The zone that decides which day is today.")
    is_staff = models.BooleanField(default=False, help_text="May enter the administration.")
    is_active = models.BooleanField(default=True, help_text="Off: may not sign in.")
    created_at = models.DateTimeField(default=timezone.now, editable=False)

    objects = UserManager()

    USERNAME_FIELD = "email"
    EMAIL_FIELD = "email"
    REQUIRED_FIELDS: list[str] = []

    class Meta:
        ordering = ["email"]
        constraints = [models.UniqueConstraint(Lower("email"), name="user_email_unique", violation_error_message="This e-mail address is taken.")]

    def __str__(self) -> str:
        return self.name or self.email

    def get_full_name(self) -> str:
        return self.name or self.email

    def get_short_name(self) -> str:
        return self.name or self.email.partition("@")[0]
