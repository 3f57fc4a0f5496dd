"""Every login opens one session row and every logout ends it, whichever page or test does it; a login from a new place is told by mail."""

import logging
from typing import Any

from django.contrib.auth.signals import user_logged_in, user_logged_out
from django.dispatch import receiver
from django.http import HttpRequest
from kombu.exceptions import OperationalError as BrokerError

from accounts.middleware import SESSION_ID_KEY
from accounts.models import User, UserSession
from accounts.services.sessions import REMEMBERED_LIFETIME, SHORT_LIFETIME, end_session, open_session
from accounts.signals import session_opened
from accounts.tasks import send_new_device_mail
from common.addresses import read_client_address

logger = logging.getLogger(__name__)


@receiver(user_logged_in)
def open_browser_session(request: HttpRequest, user: User, **kwargs: Any) -> None:
    replaced = getattr(request, "user_session", None)
    if replaced is not None:
        # Not to delete the Django session, which lives on under the new login.
        replaced.session_key = ""
        replaced.save(update_fields=["session_key"])
        end_session(session=replaced, reason="replaced by a new login")
    if request.session.session_key is None:
        request.session.create()
    session = open_session(
        user=user,
        kind=UserSession.Kind.BROWSER,
        lifetime=SHORT_LIFETIME if request.session.get_expire_at_browser_close() else REMEMBERED_LIFETIME,
        ip=read_client_address(request.META),
        user_agent=request.headers.get("user-agent", ""),
        session_key=request.session.session_key or "",
    )
    request.session[SESSION_ID_KEY] = str(session.pk)
    request.user_session = session  # type: ignore[attr-defined]


@receiver(session_opened)
def order_new_device_mail(session: UserSession, **kwargs: Any) -> None:
    """Leave it to the worker to find out whether the place is new, and to write. Without the queue nobody writes, and everybody signs in."""
    if session.kind not in {UserSession.Kind.BROWSER, UserSession.Kind.TOKEN}:
        return
    try:
        send_new_device_mail.apply_async([str(session.pk)], retry=False, ignore_result=True)
    except (BrokerError, OSError):
        logger.exception("the queue did not take the order for a mail about a new device")


@receiver(user_logged_out)
def end_browser_session(request: HttpRequest, **kwargs: Any) -> None:
    session = getattr(request, "user_session", None)
    if session is not None:
        end_session(session=session, reason="signed out")
        request.user_session = None  # type: ignore[attr-defined]
