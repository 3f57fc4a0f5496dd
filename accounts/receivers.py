"""Every login opens one session row and every logout ends it, whichever page or test does it; a login from a new place is told by mail.

What other apps report is noted in the audit trail.
"""

import logging
from typing import Any

from celery.signals import task_prerun
from django.contrib.admin.models import ADDITION, CHANGE, LogEntry
from django.contrib.auth.signals import user_logged_in, user_logged_out, user_login_failed
from django.db.models.signals import post_save
from django.dispatch import receiver
from django.http import HttpRequest
from kombu.exceptions import OperationalError as BrokerError

from accounts.audit.origin import Origin, set_origin
from accounts.middleware import SESSION_ID_KEY
from accounts.models import User, UserSession
from accounts.services.audit import record_event
from accounts.services.sessions import (
    REMEMBERED_LIFETIME,
    SHORT_IDLE_TIME,
    SHORT_LIFETIME,
    end_session,
    open_session,
)
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
    is_short = request.session.get_expire_at_browser_close()
    session = open_session(
        user=user,
        kind=UserSession.Kind.BROWSER,
        lifetime=SHORT_LIFETIME if is_short else REMEMBERED_LIFETIME,
        idle_time=SHORT_IDLE_TIME if is_short else None,
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


@receiver(user_login_failed)
def note_failed_login(credentials: dict[str, Any], **kwargs: Any) -> None:
    record_event(action="signin.failed", detail={"email": str(credentials.get("username") or credentials.get("email") or "")[:254]})


@receiver(post_save, sender=LogEntry)
def note_administration(instance: LogEntry, **kwargs: Any) -> None:
    """What is changed in the administration without a service of ours (groups, shared facts) is in the trail by this."""
    verb = {ADDITION: "added", CHANGE: "changed"}.get(instance.action_flag, "deleted")
    kind = ".".join(instance.content_type.natural_key()) if instance.content_type else ""
    told = {"kind": kind, "id": instance.object_id, "name": instance.object_repr, "changes": instance.get_change_message()}
    record_event(action=f"admin.{verb}", actor=instance.user, detail=told)


@receiver(task_prerun)
def begin_task(task: Any, **kwargs: Any) -> None:
    set_origin(Origin("task", name=task.name[:254]))
