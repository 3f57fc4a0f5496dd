"""Idempotency-Key: a decorator for every POST that writes."""

import functools
import hashlib
import re
from collections.abc import Callable, Mapping
from typing import Any

import orjson
from django.core.files.uploadedfile import UploadedFile
from django.db import transaction
from drf_spectacular.types import OpenApiTypes
from drf_spectacular.utils import OpenApiParameter
from rest_framework.request import Request
from rest_framework.response import Response
from rest_framework.views import APIView

from accounts.services.idempotency import claim_key, store_answer
from common.api.renderers import dump_json
from common.atomic import atomic_with_retry
from common.errors import InvalidInputError

KEY = re.compile(r"[\x21-\x7e]{1,255}")
KEPT_HEADERS = ("Location", "ETag")
REPLAYED = "Idempotency-Replayed"
KEY_PARAMETER = OpenApiParameter(
    "Idempotency-Key",
    OpenApiTypes.STR,
    OpenApiParameter.HEADER,
    description="Up to 255 characters of your choice. A request repeated with its key gets the first answer and changes nothing; kept for 24 hours.",
)

Handler = Callable[..., Response]


def idempotent(handler: Handler) -> Handler:
    """Wrap a view's `post`. Without the header it runs as it is; only answers below 400 are kept, so a refused request may be sent again."""

    @functools.wraps(handler)
    def post(view: APIView, request: Request, *args: Any, **kwargs: Any) -> Response:
        key = request.headers.get("Idempotency-Key")
        if key is None:
            return handler(view, request, *args, **kwargs)
        if not KEY.fullmatch(key):
            raise InvalidInputError("Idempotency-Key: use 1 to 255 printable characters without blanks.", field="Idempotency-Key")
        # Read the body before the transaction begins: it comes over the network.
        digest = hash_request(request)
        return _answer_once(key, digest, handler, view, request, *args, **kwargs)

    return post


@atomic_with_retry
def _answer_once(key: str, digest: str, handler: Handler, view: APIView, request: Request, *args: Any, **kwargs: Any) -> Response:
    claim: dict[str, Any] = {"user": request.user, "key": key, "path": request.path[:500], "request_hash": digest}
    record = claim_key(**claim)
    if record is not None:
        return Response(orjson.loads(record.body) if record.body else None, status=record.status, headers={**record.headers, REPLAYED: "true"})
    response = handler(view, request, *args, **kwargs)
    if response.status_code >= 400:
        transaction.set_rollback(True)
        return response
    headers = {name: response.headers[name] for name in KEPT_HEADERS if name in response.headers}
    body = b"" if response.data is None else dump_json(response.data)
    store_answer(**claim, status=response.status_code, headers=headers, body=body)
    return response


def hash_request(request: Request) -> str:
    """Return what two requests must share to be the same: address, parameters and the meaning of the body, not its spelling."""
    digest = hashlib.sha256(request.get_full_path().encode())
    data: Any = request.data
    if isinstance(data, bytes):
        digest.update(data)
    elif isinstance(data, Mapping):
        digest.update(dump_json({name: _fingerprint(data[name]) for name in sorted(data)}))
    else:
        digest.update(dump_json(data))
    return digest.hexdigest()


def _fingerprint(value: Any) -> Any:
    if not isinstance(value, UploadedFile):
        return value
    digest = hashlib.sha256()
    for chunk in value.chunks():
        digest.update(chunk)
    value.seek(0)
    return [value.name, digest.hexdigest()]
