"""People and their sessions in the administration."""

from typing import Any

from django.contrib import admin, messages
from django.contrib.auth.admin import GroupAdmin as DjangoGroupAdmin
from django.contrib.auth.admin import UserAdmin as DjangoUserAdmin
from django.contrib.auth.models import Group
from django.db.models import QuerySet
from django.forms import ModelForm
from django.http import HttpRequest
from django.utils.html import format_html
from django.utils.safestring import SafeString

from accounts.models import Passkey, PersonalToken, RecoveryCode, SignInThrottle, TotpFactor, User, UserSession
from accounts.services.lockout import unlock_user
from accounts.services.passkeys import remove_every_passkey
from accounts.services.personal_tokens import revoke_token
from accounts.services.second_factor import disable_second_factor
from accounts.services.sessions import end_session, end_sessions
from accounts.services.users import deactivate_user, set_password
from common.admin import AdminPasswordChangeForm, BaseAdmin, ReadOnlyAdmin, UserCreationForm, display

ROLE_FIELDS = ["is_staff", "is_superuser", "groups"]

admin.site.unregister(Group)


class NewUserForm(UserCreationForm):  # type: ignore[misc]  # the theme has no annotations
    class Meta:
        model = User
        fields = ["email", "name"]


class PasswordForm(AdminPasswordChangeForm):  # type: ignore[misc]
    """Sets another person's password by the service, which ends that person's sessions."""

    def save(self, commit: bool = True) -> User:
        if self.cleaned_data.get("set_usable_password") is False:
            super().save(commit)
            end_sessions(user=self.user, reason="password switched off")
            return self.user  # type: ignore[no-any-return]
        set_password(user=self.user, password=self.cleaned_data["password1"], reason="password set by an administrator")
        return self.user  # type: ignore[no-any-return]


@admin.register(Group)
class GroupAdmin(DjangoGroupAdmin, BaseAdmin):
    search_fields = ["name"]


@admin.register(User)
class UserAdmin(DjangoUserAdmin, BaseAdmin):  # type: ignore[type-arg]  # takes no argument at run time
    form = ModelForm
    add_form = NewUserForm
    change_password_form = PasswordForm
    list_display = ["email", "name", "show_state", "is_staff", "last_login", "created_at"]
    list_filter = ["is_active", "is_staff", "groups"]
    search_fields = ["email", "name"]
    ordering = ["email"]
    readonly_fields = ["show_password", "last_login", "created_at"]
    # Rights come with groups; what a single person has beside them would be found by nobody.
    filter_horizontal = []
    autocomplete_fields = ["groups"]
    fieldsets = [
        (None, {"fields": ["email", "name", "show_password", "is_active"]}),
        ("Preferences", {"fields": ["base_currency", "locale", "time_zone"]}),
        ("Role", {"fields": [*ROLE_FIELDS]}),
        ("Dates", {"fields": ["last_login", "created_at"]}),
    ]
    add_fieldsets = [(None, {"fields": ["email", "name", "usable_password", "password1", "password2"]})]
    actions = ["close_accounts", "unlock_accounts", "remove_second_factors"]

    @display(description="State", label={"active": "success", "closed": "danger"})  # type: ignore[untyped-decorator]
    def show_state(self, user: User) -> str:
        return "active" if user.is_active else "closed"

    @display(description="Password")  # type: ignore[untyped-decorator]
    def show_password(self, user: User) -> SafeString:
        return format_html('<a class="text-primary-600 dark:text-primary-500" href="{}">Set a new password</a>', "../password/")

    def get_readonly_fields(self, request: HttpRequest, obj: User | None = None) -> list[str]:
        """Only a superuser gives roles: an administrator could otherwise make himself one."""
        fixed = [*self.readonly_fields]
        return fixed if request.user.is_superuser else [*fixed, *ROLE_FIELDS]

    def has_change_permission(self, request: HttpRequest, obj: User | None = None) -> bool:
        """Only a superuser changes a superuser, password included."""
        allowed = bool(super().has_change_permission(request, obj))
        return allowed and (obj is None or not obj.is_superuser or request.user.is_superuser)

    def has_delete_permission(self, request: HttpRequest, obj: User | None = None) -> bool:
        """Accounts are closed, not deleted: their ledgers would go with them."""
        return False

    def save_model(self, request: HttpRequest, obj: User, form: Any, change: bool) -> None:
        super().save_model(request, obj, form, change)
        if change and "is_active" in form.changed_data and not obj.is_active:
            deactivate_user(user=obj)
        elif change and not {*ROLE_FIELDS}.isdisjoint(form.changed_data):
            own = request.user_session if obj == request.user else None  # type: ignore[attr-defined]  # the middleware sets it
            end_sessions(user=obj, reason="rights changed", keep=own, keep_tokens=True)

    @admin.action(description="Close the selected accounts and end their sessions", permissions=["change"])
    def close_accounts(self, request: HttpRequest, users: QuerySet[User]) -> None:
        open_ones = [user for user in users.filter(is_active=True) if user != request.user and self.has_change_permission(request, user)]
        for user in open_ones:
            deactivate_user(user=user)
        self.message_user(request, f"Closed: {len(open_ones)}. Your own account is never closed here.", messages.SUCCESS)

    @admin.action(description="Let the selected accounts sign in again at once", permissions=["change"])
    def unlock_accounts(self, request: HttpRequest, users: QuerySet[User]) -> None:
        unlocked = sum(unlock_user(user=user) > 0 for user in users if self.has_change_permission(request, user))
        self.message_user(request, f"Failed attempts forgotten: {unlocked} accounts.", messages.SUCCESS)

    @admin.action(description="Turn off second factor and passkeys of the selected accounts and end their sessions", permissions=["change"])
    def remove_second_factors(self, request: HttpRequest, users: QuerySet[User]) -> None:
        others = [user for user in users if user != request.user and self.has_change_permission(request, user)]
        reason = "second factor turned off by an administrator"
        removed = sum(disable_second_factor(user=user, reason=reason) | (remove_every_passkey(user=user, reason=reason) > 0) for user in others)
        self.message_user(request, f"Second factors turned off: {removed}. Your own is changed in your settings.", messages.SUCCESS)


@admin.register(TotpFactor)
class TotpFactorAdmin(ReadOnlyAdmin):
    list_display = ["user", "created_at", "confirmed_at", "last_used_at"]
    list_filter = [("confirmed_at", admin.EmptyFieldListFilter)]
    search_fields = ["user__email", "user__name"]
    fields = ["user", "created_at", "confirmed_at", "last_used_at"]


@admin.register(Passkey)
class PasskeyAdmin(ReadOnlyAdmin):
    list_display = ["user", "name", "created_at", "last_used_at"]
    search_fields = ["user__email", "user__name", "name"]
    fields = ["user", "name", "created_at", "last_used_at"]


@admin.register(RecoveryCode)
class RecoveryCodeAdmin(ReadOnlyAdmin):
    list_display = ["user", "created_at", "used_at"]
    list_filter = [("used_at", admin.EmptyFieldListFilter)]
    search_fields = ["user__email", "user__name"]
    fields = ["user", "created_at", "used_at"]


@admin.register(SignInThrottle)
class SignInThrottleAdmin(ReadOnlyAdmin):
    list_display = ["show_account", "show_place", "failures", "last_at", "blocked_until"]
    list_filter = [("blocked_until", admin.EmptyFieldListFilter)]
    search_fields = ["place"]
    ordering = ["-last_at"]
    fields = ["account", "place", "failures", "last_at", "blocked_until"]

    @display(description="Account (hash)")  # type: ignore[untyped-decorator]
    def show_account(self, row: SignInThrottle) -> str:
        return row.account[:12]

    @display(description="Place")  # type: ignore[untyped-decorator]
    def show_place(self, row: SignInThrottle) -> str:
        return row.place or "every unknown place"


@admin.register(UserSession)
class UserSessionAdmin(ReadOnlyAdmin):
    list_display = ["user", "kind", "show_state", "ip", "device", "created_at", "last_seen_at"]
    list_filter = ["kind", ("ended_at", admin.EmptyFieldListFilter)]
    list_select_related = ["user"]
    search_fields = ["user__email", "user__name", "device"]
    ordering = ["-created_at"]
    fields = ["id", "user", "kind", "ip", "device", "created_at", "last_seen_at", "expires_at", "ended_at", "end_reason"]
    actions = ["end_selected"]

    @display(description="State", label={"open": "success", "ended": "danger", "expired": "warning"})  # type: ignore[untyped-decorator]
    def show_state(self, session: UserSession) -> str:
        if session.is_active:
            return "open"
        return "ended" if session.ended_at else "expired"

    def has_end_permission(self, request: HttpRequest) -> bool:
        return request.user.has_perm("accounts.change_usersession")

    @admin.action(description="End the selected sessions", permissions=["end"])
    def end_selected(self, request: HttpRequest, sessions: QuerySet[UserSession]) -> None:
        ended = sum(end_session(session=session, reason="ended by an administrator") for session in sessions.order_by("id"))
        self.message_user(request, f"Sessions ended: {ended}.", messages.SUCCESS)


@admin.register(PersonalToken)
class PersonalTokenAdmin(ReadOnlyAdmin):
    """Who made which tokens. Neither their text nor its hash is shown."""

    list_display = ["user", "name", "prefix", "show_state", "show_scopes", "expires_at", "last_used_at", "last_used_from"]
    list_filter = [("revoked_at", admin.EmptyFieldListFilter)]
    list_select_related = ["user"]
    search_fields = ["user__email", "user__name", "name", "prefix"]
    ordering = ["-created_at"]
    fields = ["user", "name", "prefix", "show_scopes", "created_at", "expires_at", "last_used_at", "last_used_from", "revoked_at", "session"]
    actions = ["revoke_selected"]

    @display(description="State", label={"works": "success", "revoked": "danger", "expired": "warning"})  # type: ignore[untyped-decorator]
    def show_state(self, token: PersonalToken) -> str:
        if token.is_live:
            return "works"
        return "revoked" if token.revoked_at else "expired"

    @display(description="Scopes")  # type: ignore[untyped-decorator]
    def show_scopes(self, token: PersonalToken) -> str:
        return ", ".join(token.scopes)

    def has_end_permission(self, request: HttpRequest) -> bool:
        return request.user.has_perm("accounts.change_personaltoken")

    @admin.action(description="Revoke the selected tokens", permissions=["end"])
    def revoke_selected(self, request: HttpRequest, tokens: QuerySet[PersonalToken]) -> None:
        rows = tokens.select_related("session").order_by("id")
        revoked = sum(revoke_token(token=token, reason="revoked by an administrator") for token in rows)
        self.message_user(request, f"Tokens revoked: {revoked}.", messages.SUCCESS)
