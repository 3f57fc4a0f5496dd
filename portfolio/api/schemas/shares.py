"""The shapes of sharing."""

from rest_framework import serializers

from common.api.serializers import PlainTextField, StrictSerializer
from portfolio.api.schemas.responses import Shape
from portfolio.models import Share

ROLES = "reader: everything; editor: everything, and records entries (people only); percentages: weights and returns, no amounts."


class ShareBody(StrictSerializer):
    role = serializers.ChoiceField(Share.Role.choices, help_text=ROLES)
    expires_at = serializers.DateTimeField(
        required=False, allow_null=True, help_text="Null: a grant without end. A link ends after 7 days if left out, after 90 at the latest."
    )
    label = PlainTextField(max_length=100, required=False, allow_blank=True, help_text="What a link is for.")


class NewShareBody(ShareBody):
    kind = serializers.ChoiceField(Share.Kind.choices)
    email = PlainTextField(max_length=254, required=False, help_text="Of the person.")


class ShareSerializer(Shape):
    id = serializers.UUIDField()
    kind = serializers.ChoiceField(Share.Kind.choices)
    role = serializers.ChoiceField(Share.Role.choices)
    state = serializers.ChoiceField(["pending", "active", "expired"], help_text="pending: the person has not looked yet.")
    expires_at = serializers.DateTimeField(allow_null=True)
    look_count = serializers.IntegerField(help_text="Looks at a link; visits of a person.")
    last_look_at = serializers.DateTimeField(allow_null=True)
    created_at = serializers.DateTimeField()
    updated_at = serializers.DateTimeField()
    email = serializers.CharField(allow_null=True)
    label = serializers.CharField()


class NewShareSerializer(ShareSerializer):
    url = serializers.CharField(allow_null=True, help_text="The address of a new link. It is told this once.")
