"""Below /api/ums/."""

from django.urls import path

from accounts.api import auth, sessions

urlpatterns = [
    path("auth/login", auth.LoginView.as_view()),
    path("auth/proof", auth.ProofView.as_view()),
    path("auth/refresh", auth.RefreshView.as_view()),
    path("auth/logout", auth.LogoutView.as_view()),
    path("auth/session", auth.AuthStateView.as_view()),
    path("sessions", sessions.SessionListView.as_view()),
    path("sessions/<uuid:session_id>", sessions.SessionView.as_view()),
]
