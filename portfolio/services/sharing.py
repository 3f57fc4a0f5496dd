"""Let other people look into a portfolio, or edit it; and stop it again.

Nobody learns from it which addresses have an account: a grant to an address looks the same either way until its person has looked.
"""

import datetime as dt
import secrets
from typing import TYPE_CHECKING, Any
from uuid import UUID

from django.core.exceptions import ValidationError
from django.core.validators import validate_email
from django.db import IntegrityError, transaction
from django.db.models import F, Q
from django.utils import timezone

from accounts.models import User
from accounts.services.audit import columns_of, record_event
from common.atomic import atomic_with_retry
from common.errors import ConflictError, InvalidInputError, NotFoundError, PreconditionError
from common.text import check_text
from portfolio.models import Portfolio, Share
from portfolio.selectors.access import explain_closed, hash_token

if TYPE_CHECKING:
    from collections.abc import Mapping

LINK_LIFETIME = dt.timedelta(days=7)
LONGEST_LINK = dt.timedelta(days=90)
# Somebody who clicks through the pages looks once.
VISIT = dt.timedelta(minutes=5)
MOST_SHARES = 100
TOKEN_BYTES = 32
# Columns that the audit trail need not repeat.
UNTOLD = frozenset({"token_hash", "created_at", "updated_at", "look_count", "last_look_at"})


@atomic_with_retry
def grant_access(*, actor: User, portfolio: Portfolio, email: str, role: str, expires_at: dt.datetime | None = None) -> Share:
    """Open the portfolio to the person of an e-mail address, who needs no account yet; a grant that is over is renewed.

    Raises InvalidInputError for an address, role or time that will not do, ConflictError for an address that has a grant.
    """
    locked = _lock(actor, portfolio.pk)
    address = _check_address(email)
    if address == actor.email:
        raise InvalidInputError("email: this is your own address.", code="own_address", field="email")
    facts = {"role": _check_role(role, Share.Kind.PERSON), "expires_at": _check_end(expires_at), "created_by": actor, "created_at": timezone.now()}
    known = Share.objects.filter(portfolio=locked, kind=Share.Kind.PERSON, email=address).first()
    if known is not None and known.state != "expired":
        raise ConflictError("email: this address has a grant already; change that one.", code="already_granted", field="email")
    share = _store(known or _start(locked, kind=Share.Kind.PERSON, email=address), facts)
    _note(actor, "granted", share, locked, after=_list_values(share))
    return share


@atomic_with_retry
def create_share_link(*, actor: User, portfolio: Portfolio, role: str, label: str = "", expires_at: dt.datetime | None = None) -> tuple[Share, str]:
    """Make a link that shows the portfolio to whoever has it; return it and its token, which nothing can show again.

    It ends after 7 days unless `expires_at` says otherwise, after 90 at the latest. Raises InvalidInputError.
    """
    locked = _lock(actor, portfolio.pk)
    token = secrets.token_urlsafe(TOKEN_BYTES)
    share = _start(locked, kind=Share.Kind.LINK, token_hash=hash_token(token), created_by=actor)
    facts = {
        "role": _check_role(role, Share.Kind.LINK),
        "label": check_text(label, field="label", longest=100),
        "expires_at": _check_link_end(expires_at or timezone.now() + LINK_LIFETIME),
    }
    _note(actor, "link_made", _store(share, facts), locked, after=_list_values(share))
    return share, token


@atomic_with_retry
def change_grant(*, actor: User, share: Share, expected_version: str | None = None, **changes: Any) -> Share:
    """Change role, expires_at or a link's label. Takes effect with the next request. Raises InvalidInputError, NotFoundError."""
    row = _lock_share(actor, share, expected_version)
    before = _list_values(row)
    _store(row, {name: _check_change(row, name, value) for name, value in changes.items()})
    _note(actor, "changed", row, row.portfolio, before=before, after=_list_values(row))
    return row


@atomic_with_retry
def revoke_access(*, actor: User, share: Share, expected_version: str | None = None) -> None:
    """Take a grant or link back. Takes effect with the next request."""
    row = _lock_share(actor, share, expected_version)
    _note(actor, "revoked", row, row.portfolio, before=_list_values(row))
    row.delete()


def note_look(*, actor: User, portfolio: Portfolio) -> None:
    """Count a visit of somebody with a grant. The first one binds the grant to his account. Nothing for one's own portfolio."""
    if not portfolio.is_own:
        _note_visit(actor, portfolio)


@transaction.atomic
def _note_visit(actor: User, portfolio: Portfolio) -> None:
    now = timezone.now()
    due = Q(user=None) | Q(last_look_at=None) | Q(last_look_at__lt=now - VISIT)
    rows = Share.objects.granted_to(actor).filter(due, portfolio=portfolio)
    if rows.update(user=actor, last_look_at=now, look_count=F("look_count") + 1):
        record_event(action="share.viewed", actor=actor, target=portfolio)


@transaction.atomic
def note_link_look(*, share: Share) -> None:
    """Count a look at a link."""
    Share.objects.filter(pk=share.pk).update(last_look_at=timezone.now(), look_count=F("look_count") + 1)
    record_event(action="share.link_viewed", target=share, owner_id=share.portfolio.owner_id)


def _note(actor: User, verb: str, share: Share, portfolio: Portfolio, **said: "Mapping[str, Any]") -> None:
    record_event(action=f"share.{verb}", actor=actor, target=share, owner_id=portfolio.owner_id, **said)


def _list_values(share: Share) -> dict[str, Any]:
    return columns_of(share, but=UNTOLD)


def _lock(actor: User, portfolio_id: UUID) -> Portfolio:
    locked = Portfolio.objects.managed_by(actor).select_for_update(no_key=True, of=("self",)).filter(pk=portfolio_id).first()
    if locked is None:
        raise explain_closed(user=actor, portfolio_id=portfolio_id)
    return locked


def _lock_share(actor: User, share: Share, expected_version: str | None) -> Share:
    locked = _lock(actor, share.portfolio_id)
    row = Share.objects.filter(portfolio=locked, pk=share.pk).first()
    if row is None:
        raise NotFoundError("There is no such share.")
    if expected_version is not None and row.version != expected_version:
        raise PreconditionError("The share has been changed in the meantime; read it again.")
    return row


def _start(portfolio: Portfolio, **facts: Any) -> Share:
    if Share.objects.filter(portfolio=portfolio).count() >= MOST_SHARES:
        raise ConflictError(f"A portfolio has at most {MOST_SHARES} grants and links; take back one that is not needed.", code="too_many_shares")
    return Share(portfolio=portfolio, **facts)


def _store(share: Share, facts: "Mapping[str, Any]") -> Share:
    for name, value in facts.items():
        setattr(share, name, value)
    try:
        with transaction.atomic():
            share.save()
    except IntegrityError as error:
        raise ConflictError("This grant exists already.", code="already_granted") from error
    return share


def _check_change(share: Share, name: str, value: Any) -> Any:
    is_link = share.kind == Share.Kind.LINK
    match name:
        case "role":
            return _check_role(value, share.kind)
        case "expires_at":
            return _check_link_end(value) if is_link else _check_end(value)
        case "label" if is_link:
            return check_text(value, field="label", longest=100)
        case _:
            raise InvalidInputError(f"{name}: cannot be changed.", code="unknown_field", field=name)


def _check_address(email: str) -> str:
    address = User.normalize_username(check_text(email, field="email", longest=254, required=True))
    try:
        validate_email(address)
    except ValidationError as error:
        raise InvalidInputError("email: not an e-mail address like name@example.com.", code="bad_address", field="email") from error
    return address


def _check_role(role: str, kind: str) -> str:
    allowed = [one for one in Share.Role.values if kind == Share.Kind.PERSON or one != Share.Role.EDITOR]
    if role not in allowed:
        raise InvalidInputError(f"role: one of {', '.join(allowed)}.", code="unknown_role", field="role")
    return role


def _check_end(expires_at: dt.datetime | None) -> dt.datetime | None:
    if expires_at is not None and expires_at <= timezone.now():
        raise InvalidInputError("expires_at: lies in the past.", code="in_the_past", field="expires_at")
    return expires_at


def _check_link_end(expires_at: dt.datetime | None) -> dt.datetime:
    if expires_at is None:
        raise InvalidInputError("expires_at: a link must end.", code="required", field="expires_at")
    if expires_at > timezone.now() + LONGEST_LINK:
        raise InvalidInputError(f"expires_at: at most {LONGEST_LINK.days} days from now.", code="too_late", field="expires_at")
    return _check_end(expires_at) or expires_at
