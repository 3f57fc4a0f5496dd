"""The API: every address below /api/, its description, and JSON answers also for what is not there."""

from functools import cache
from typing import Any

from django.conf import settings
from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.urls import include, path, re_path
from django.views.decorators.cache import cache_control
from django.views.decorators.csrf import csrf_exempt, ensure_csrf_cookie
from drf_spectacular.generators import SchemaGenerator
from drf_spectacular.renderers import OpenApiJsonRenderer, OpenApiYamlRenderer

from common.api.etags import make_etag
from common.api.renderers import dump_json
from ops.api import HealthView, LiveView

RENDERERS = {"yaml": OpenApiYamlRenderer, "json": OpenApiJsonRenderer}


@cache
def describe_api(kind: str) -> bytes:
    """Return the OpenAPI description; it changes with the program only."""
    schema = SchemaGenerator().get_schema(public=True)
    rendered = RENDERERS[kind]().render(schema, renderer_context={})
    return rendered.encode() if isinstance(rendered, str) else rendered


@cache_control(max_age=300)
def schema_view(request: HttpRequest) -> HttpResponse:
    kind = request.GET.get("format", "yaml")
    if kind not in RENDERERS:
        return _refuse(400, "invalid_input", f"format: one of {', '.join(RENDERERS)}.")
    tag = f'"{make_etag(settings.VERSION, kind, len(describe_api(kind)))}"'
    if request.headers.get("If-None-Match") == tag:
        return HttpResponse(status=304, headers={"ETag": tag})
    return HttpResponse(describe_api(kind), content_type=RENDERERS[kind].media_type, headers={"ETag": tag})


@ensure_csrf_cookie
def docs_view(request: HttpRequest) -> HttpResponse:
    return render(request, "api/docs.html")


@csrf_exempt
def missing_view(request: HttpRequest, **_: Any) -> HttpResponse:
    return _refuse(404, "not_found", "There is no such address in the API; /api/docs lists them.")


def _refuse(status: int, code: str, message: str) -> HttpResponse:
    return HttpResponse(dump_json({"code": code, "message": message, "detail": {}}), status=status, content_type="application/json")


urlpatterns = [
    path("health", HealthView.as_view()),
    path("health/live", LiveView.as_view()),
    path("schema", schema_view, name="api-schema"),
    path("docs", docs_view, name="api-docs"),
    path("ums/", include("accounts.api.urls")),
    path("v1/", include("portfolio.api.urls")),
    re_path("^", missing_view),
]
