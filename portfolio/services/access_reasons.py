"""Nobody of the staff reads another's amounts without a reason that the owner gets to see."""

from typing import TYPE_CHECKING

from django.db import transaction

from accounts.services.audit import record_event
from common.errors import NotAllowedError
from common.text import check_text
from portfolio.models import AccessReason, Portfolio

if TYPE_CHECKING:
    from accounts.models import User

PERMISSION = "portfolio.add_accessreason"


@transaction.atomic
def give_reason(*, actor: "User", portfolio: Portfolio, reason: str) -> AccessReason:
    """Open a portfolio's amounts to somebody of the staff for half an hour, in the administration only. Raises NotAllowedError."""
    if not (actor.is_staff and actor.has_perm(PERMISSION)):
        raise NotAllowedError("This needs the right to give a reason for access.")
    text = check_text(reason, field="reason", longest=300, required=True)
    given = AccessReason.objects.create(user=actor, portfolio=portfolio, reason=text)
    record_event(action="access_reason.given", actor=actor, target=portfolio, detail={"reason": text})
    return given
