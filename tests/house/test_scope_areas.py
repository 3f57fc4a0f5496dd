"""Every view of the API either names the area whose scopes open it to personal tokens, or is known to be closed to them."""

import pytest
from django.urls import URLPattern, URLResolver, get_resolver

from accounts.api.authentication import PersonalTokenAuthentication
from accounts.scopes import AREAS

# Access itself: a token must not make, see or end tokens and sessions, nor sign in or out.
CLOSED = {
    "LoginView",
    "RefreshView",
    "LogoutView",
    "AuthStateView",
    "ProofView",
    "SessionListView",
    "SessionView",
    "TokenListView",
    "TokenView",
    "SharesView",
    "ShareView",
}
# Ask nobody who he is.
OPEN = {"HealthView", "LiveView"}


def list_api_views(resolver: URLResolver, path: str = "") -> list[type]:
    views = []
    for entry in resolver.url_patterns:
        here = f"{path}{entry.pattern}"
        if isinstance(entry, URLResolver):
            views += list_api_views(entry, here)
        elif isinstance(entry, URLPattern) and here.startswith("api/") and hasattr(entry.callback, "view_class"):
            views.append(entry.callback.view_class)
    return views


VIEWS = sorted(set(list_api_views(get_resolver())), key=lambda view: view.__name__)


@pytest.mark.parametrize("view", VIEWS, ids=lambda view: view.__name__)
def test_view_declares_its_area_or_is_closed_to_personal_tokens(view: type) -> None:
    area = getattr(view, "scope_area", None)
    assert (area is None) == (view.__name__ in CLOSED | OPEN)
    assert area is None or area in AREAS


@pytest.mark.parametrize("view", [view for view in VIEWS if getattr(view, "scope_area", None)], ids=lambda view: view.__name__)
def test_view_with_an_area_takes_personal_tokens(view: type) -> None:
    assert PersonalTokenAuthentication in view.authentication_classes


def test_views_were_found() -> None:
    assert len(VIEWS) > 20
