"""Pages and API while the database is away, and the access log."""

import json
import logging

import pytest
from django.db import OperationalError
from django.http import HttpRequest
from django.test import Client, RequestFactory, override_settings
from django.urls import path

from ops.views import answer_failure


def fail_by_database(request: HttpRequest) -> None:
    raise OperationalError("connection refused")


def fail_by_fault(request: HttpRequest) -> None:
    raise ZeroDivisionError


urlpatterns = [
    path("page", fail_by_database),
    path("api/v1/thing", fail_by_database),
    path("fault", fail_by_fault),
    path("api/v1/fault", fail_by_fault),
]
handler500 = answer_failure


@pytest.fixture
def visitor() -> Client:
    return Client(raise_request_exception=False)


@override_settings(ROOT_URLCONF=__name__)
def test_a_page_says_come_back_in_a_moment(visitor: Client):
    response = visitor.get("/page")
    assert response.status_code == 503
    assert response.headers["Retry-After"] == "5"
    assert b"Back in a moment" in response.content


@override_settings(ROOT_URLCONF=__name__)
def test_the_api_says_unavailable(visitor: Client):
    response = visitor.get("/api/v1/thing")
    assert response.status_code == 503
    assert json.loads(response.content)["code"] == "unavailable"


@override_settings(ROOT_URLCONF=__name__)
def test_a_fault_is_500_without_its_reason(visitor: Client):
    assert visitor.get("/fault").status_code == 500
    answer = visitor.get("/api/v1/fault")
    assert answer.status_code == 500
    assert json.loads(answer.content)["code"] == "internal_error"
    assert b"ZeroDivision" not in answer.content


@pytest.fixture
def access_lines(caplog: pytest.LogCaptureFixture, monkeypatch: pytest.MonkeyPatch) -> pytest.LogCaptureFixture:
    monkeypatch.setattr(logging.getLogger("ops.access"), "propagate", True)
    caplog.set_level(logging.INFO, logger="ops.access")
    return caplog


def test_each_request_is_a_line_in_combined_format(client: Client, access_lines: pytest.LogCaptureFixture):
    client.get("/api/health/live?x=1", HTTP_USER_AGENT="probe", HTTP_REFERER="https://example.com/", REMOTE_ADDR="203.0.113.9")
    (line,) = access_lines.messages
    assert line.startswith("203.0.113.9 - - [")
    assert '+0000] "GET /api/health/live?x=1 HTTP/1.1" 200 15 "https://example.com/" "probe" ' in line
    assert float(line.rpartition(" ")[2]) >= 0


def test_a_client_cannot_forge_a_line(client: Client, access_lines: pytest.LogCaptureFixture):
    client.get("/api/health/live", HTTP_USER_AGENT='x" 500\n127.0.0.1 - - "')
    (line,) = access_lines.messages
    assert "\n" not in line
    assert '\\" 500\\x0a127.0.0.1' in line


def test_factory_requests_need_no_user():
    assert answer_failure(RequestFactory().get("/")).status_code == 500
