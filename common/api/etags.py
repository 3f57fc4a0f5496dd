"""ETag, If-None-Match and If-Match: read only what has changed, change only what one has read."""

import hashlib
import re
from collections.abc import Callable
from typing import Any

from rest_framework.request import Request
from rest_framework.response import Response

from common.api.renderers import dump_json
from common.errors import InvalidInputError, PreconditionError

TAG = re.compile(r'(?:W/)?"([\x21\x23-\x7e]*)"')
# Answers belong to one person: kept by his browser only, and asked for again each time.
PRIVATE = "private, no-cache"


def make_etag(*parts: object) -> str:
    """Return a short tag that stands for the parts."""
    return hashlib.blake2b("\x1f".join(map(str, parts)).encode("utf-8", "surrogatepass"), digest_size=12).hexdigest()


def answer_if_changed(request: Request, tag: str, compute: Callable[[], Any]) -> Response:
    """Answer 304 without computing when the reader has this version, else compute's data with the tag."""
    headers = {"ETag": f'"{tag}"', "Cache-Control": PRIVATE}
    if tag in read_tags(request, "If-None-Match"):
        return Response(status=304, headers=headers)
    return Response(compute(), headers=headers)


def answer_by_content(request: Request, data: Any) -> Response:
    """Answer with a tag made of the data itself, for what is as cheap to read as a version would be."""
    return answer_if_changed(request, hashlib.blake2b(dump_json(data), digest_size=12).hexdigest(), lambda: data)


def answer_object(data: Any, *, version: str, status: int = 200, location: str = "") -> Response:
    """Answer a change with the object as it is now and its version."""
    headers = {"ETag": f'"{version}"', "Cache-Control": PRIVATE}
    if location:
        headers["Location"] = location
    return Response(data, status=status, headers=headers)


def read_expected_version(request: Request, *, current: str) -> str | None:
    """Return the version that If-Match demands, None without the header; raise PreconditionError when the object has another.

    The service compares once more under its lock: between this look and the change somebody may be faster.
    """
    tags = read_tags(request, "If-Match")
    if not tags or "*" in tags:
        return None
    if current not in tags:
        raise PreconditionError("This has been changed in the meantime; read it again.")
    return current


def read_tags(request: Request, header: str) -> set[str]:
    """Return the tags of the header; a weak one counts like a strong one, because proxies that compress weaken tags."""
    text = request.headers.get(header, "").strip()
    if text == "*":
        return {"*"}
    tags = set(TAG.findall(text))
    # A reader's tag that cannot be read only costs him the saving; a writer's would cost somebody the change.
    if text and not tags and header == "If-Match":
        raise InvalidInputError(f'{header}: not an entity tag like "abc".', field=header)
    return tags
