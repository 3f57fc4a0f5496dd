"""Every address."""

from django.contrib import admin
from django.urls import include, path

urlpatterns = [
    path("admin/", admin.site.urls),
    path("api/", include("config.api")),
    path("", include("accounts.urls")),
    path("", include("portfolio.urls")),
]

# Also tells an outage of the database from a fault of ours.
handler500 = "ops.views.answer_failure"
