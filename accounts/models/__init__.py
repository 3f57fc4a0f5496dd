from accounts.models.audit import AuditEvent, AuditLink, AuditMode
from accounts.models.idempotency import IdempotencyRecord
from accounts.models.passkey import Passkey
from accounts.models.second_factor import RecoveryCode, TotpFactor
from accounts.models.session import UserSession
from accounts.models.throttle import SignInThrottle
from accounts.models.token import PersonalToken
from accounts.models.user import User

__all__ = [
    "AuditEvent",
    "AuditLink",
    "AuditMode",
    "IdempotencyRecord",
    "Passkey",
    "PersonalToken",
    "RecoveryCode",
    "SignInThrottle",
    "TotpFactor",
    "User",
    "UserSession",
]
