"""The shapes of the accounts API."""

from rest_framework import serializers

from accounts.models import User, UserSession
from accounts.passwords import LONGEST_PASSWORD


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


class LoginSerializer(serializers.Serializer[None]):
    # Not an e-mail field: what is no address is answered like an address that has no account.
    email = serializers.CharField(max_length=254)
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
    refresh = serializers.CharField(max_length=4096)


class LogoutSerializer(serializers.Serializer[None]):
    refresh = serializers.CharField(max_length=4096, required=False, help_text="Needed when no access token is sent.")


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
