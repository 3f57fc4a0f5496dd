"""Forms of the page on which a portfolio is opened to others."""

import datetime as dt
from collections.abc import Mapping
from typing import Any

from django import forms

from accounts.models import User
from common.formatting import find_zone
from portfolio.forms.base import ServiceForm, set_choices
from portfolio.models import Share

PERSON_ROLES: list[tuple[str, str]] = [
    (Share.Role.READER, "Read everything"),
    (Share.Role.EDITOR, "Read, and record transactions"),
    (Share.Role.PERCENTAGES, "See percentages only, no amounts"),
]
LINK_ROLES: list[tuple[str, str]] = [(Share.Role.PERCENTAGES, "Percentages only, no amounts"), (Share.Role.READER, "Everything, with amounts")]
LIFETIMES = [(1, "One day"), (7, "A week"), (30, "30 days"), (90, "90 days")]


class UntilField(forms.DateField):
    """The last day, or nothing."""

    def __init__(self, **options: Any) -> None:
        super().__init__(required=False, widget=forms.DateInput(attrs={"type": "date"}, format="%Y-%m-%d"), input_formats=["%Y-%m-%d"], **options)


class GrantForm(ServiceForm):
    """Whom to let in, to do what, and how long."""

    service_names = {"expires_at": "until"}

    email = forms.CharField(label="E-mail address", max_length=254, widget=forms.EmailInput(attrs={"autocomplete": "off"}))
    role = forms.ChoiceField(label="May", choices=PERSON_ROLES)
    until = UntilField(label="Until", help_text="The last day. Empty: until you take it back.")

    def __init__(self, data: Mapping[str, Any] | None = None, *, user: User) -> None:
        super().__init__(data, auto_id="grant-%s")
        self.user = user

    def read_values(self) -> dict[str, Any]:
        values = self.cleaned_data
        return {"email": values["email"], "role": values["role"], "expires_at": end_of_day(values["until"], self.user)}


class LinkForm(ServiceForm):
    """What a link shows, and how long."""

    label = forms.CharField(
        label="What it is for", required=False, max_length=100, widget=forms.TextInput(attrs={"autocomplete": "off", "placeholder": "Tax adviser"})
    )
    role = forms.ChoiceField(label="Shows", choices=LINK_ROLES)
    days = forms.TypedChoiceField(label="Ends after", choices=LIFETIMES, coerce=int, initial=7)

    def __init__(self, data: Mapping[str, Any] | None = None) -> None:
        super().__init__(data, auto_id="link-%s")


class ShareForm(ServiceForm):
    """What may be changed of a grant or link that is there."""

    service_names = {"expires_at": "until"}

    role = forms.ChoiceField(label="May")
    until = UntilField(label="Until")

    def __init__(self, data: Mapping[str, Any] | None = None, *, share: Share, user: User) -> None:
        self.share, self.user = share, user
        self.last_day = share.expires_at.astimezone(find_zone(user.time_zone)).date() if share.expires_at else None
        super().__init__(data, initial={"role": share.role, "until": self.last_day}, auto_id=f"share-{share.pk}-%s")
        is_link = share.kind == Share.Kind.LINK
        set_choices(self, "role", LINK_ROLES if is_link else PERSON_ROLES)
        self.fields["role"].label = "Shows" if is_link else "May"
        self.fields["until"].required = is_link

    def read_changes(self) -> dict[str, Any]:
        """Return what the service is to change; a day that stays keeps its hour."""
        changes: dict[str, Any] = {"role": self.cleaned_data["role"]}
        if self.cleaned_data["until"] != self.last_day:
            changes["expires_at"] = end_of_day(self.cleaned_data["until"], self.user)
        return changes


def end_of_day(day: dt.date | None, user: User) -> dt.datetime | None:
    """Return the last moment of the day where the user is."""
    return dt.datetime.combine(day, dt.time.max, find_zone(user.time_zone)) if day else None
