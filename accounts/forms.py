"""Forms of the pages about oneself."""

from typing import Any

from babel import Locale
from django import forms
from django.contrib.auth import forms as auth_forms

from accounts.errors import InvalidCredentialsError
from accounts.models import User
from accounts.models.validators import list_time_zones
from accounts.passwords import LONGEST_PASSWORD
from accounts.scopes import SCOPES, list_scopes
from accounts.services.lockout import Place
from accounts.services.signin import check_password
from accounts.services.users import set_password
from common.currencies import list_common_choices

ENGLISH = ["en", "en_AU", "en_CA", "en_GB", "en_IE", "en_IN", "en_NZ", "en_US", "en_ZA"]
OTHER_LOCALES = [
    "cs", "da", "de", "de_AT", "de_CH", "es", "es_MX", "fi", "fr", "fr_BE", "fr_CA", "fr_CH", "hu", "it", "it_CH", "ja",
    "ko", "nb", "nl", "nl_BE", "pl", "pt", "pt_BR", "sv", "tr", "zh",
]  # fmt: skip

CODE_INPUT = {"autocomplete": "one-time-code", "autocapitalize": "off", "spellcheck": "false", "autofocus": True}


class LoginForm(forms.Form):
    """Checks e-mail address and password together; the refusal does not tell which of the two was wrong."""

    email = forms.EmailField(label="E-mail address", max_length=254, widget=forms.EmailInput(attrs={"autocomplete": "username", "autofocus": True}))
    password = forms.CharField(
        max_length=LONGEST_PASSWORD,
        strip=False,
        widget=forms.PasswordInput(attrs={"autocomplete": "current-password"}),
        error_messages={"max_length": ""},
    )
    remember = forms.BooleanField(label="Remember me on this device", required=False)

    def __init__(self, *args: Any, place: Place, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.place = place
        self.user: User | None = None

    def clean(self) -> dict[str, Any]:
        if not self.errors:
            try:
                self.user = check_password(email=self.cleaned_data["email"], password=self.cleaned_data["password"], place=self.place)
            except InvalidCredentialsError as error:
                raise forms.ValidationError(error.message, code=error.code) from error
        return self.cleaned_data


class CodeForm(forms.Form):
    """A code of the authenticator app, or a recovery code."""

    code = forms.CharField(label="Code", max_length=64, widget=forms.TextInput(attrs=CODE_INPUT))


class PasskeyForm(forms.Form):
    """The browser's answer to a challenge, as JSON that the page's script fills in."""

    credential = forms.CharField(
        max_length=20_000, widget=forms.HiddenInput, error_messages={"required": "The browser gave no passkey. Scripts have to be allowed for this."}
    )


class NewPasskeyForm(PasskeyForm):
    name = forms.CharField(max_length=60, help_text="So that you recognise it in the list, for example: phone, security key.")


class ProofForm(forms.Form):
    """The code of a person who has a second factor, the password of another one."""

    answer = forms.CharField(label="Password", max_length=LONGEST_PASSWORD, strip=False)

    def __init__(self, *args: Any, by_code: bool, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.by_code = by_code
        if by_code:
            self.fields["answer"].label = "Code"
            self.fields["answer"].help_text = "Of your authenticator app, or a recovery code."
            self.fields["answer"].widget = forms.TextInput(attrs=CODE_INPUT)
        else:
            self.fields["answer"].widget = forms.PasswordInput(attrs={"autocomplete": "current-password", "autofocus": True})


class PasswordResetForm(forms.Form):
    email = forms.EmailField(label="E-mail address", max_length=254, widget=forms.EmailInput(attrs={"autocomplete": "email", "autofocus": True}))


class PasswordHelp:
    """Says in one sentence what the list of every validator's own help would say in four."""

    fields: dict[str, forms.Field]

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields[
            "new_password1"
        ].help_text = "At least 12 characters, not easily guessed, and nothing like your name or address. Spaces are welcome; several words are good."
        self.fields["new_password2"].help_text = ""
        self.fields["new_password2"].label = "New password again"


class PasswordChangeForm(PasswordHelp, auth_forms.PasswordChangeForm):
    """The present password, and the new one twice. Guesses count here as they do at the door."""

    def __init__(self, *args: Any, place: Place, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.place = place

    def clean_old_password(self) -> str:
        password: str = self.cleaned_data["old_password"]
        try:
            check_password(email=self.user.email, password=password, place=self.place)
        except InvalidCredentialsError as error:
            raise forms.ValidationError(self.error_messages["password_incorrect"], code="password_incorrect") from error
        return password


class NewPasswordForm(PasswordHelp, auth_forms.SetPasswordForm):  # type: ignore[type-arg]  # takes no argument at run time
    """The new password twice, after the link of a mail proved who it is."""

    def save(self, commit: bool = True) -> User:
        set_password(user=self.user, password=self.cleaned_data["new_password1"], reason="password reset")
        return self.user  # type: ignore[no-any-return]


class ProfileForm(forms.ModelForm):  # type: ignore[type-arg]  # takes no argument at run time
    base_currency = forms.ChoiceField(help_text=User._meta.get_field("base_currency").help_text)
    locale = forms.ChoiceField(label="Numbers and dates", help_text="How numbers and dates are written.")
    time_zone = forms.ChoiceField(help_text=User._meta.get_field("time_zone").help_text)

    class Meta:
        model = User
        fields = ["name", "base_currency", "locale", "time_zone"]
        help_texts = {"name": "Shown instead of your e-mail address."}

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self._offer("base_currency", list_common_choices())
        self._offer("locale", [(name, _describe_locale(name)) for name in ENGLISH + OTHER_LOCALES])
        self._offer("time_zone", [(name, name.replace("_", " ")) for name in sorted(list_time_zones())])

    def _offer(self, name: str, choices: list[tuple[str, str]]) -> None:
        """Offer the choices and, if it is none of them, the value in use: saving the page must not change it."""
        value = getattr(self.instance, name)
        field = self.fields[name]
        assert isinstance(field, forms.ChoiceField)  # noqa: S101  (declared above)
        field.choices = choices if any(value == code for code, _ in choices) else [(value, value), *choices]


def _describe_locale(name: str) -> str:
    locale = Locale.parse(name)
    return f"{locale.get_display_name('en')} – {locale.get_display_name()}" if locale.language != "en" else str(locale.get_display_name("en"))


class TokenForm(forms.Form):
    """A new access token. Only scopes that this person may give are offered."""

    name = forms.CharField(
        max_length=100, help_text="What the token is for, e.g. “backup script”.", widget=forms.TextInput(attrs={"autofocus": True})
    )
    scopes = forms.MultipleChoiceField(
        label="What it may do", widget=forms.CheckboxSelectMultiple, error_messages={"required": "Choose at least one."}
    )
    days = forms.ChoiceField(label="Works for", choices=[(30, "30 days"), (90, "90 days"), (180, "180 days"), (365, "1 year")], initial=90)

    def __init__(self, *args: Any, user: User, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        scopes = self.fields["scopes"]
        assert isinstance(scopes, forms.MultipleChoiceField)  # noqa: S101  (declared above)
        scopes.choices = [(scope, SCOPES[scope]) for scope in list_scopes(is_staff=user.is_staff)]
