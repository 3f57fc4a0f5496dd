"""What every form of the portfolio has in common."""

import re
from collections.abc import Mapping, Sequence
from typing import ClassVar, cast

from django import forms
from django.core.exceptions import ValidationError

from common.errors import DomainError


def set_choices(form: forms.Form, name: str, choices: Sequence[tuple[str, str]]) -> None:
    """Give a select of this form its choices."""
    cast("forms.ChoiceField", form.fields[name]).choices = choices


class ServiceForm(forms.Form):
    """A form whose last word is a service's: what the service refuses is shown beside the field it is about."""

    # Names that services use for a field which has another name on the form.
    service_names: ClassVar[Mapping[str, str]] = {}

    def add_service_error(self, error: DomainError) -> None:
        """Show each thing that was refused beside the field it names, else above the form."""
        found = error.detail.get("problems") or [{"field": error.detail.get("field"), "code": error.code, "message": error.message}]
        for problem in found:
            # A row of a list is "[0].close"; a form has only one.
            name = str(problem["field"] or "").rpartition(".")[2]
            shown = self.service_names.get(name, name)
            text = _without_field_name(str(problem["message"]), name)
            self.add_error(shown if shown in self.fields else None, ValidationError(text, code=problem["code"]))


def _without_field_name(message: str, name: str) -> str:
    """Services begin with the field's name ("quantity: must be …", "[0] close: must be …"); beside the field it would stand twice."""
    text = re.sub(rf"^(\[[0-9]+\] )?{re.escape(name)}: ", "", message) if name else message
    return text[:1].upper() + text[1:]
