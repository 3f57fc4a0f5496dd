"""The one place where an error becomes an API answer: {"code", "message", "detail"}."""

import logging
from typing import Any

from django.core.exceptions import PermissionDenied
from django.db import InterfaceError, OperationalError
from django.http import Http404
from rest_framework import exceptions
from rest_framework.response import Response

from common.errors import DomainError

logger = logging.getLogger(__name__)


def answer_error(error: Exception, context: dict[str, Any]) -> Response | None:
    """DRF's exception handler. An error unknown to it stays an error 500, which the middleware logs."""
    if isinstance(error, DomainError):
        return _answer(error.status, error.code, error.message, error.detail, _retry_header(error))
    if isinstance(error, exceptions.APIException):
        return _answer_framework(error)
    return _answer_django(error)


def _answer_framework(error: exceptions.APIException) -> Response:
    if isinstance(error, exceptions.ValidationError):
        return _answer(400, "invalid_input", _first_message(error.detail), _as_dict(error.detail))
    return _answer(error.status_code, _code_of(error), str(error.detail), {}, _headers_of(error))


def _answer_django(error: Exception) -> Response | None:
    if isinstance(error, Http404):
        return _answer(404, "not_found", "There is nothing here, or nothing that you may see.", {})
    if isinstance(error, PermissionDenied):
        return _answer(403, "not_allowed", "You may not do this.", {})
    if isinstance(error, OperationalError | InterfaceError):
        logger.exception("the database did not answer")
        return _answer(503, "unavailable", "The database does not answer at the moment; try again shortly.", {}, {"Retry-After": "5"})
    return None


def _answer(status: int, code: str, message: str, detail: dict[str, Any], headers: dict[str, str] | None = None) -> Response:
    return Response({"code": code, "message": message, "detail": detail}, status=status, headers=headers)


def _retry_header(error: DomainError) -> dict[str, str] | None:
    wait = error.detail.get("retry_after") or (5 if error.status == 503 else None)
    return {"Retry-After": str(wait)} if wait else None


def _code_of(error: exceptions.APIException) -> str:
    code = error.get_codes()
    return code if isinstance(code, str) else error.default_code


def _headers_of(error: exceptions.APIException) -> dict[str, str]:
    headers = {}
    if auth_header := getattr(error, "auth_header", None):
        headers["WWW-Authenticate"] = auth_header
    if wait := getattr(error, "wait", None):
        headers["Retry-After"] = str(int(wait) + 1)
    return headers


def _as_dict(detail: Any) -> dict[str, Any]:
    return {"fields": detail} if isinstance(detail, dict) else {"errors": detail}


def _first_message(detail: Any, path: str = "") -> str:
    if isinstance(detail, dict):
        name, inner = next(iter(detail.items()))
        return _first_message(inner, path if name == "non_field_errors" else f"{path}.{name}".strip("."))
    if isinstance(detail, list) and detail:
        index, inner = next((pair for pair in enumerate(detail) if pair[1]), (0, detail[0]))
        return _first_message(inner, path if isinstance(inner, str) else f"{path}[{index}]")
    return f"{path}: {detail}" if path else str(detail)
