from accounts.models.audit import AuditEvent, AuditLink, AuditMode
from accounts.models.idempotency import IdempotencyRecord
from accounts.models.session import UserSession
from accounts.models.token import PersonalToken
from accounts.models.user import User

__all__ = ["AuditEvent", "AuditLink", "AuditMode", "IdempotencyRecord", "PersonalToken", "User", "UserSession"]
