"""The admin site: who may enter, and its one exception to the content security policy."""

from typing import Any

from csp.constants import NONCE, SELF, UNSAFE_EVAL, UNSAFE_INLINE
from csp.decorators import csp_update
from unfold.sites import UnfoldAdminSite


class PortfolioAdminSite(UnfoldAdminSite):
    """The theme's Alpine.js evaluates expressions and sets inline styles; nothing else of the policy is loosened."""

    def admin_view(self, view: Any, cacheable: bool = False) -> Any:
        relaxed = csp_update({"script-src": [UNSAFE_EVAL]})
        return relaxed(super().admin_view(view, cacheable))
