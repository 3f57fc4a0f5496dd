"""Exchange rates as a list."""

import datetime as dt
from typing import TYPE_CHECKING

from django.db.models import Q, QuerySet

from portfolio.models import FxRate

if TYPE_CHECKING:
    from accounts.models import User


def list_fx_rates(*, user: "User", base: str = "", quote: str = "", start: dt.date | None = None, end: dt.date | None = None) -> QuerySet[FxRate]:
    """Return the shared rates and the user's own, newest first; of a pair and between two days, both included."""
    wanted = Q(owner=None) | Q(owner=user)
    for name, value in (("base", base), ("quote", quote), ("date__gte", start), ("date__lte", end)):
        if value:
            wanted &= Q((name, value))
    return FxRate.objects.filter(wanted).order_by("-date", "base", "quote", "id")
