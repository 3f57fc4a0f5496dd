"""Every signed-in browser request belongs to a live UserSession."""

from collections.abc import Callable
from http import HTTPStatus
from urllib.parse import urlsplit

from django.conf import settings
from django.contrib.auth import HASH_SESSION_KEY, SESSION_KEY
from django.contrib.auth.models import AnonymousUser
from django.http import HttpRequest, HttpResponse, QueryDict
from django.shortcuts import resolve_url
from django.utils import timezone
from django.utils.crypto import constant_time_compare

from accounts.audit.origin import Origin, acting_from, name_actor
from accounts.models import User, UserSession
from accounts.selectors.sessions import get_live_session
from accounts.services.audit import record_event
from accounts.services.sessions import end_session, is_too_old_for_admin, rebind_session, touch_session
from common.addresses import read_client_address
from common.formatting import find_zone

# Where the Django session keeps the id of its UserSession.
SESSION_ID_KEY = "user_session_id"
# Where a request comes from, by the first part of its path; else from the pages.
SOURCES = {"api": "api", "admin": "admin"}
READS = frozenset({"GET", "HEAD"})
ADMIN_PATH = "/admin/"
GetResponse = Callable[[HttpRequest], HttpResponse]


def origin_middleware(get_response: GetResponse) -> GetResponse:
    """Let whatever the request does be noted as coming from its address and its part of the system."""

    def answer(request: HttpRequest) -> HttpResponse:
        part = request.path_info.split("/", 2)[1]
        origin = Origin(SOURCES.get(part, "web"), ip=read_client_address(request.META) or "")
        with acting_from(origin):
            response = get_response(request)
            _note_access(request, response)
        return response

    return answer


def _note_access(request: HttpRequest, response: HttpResponse) -> None:
    """Note what a signed-in person was refused and, where that is switched on, what he read.

    Before the answer leaves: what cannot be noted is not read.
    """
    session = getattr(request, "user_session", None)
    if session is None:
        return
    told = {"method": request.method, "path": request.path[:500], "status": response.status_code}
    if response.status_code == HTTPStatus.FORBIDDEN:
        record_event(action="access.denied", actor=session.user, detail=told)
    elif request.method in READS and (settings.AUDIT_MODE or getattr(session, "is_watched", False)):
        record_event(action="access.read", actor=session.user, detail=told)


def user_session_middleware(get_response: GetResponse) -> GetResponse:
    """Set `request.user_session` (a UserSession or None) and `request.user`; answer pages in the user's time zone."""

    def answer(request: HttpRequest) -> HttpResponse:
        session = _find_session(request)
        request.user_session = session  # type: ignore[attr-defined]
        if session is None:
            return _send_to_login(request, get_response(request))
        # One read has brought both, so the user is not read again.
        request.user = session.user
        name_actor(session.user, session.pk)
        touch_session(session=session)
        if session.session_key != request.session.session_key:
            # Django gives a session a new key when a password changes; the row follows.
            rebind_session(session=session, session_key=request.session.session_key or "")
        if request.path_info.startswith("/api/"):
            return get_response(request)
        with timezone.override(find_zone(session.user.time_zone)):
            return get_response(request)

    return answer


def _find_session(request: HttpRequest) -> UserSession | None:
    if settings.SESSION_COOKIE_NAME not in request.COOKIES or SESSION_KEY not in request.session:
        return None
    session = get_live_session(session_id=request.session.get(SESSION_ID_KEY, ""))
    if session is not None and str(session.user_id) == request.session[SESSION_KEY] and _is_password_unchanged(request, session.user):
        if not (request.path_info.startswith(ADMIN_PATH) and session.user.is_staff and is_too_old_for_admin(session=session)):
            return session
        # Ended, not only refused: the login page sends whoever is signed in straight back.
        end_session(session=session, reason="too old for the administration")
    request.session.flush()
    request.user = AnonymousUser()
    return None


def _is_password_unchanged(request: HttpRequest, user: User) -> bool:
    known = request.session.get(HASH_SESSION_KEY, "")
    hashes = [user.get_session_auth_hash(), *user.get_session_auth_fallback_hash()]
    return any(constant_time_compare(known, value) for value in hashes)


def _send_to_login(request: HttpRequest, response: HttpResponse) -> HttpResponse:
    """Let HTMX open the login page as a page: as a fragment it would appear in the middle of another one."""
    target = response.headers.get("Location", "")
    login = resolve_url(settings.LOGIN_URL) if "HX-Request" in request.headers and response.status_code == 302 else ""
    if not login or urlsplit(target).path != login:
        return response
    page = urlsplit(request.headers.get("HX-Current-URL", ""))
    query = QueryDict(mutable=True)
    query["next"] = f"{page.path}?{page.query}" if page.query else page.path
    return HttpResponse(status=204, headers={"HX-Redirect": f"{login}?{query.urlencode(safe='/')}"})
