"""Pages about oneself."""

from django.urls import path

from accounts.views import passkeys, passwords, security, settings, signin, tokens

app_name = "accounts"

urlpatterns = [
    path("login/", signin.login, name="login"),
    path("login/code/", signin.login_code, name="login_code"),
    path("login/passkey/", passkeys.login_passkey, name="login_passkey"),
    path("logout/", signin.logout, name="logout"),
    path("password/change/", passwords.password_change, name="password_change"),
    path("password/reset/", passwords.password_reset, name="password_reset"),
    path("password/reset/sent/", passwords.password_reset_sent, name="password_reset_sent"),
    path("password/reset/<uidb64>/<token>/", passwords.NewPasswordView.as_view(), name="password_reset_confirm"),
    path("settings/", settings.settings, name="settings"),
    path("prove/", security.prove, name="prove"),
    path("settings/security/", security.security, name="security"),
    path("settings/security/app/", security.totp_confirm, name="totp_confirm"),
    path("settings/security/app/begin/", security.totp_begin, name="totp_begin"),
    path("settings/security/app/remove/", security.totp_disable, name="totp_disable"),
    path("settings/security/recovery-codes/", security.recovery_codes_renew, name="recovery_codes_renew"),
    path("settings/security/passkeys/new/", passkeys.passkey_add, name="passkey_add"),
    path("settings/security/passkeys/<int:passkey_id>/remove/", passkeys.passkey_remove, name="passkey_remove"),
    path("settings/sessions/", settings.sessions, name="sessions"),
    path("settings/sessions/end-others/", settings.sessions_end_others, name="sessions_end_others"),
    path("settings/sessions/<uuid:session_id>/end/", settings.session_end, name="session_end"),
    path("settings/tokens/", tokens.tokens, name="tokens"),
    path("settings/tokens/new/", tokens.token_create, name="token_create"),
    path("settings/tokens/<uuid:token_id>/revoke/", tokens.token_revoke, name="token_revoke"),
]
