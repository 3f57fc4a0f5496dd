"""An address below /api/ means the same with and without a slash at its end."""

from collections.abc import Callable

from django.http import HttpRequest, HttpResponse


def api_slash_middleware(get_response: Callable[[HttpRequest], HttpResponse]) -> Callable[[HttpRequest], HttpResponse]:
    """Take the slash away before the address is looked up. A redirect would lose the body of a POST."""

    def answer(request: HttpRequest) -> HttpResponse:
        if request.path_info.startswith("/api/") and request.path_info.endswith("/"):
            request.path_info = request.path_info.rstrip("/")
            request.path = request.path.rstrip("/")
        return get_response(request)

    return answer
