from accounts.models.idempotency import IdempotencyRecord
from accounts.models.session import UserSession
from accounts.models.token import PersonalToken
from accounts.models.user import User

__all__ = ["IdempotencyRecord", "PersonalToken", "User", "UserSession"]
