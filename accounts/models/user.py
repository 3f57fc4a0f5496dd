"""The person who signs in."""

from typing import Any, ClassVar

from django.contrib.auth.models import AbstractBaseUser, BaseUserManager, PermissionsMixin
from django.db import models
from django.db.models.functions import Lower
from django.utils import timezone

from accounts.models.validators import validate_base_currency, validate_locale, validate_one_line, validate_time_zone
from common.identifiers import uuid7
from common.text import has_unwanted


class UserManager(BaseUserManager["User"]):
    def create_user(self, email: str, password: str | None = None, **fields: Any) -> "User":
        """Save a new user. The password is taken as it is: `accounts.services.users` checks it. Raises ValidationError."""
        user = self.model(email=self.model.normalize_username(email), **fields)
        user.set_password(password)
        user.full_clean(exclude=["password"])
        user.save(using=self._db)
        return user

    def create_superuser(self, email: str, password: str | None = None, **fields: Any) -> "User":
        return self.create_user(email, password, **{"is_staff": True, "is_superuser": True, **fields})

    def get_by_natural_key(self, username: str | None) -> "User":
        # Addresses are stored folded, so this reads the unique index. What PostgreSQL cannot even compare is nobody's address.
        email = self.model.normalize_username(username or "")
        if has_unwanted(email):
            raise self.model.DoesNotExist
        return self.get(email=email)


class User(AbstractBaseUser, PermissionsMixin):
    id = models.UUIDField(primary_key=True, default=uuid7, editable=False)
    email = models.EmailField(
        "e-mail address",
        max_length=254,
        unique=True,
        error_messages={"unique": "This e-mail address is taken."},
        help_text="The sign-in name; upper and lower case do not matter.",
    )
    name = models.CharField("display name", max_length=100, blank=True, validators=[validate_one_line])
    base_currency = models.CharField(
        max_length=3, default="EUR", validators=[validate_base_currency], help_text="The currency that new portfolios start with."
    )
    locale = models.CharField(
        max_length=15, default="en", validators=[validate_locale], help_text="How numbers and dates are written, e.g. en, de, fr_CH."
    )
    time_zone = models.CharField(max_length=64, default="UTC", validators=[validate_time_zone], help_text="The zone that decides which day is today.")
    is_staff = models.BooleanField("staff", default=False, help_text="May enter the administration.")
    is_active = models.BooleanField("active", default=True, help_text="Off: may not sign in.")
    created_at = models.DateTimeField(default=timezone.now, editable=False)

    objects = UserManager()

    USERNAME_FIELD = "email"
    EMAIL_FIELD = "email"
    REQUIRED_FIELDS: ClassVar[list[str]] = []

    class Meta:
        ordering = ["email"]
        constraints = [models.UniqueConstraint(Lower("email"), name="user_email_unique", violation_error_message="This e-mail address is taken.")]

    def __str__(self) -> str:
        return self.name or self.email

    @classmethod
    def normalize_username(cls, username: str) -> str:
        """Return the address as it is stored and looked up; `clean()` applies it to every form."""
        return super().normalize_username(username).strip().lower()

    def get_full_name(self) -> str:
        return self.name or self.email

    def get_short_name(self) -> str:
        return self.name or self.email.partition("@")[0]
