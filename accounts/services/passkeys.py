"""Passkeys: adding one, signing in with one, and removing one. The protocol is fido2's; here is what becomes of its answers."""

import json
import logging
import struct
from typing import Any
from urllib.parse import urlsplit

from django.conf import settings
from django.db import IntegrityError, transaction
from django.utils import timezone
from fido2.server import Fido2Server
from fido2.webauthn import (
    AttestedCredentialData,
    AuthenticationResponse,
    AuthenticatorData,
    PublicKeyCredentialRpEntity,
    PublicKeyCredentialUserEntity,
    ResidentKeyRequirement,
    UserVerificationRequirement,
)

from accounts.errors import InvalidCredentialsError, PasskeyRefusedError
from accounts.models import Passkey, User, UserSession
from accounts.services.audit import record_event
from accounts.services.sessions import end_sessions
from common.errors import ConflictError, NotFoundError
from common.text import check_text

logger = logging.getLogger(__name__)

MOST_PASSKEYS = 10
# The device asks for a finger, a face or a PIN: having it and being its owner are two factors.
VERIFIED = UserVerificationRequirement.REQUIRED
# All that broken or hostile answers make the decoders raise; RuntimeError is also endless nesting and an algorithm unknown to them.
BROKEN = (ValueError, TypeError, KeyError, IndexError, AttributeError, AssertionError, OverflowError, RuntimeError, struct.error)
SIGN_IN_REFUSAL = "This passkey does not open an account here."


def begin_registration(*, user: User) -> tuple[dict[str, Any], dict[str, Any]]:
    """Return (options for the browser, state to keep for `add_passkey`). Raises ConflictError when there are ten."""
    known = [AttestedCredentialData(bytes.fromhex(key.credential)) for key in user.passkeys.all()]
    if len(known) >= MOST_PASSKEYS:
        raise ConflictError(f"There are {MOST_PASSKEYS} passkeys already; remove one first.")
    entity = PublicKeyCredentialUserEntity(id=user.pk.bytes, name=user.email, display_name=user.get_full_name())
    options, state = _open_server().register_begin(
        entity, known, resident_key_requirement=ResidentKeyRequirement.REQUIRED, user_verification=VERIFIED
    )
    return dict(options), state


@transaction.atomic
def add_passkey(*, user: User, name: str, state: dict[str, Any], answer: str, keep: UserSession | None = None) -> Passkey:
    """Keep the key that the browser has made, and end the other sessions. Raises PasskeyRefusedError, InvalidInputError."""
    name = check_text(name, field="name", longest=60, required=True)
    try:
        made = _open_server().register_complete(state, json.loads(answer))
        data = AttestedCredentialData(made.credential_data or b"")
    except BROKEN as error:
        raise PasskeyRefusedError("The browser's answer could not be verified. Please try again.") from error
    try:
        with transaction.atomic():
            passkey = Passkey.objects.create(
                user=user, name=name, credential_id=data.credential_id.hex(), credential=bytes(data).hex(), sign_count=made.counter
            )
    except IntegrityError as error:
        raise PasskeyRefusedError("This passkey is known already.") from error
    record_event(action="passkey.added", target=user, detail={"name": name})
    logger.info("passkey added", extra={"user_id": str(user.pk)})
    end_sessions(user=user, reason="passkey added", keep=keep, keep_tokens=True)
    return passkey


@transaction.atomic
def remove_passkey(*, user: User, passkey_id: int, keep: UserSession | None = None) -> None:
    """Forget one of the user's passkeys and end the other sessions. Raises NotFoundError."""
    if not Passkey.objects.filter(user=user, pk=passkey_id).delete()[0]:
        raise NotFoundError("There is no such passkey.")
    record_event(action="passkey.removed", target=user)
    logger.info("passkey removed", extra={"user_id": str(user.pk)})
    end_sessions(user=user, reason="passkey removed", keep=keep, keep_tokens=True)


def remove_every_passkey(*, user: User, reason: str) -> int:
    """Forget all of the user's passkeys and end the sessions; return how many there were."""
    with transaction.atomic():
        count = Passkey.objects.filter(user=user).delete()[0]
        if count:
            record_event(action="passkey.removed", target=user, detail={"reason": reason, "keys": count})
            logger.warning("passkeys removed", extra={"user_id": str(user.pk), "reason": reason})
            end_sessions(user=user, reason=reason)
    return count


def begin_sign_in() -> tuple[dict[str, Any], dict[str, Any]]:
    """Return (options for the browser, state to keep for `check_passkey`). Whose passkey it will be is not known yet."""
    options, state = _open_server().authenticate_begin(user_verification=VERIFIED)
    return dict(options), state


def check_passkey(*, state: dict[str, Any], answer: str) -> User:
    """Return the person whose passkey has signed the challenge. Raises InvalidCredentialsError.

    Nothing is counted here: a signature cannot be guessed, and so the owner comes in also while guessing has locked the password.
    """
    try:
        response = AuthenticationResponse.from_dict(json.loads(answer))
        passkey = Passkey.objects.select_related("user").filter(credential_id=response.raw_id.hex(), user__is_active=True).first()
        keys = [AttestedCredentialData(bytes.fromhex(passkey.credential))] if passkey else []
        _open_server().authenticate_complete(state, keys, response)
        count = AuthenticatorData(response.response.authenticator_data).counter
    except BROKEN as error:
        raise InvalidCredentialsError(SIGN_IN_REFUSAL) from error
    if passkey is None or not _note_use(passkey, count):
        raise InvalidCredentialsError(SIGN_IN_REFUSAL)
    return passkey.user


def are_passkeys_possible() -> bool:
    """Return whether browsers allow passkeys at PUBLIC_URL: with a name, and over TLS but for localhost."""
    url = urlsplit(settings.PUBLIC_URL)
    host = url.hostname or ""
    return host == "localhost" or (url.scheme == "https" and not host.replace(".", "").isdigit() and ":" not in host)


def _note_use(passkey: Passkey, count: int) -> bool:
    """Note the use; return False for a number of signatures that was there before."""
    rows = Passkey.objects.filter(pk=passkey.pk)
    if count or passkey.sign_count:
        rows = rows.filter(sign_count__lt=count)
    if rows.update(sign_count=count, last_used_at=timezone.now()):
        return True
    record_event(action="passkey.copied", target=passkey.user)
    logger.warning("passkey copied", extra={"user_id": str(passkey.user_id), "passkey_id": passkey.pk})
    return False


def _open_server() -> Fido2Server:
    # From PUBLIC_URL and never from the request: a forged Host header must not choose whom the signature is for.
    host = urlsplit(settings.PUBLIC_URL).hostname or "localhost"
    party = PublicKeyCredentialRpEntity(id=host, name="Stock Portfolio")
    return Fido2Server(party, verify_origin=lambda origin: origin == settings.PUBLIC_URL)
