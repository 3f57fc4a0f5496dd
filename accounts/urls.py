"""Pages about oneself."""

from django.urls import path

from accounts.views import passwords, settings, signin, tokens

app_name = "accounts"

urlpatterns = [
    path("login/", signin.login, name="login"),
    path("logout/", signin.logout, name="logout"),
    path("password/change/", passwords.password_change, name="password_change"),
    path("password/reset/", passwords.password_reset, name="password_reset"),
    path("password/reset/sent/", passwords.password_reset_sent, name="password_reset_sent"),
    path("password/reset/<uidb64>/<token>/", passwords.NewPasswordView.as_view(), name="password_reset_confirm"),
    path("settings/", settings.settings, name="settings"),
    path("settings/sessions/", settings.sessions, name="sessions"),
    path("settings/sessions/end-others/", settings.sessions_end_others, name="sessions_end_others"),
    path("settings/sessions/<uuid:session_id>/end/", settings.session_end, name="session_end"),
    path("settings/tokens/", tokens.tokens, name="tokens"),
    path("settings/tokens/new/", tokens.token_create, name="token_create"),
    path("settings/tokens/<uuid:token_id>/revoke/", tokens.token_revoke, name="token_revoke"),
]
