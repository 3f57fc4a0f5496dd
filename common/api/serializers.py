"""Bodies, read strictly: a field that is not known is a mistake of the sender, not something to pass over."""

from collections.abc import Mapping
from typing import Any

from rest_framework import serializers

from common.errors import InvalidInputError
from common.text import has_unwanted


class StrictSerializer(serializers.Serializer[Any]):
    """Refuses unknown fields."""

    def to_internal_value(self, data: Any) -> Any:
        if isinstance(data, Mapping):
            unknown = [name for name in data if name not in self.fields]
            if unknown:
                raise serializers.ValidationError({str(name)[:40]: ["There is no such field."] for name in unknown})
        return super().to_internal_value(data)

    @property
    def given(self) -> dict[str, Any]:
        """The validated values that were in the body."""
        return dict(self.validated_data)


class PlainTextField(serializers.CharField):
    """A text: no numbers or truth values taken for one, nothing that cannot be stored."""

    default_error_messages = {"characters": "Contains characters that cannot be stored."}

    def __init__(self, *, several_lines: bool = False, **options: Any) -> None:
        super().__init__(**options)
        self.several_lines = several_lines

    def to_internal_value(self, data: Any) -> str:
        if not isinstance(data, str):
            self.fail("invalid")
        text = str(super().to_internal_value(data))
        if not text.isprintable() and has_unwanted(text, several_lines=self.several_lines):
            self.fail("characters")
        return text


class StrictBooleanField(serializers.BooleanField):
    """true or false, and nothing that merely looks like one."""

    def to_internal_value(self, data: Any) -> bool:
        if not isinstance(data, bool):
            self.fail("invalid", input=data)
        return data


def read_body(serializer_class: type[StrictSerializer], data: Any, *, partial: bool = False) -> dict[str, Any]:
    """Return the validated values of a JSON object; raise InvalidInputError or DRF's ValidationError naming the field."""
    if not isinstance(data, Mapping):
        raise InvalidInputError("The body must be a JSON object.", code="not_an_object")
    serializer = serializer_class(data=data, partial=partial)
    serializer.is_valid(raise_exception=True)
    return serializer.given
