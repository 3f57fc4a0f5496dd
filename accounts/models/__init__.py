from accounts.models.idempotency import IdempotencyRecord
from accounts.models.session import UserSession
from accounts.models.throttle import SignInThrottle
from accounts.models.user import User

__all__ = ["IdempotencyRecord", "SignInThrottle", "User", "UserSession"]
