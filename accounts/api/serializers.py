"""The shapes of the accounts API."""

from typing import Any

from rest_framework import serializers

from accounts.models import PersonalToken, User, UserSession
from accounts.passwords import LONGEST_PASSWORD
from accounts.scopes import SCOPES
from common.api.serializers import PlainTextField, StrictBooleanField, StrictSerializer


class UserSerializer(serializers.ModelSerializer[User]):
    class Meta:
        model = User
        fields = ["id", "email", "name", "is_staff", "base_currency"]
        read_only_fields = fields


class UserSessionSerializer(serializers.ModelSerializer[UserSession]):
    is_current = serializers.SerializerMethodField(help_text="Whether this request belongs to the session.")

    class Meta:
        model = UserSession
        fields = ["id", "kind", "created_at", "last_seen_at", "expires_at", "ip", "device", "is_current"]
        read_only_fields = fields

    def get_is_current(self, session: UserSession) -> bool:
        return session.pk == self.context.get("current_id")


class ProfileSerializer(serializers.ModelSerializer[User]):
    class Meta:
        model = User
        fields = ["id", "email", "name", "is_staff", "base_currency", "locale", "time_zone"]
        read_only_fields = fields


class ManagedUserSerializer(serializers.ModelSerializer[User]):
    sessions = serializers.IntegerField(source="live_sessions", read_only=True, help_text="Open now, of every kind.")

    class Meta:
        model = User
        fields = ["id", "email", "name", "is_staff", "is_superuser", "is_active", "base_currency", "created_at", "last_login", "sessions"]
        read_only_fields = fields


class UserChangeBody(StrictSerializer):
    is_active = StrictBooleanField(help_text="False: may not sign in.")


class PersonalTokenSerializer(serializers.ModelSerializer[PersonalToken]):
    scopes = serializers.ListField(child=serializers.ChoiceField(list(SCOPES)), read_only=True)

    class Meta:
        model = PersonalToken
        fields = ["id", "name", "prefix", "scopes", "created_at", "expires_at", "last_used_at", "last_used_from"]
        read_only_fields = fields


class CreatedTokenSerializer(PersonalTokenSerializer):
    token = serializers.CharField(read_only=True, help_text="Shown in this answer only.")

    class Meta(PersonalTokenSerializer.Meta):
        fields = [*PersonalTokenSerializer.Meta.fields, "token"]
        read_only_fields = fields


class NewTokenBody(StrictSerializer):
    name = PlainTextField(max_length=100, help_text="What the token is for; a working token of yours may not have it already.")
    scopes = serializers.ListField(child=serializers.ChoiceField(list(SCOPES)), min_length=1, max_length=2 * len(SCOPES))
    expires_in_days = serializers.IntegerField(min_value=1, max_value=365, required=False, help_text="90, if neither this nor expires_at is given.")
    expires_at = serializers.DateTimeField(required=False, help_text="Instead of expires_in_days: at most a year from now.")

    def validate(self, attrs: dict[str, Any]) -> dict[str, Any]:
        if len(attrs.keys() & {"expires_in_days", "expires_at"}) == 2:
            raise serializers.ValidationError({"expires_at": ["Give this or expires_in_days, not both."]})
        return attrs


class LoginSerializer(serializers.Serializer[None]):
    # Not an e-mail field: what is no address is answered like an address that has no account.
    email = PlainTextField(max_length=254)
    password = serializers.CharField(max_length=LONGEST_PASSWORD, trim_whitespace=False, style={"input_type": "password"})
    otp = serializers.CharField(
        max_length=64, required=False, allow_blank=True, help_text="A code of the authenticator app or a recovery code, if the second factor is on."
    )


class ProofSerializer(serializers.Serializer[None]):
    password = serializers.CharField(max_length=LONGEST_PASSWORD, required=False, trim_whitespace=False, help_text="While the second factor is off.")
    otp = serializers.CharField(
        max_length=64, required=False, help_text="A code of the authenticator app or a recovery code, if the second factor is on."
    )


class RefreshSerializer(serializers.Serializer[None]):
    refresh = PlainTextField(max_length=4096)


class LogoutSerializer(serializers.Serializer[None]):
    refresh = PlainTextField(max_length=4096, required=False, help_text="Needed when no access token is sent.")


class TokensSerializer(serializers.Serializer[None]):
    access = serializers.CharField()
    refresh = serializers.CharField()
    user = UserSerializer()
    session = UserSessionSerializer()


class AuthStateSerializer(serializers.Serializer[None]):
    authenticated = serializers.BooleanField()
    user = UserSerializer(required=False)
    session = UserSessionSerializer(required=False)


class ErrorSerializer(serializers.Serializer[None]):
    code = serializers.CharField()
    message = serializers.CharField()
    detail = serializers.DictField()
