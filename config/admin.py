"""The admin site: who may enter, its menu, and its exceptions to the content security policy."""

from typing import Any

from csp.constants import SELF, UNSAFE_EVAL, UNSAFE_INLINE
from csp.decorators import csp_replace, csp_update
from django.apps import apps
from django.conf import settings
from django.contrib import admin
from django.contrib.auth.views import redirect_to_login
from django.core.exceptions import PermissionDenied
from django.http import HttpRequest, HttpResponse, HttpResponseRedirect
from django.shortcuts import redirect
from django.templatetags.static import static
from django.urls import reverse
from unfold.sites import UnfoldAdminSite

# The menu: group, then (model, symbol). What is not registered is left out, so an app may come or go.
MENU = (
    (
        "People",
        (
            ("accounts.User", "person"),
            ("accounts.UserSession", "devices"),
            ("accounts.PersonalToken", "key"),
            ("accounts.SignInThrottle", "lock_clock"),
            ("auth.Group", "group"),
            ("accounts.AuditEvent", "history"),
        ),
    ),
    (
        "Portfolios",
        (
            ("portfolio.Portfolio", "account_balance_wallet"),
            ("portfolio.BrokerageAccount", "account_balance"),
            ("portfolio.Transaction", "receipt_long"),
            ("portfolio.ImportBatch", "upload_file"),
            ("portfolio.Share", "share"),
            ("portfolio.AccessReason", "policy"),
        ),
    ),
    (
        "Market data",
        (("portfolio.Instrument", "candlestick_chart"), ("portfolio.Price", "show_chart"), ("portfolio.FxRate", "currency_exchange")),
    ),
    ("Operations", (("ops.SecurityReport", "verified_user"),)),
)


class PortfolioAdminSite(UnfoldAdminSite):  # type: ignore[misc]  # the theme has no annotations
    """Signing in and out and changing one's password happen on our own pages: one way in, one kind of session."""

    def admin_view(self, view: Any, cacheable: bool = False) -> Any:
        """Loosen the policy for the theme: its Alpine.js evaluates expressions ('unsafe-eval' for scripts) and it writes
        its colours into a style element ('unsafe-inline' for styles). Inline scripts stay forbidden."""
        loosen_scripts = csp_update({"script-src": [UNSAFE_EVAL]})
        loosen_styles = csp_replace({"style-src": [SELF, UNSAFE_INLINE]})
        return loosen_styles(loosen_scripts(super().admin_view(view, cacheable)))

    def login(self, request: HttpRequest, extra_context: dict[str, Any] | None = None) -> HttpResponse:
        if self.has_permission(request):
            return redirect("admin:index")
        if request.user.is_authenticated:
            raise PermissionDenied
        return redirect_to_login(request.GET.get("next") or reverse("admin:index"))

    def logout(self, request: HttpRequest, extra_context: dict[str, Any] | None = None) -> HttpResponse:
        from accounts.views.signin import logout

        return logout(request)

    def password_change(self, request: HttpRequest, extra_context: dict[str, Any] | None = None) -> HttpResponseRedirect:
        return redirect("accounts:password_change")


def list_navigation(request: HttpRequest) -> list[dict[str, Any]]:
    """Return the menu in the theme's form: the models that are registered and that this person may look at."""
    groups = [{"title": title, "separator": True, "items": list(_list_items(request, models))} for title, models in MENU]
    return [group for group in groups if group["items"]]


def find_icon(request: HttpRequest) -> str:
    """Return the address of the mark beside the title."""
    return static("brand/mark.svg")


def find_styles(request: HttpRequest) -> str:
    """Return the address of what the theme lacks."""
    return static("administration/theme.css")


def show_environment(request: HttpRequest) -> list[str]:
    """Return the label beside the user's name and its colour."""
    return [settings.APP_ENV, "danger" if settings.APP_ENV == "recovery" else "info"]


def _list_items(request: HttpRequest, models: tuple[tuple[str, str], ...]) -> Any:
    for label, symbol in models:
        app, _, name = label.partition(".")
        model = apps.all_models[app].get(name.lower())
        if model and admin.site.is_registered(model) and admin.site.get_model_admin(model).has_view_permission(request):
            address = reverse(f"admin:{app}_{name.lower()}_changelist")
            yield {"title": str(model._meta.verbose_name_plural).capitalize(), "icon": symbol, "link": address}
