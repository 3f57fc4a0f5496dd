"""What every page may use."""

from typing import Any

from django.conf import settings
from django.http import HttpRequest


def page_context(request: HttpRequest) -> dict[str, Any]:
    return {"VERSION": settings.VERSION, "APP_ENV": settings.APP_ENV}
