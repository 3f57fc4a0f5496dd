"""What every page may use."""

from typing import Any

from django.conf import settings
from django.http import HttpRequest

from config.navigation import Navigation


def page_context(request: HttpRequest) -> dict[str, Any]:
    return {"VERSION": settings.VERSION, "APP_ENV": settings.APP_ENV, "navigation": Navigation(request)}
