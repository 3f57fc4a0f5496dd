"""Below /api/ums/."""

from django.urls import path

from accounts.api import audit, auth, profile, sessions, tokens, users

urlpatterns = [
    path("auth/login", auth.LoginView.as_view()),
    path("auth/proof", auth.ProofView.as_view()),
    path("auth/refresh", auth.RefreshView.as_view()),
    path("auth/logout", auth.LogoutView.as_view()),
    path("auth/session", auth.AuthStateView.as_view()),
    path("audit", audit.AuditListView.as_view()),
    path("sessions", sessions.SessionListView.as_view()),
    path("sessions/<uuid:session_id>", sessions.SessionView.as_view()),
    path("tokens", tokens.TokenListView.as_view()),
    path("tokens/<uuid:token_id>", tokens.TokenView.as_view()),
    path("users", users.UserListView.as_view()),
    path("users/<uuid:user_id>", users.UserView.as_view()),
    path("users/<uuid:user_id>/sessions", users.UserSessionsView.as_view()),
    path("profile", profile.ProfileView.as_view()),
]
