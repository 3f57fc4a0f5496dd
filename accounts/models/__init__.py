from accounts.models.idempotency import IdempotencyRecord
from accounts.models.passkey import Passkey
from accounts.models.second_factor import RecoveryCode, TotpFactor
from accounts.models.session import UserSession
from accounts.models.throttle import SignInThrottle
from accounts.models.user import User

__all__ = ["IdempotencyRecord", "Passkey", "RecoveryCode", "SignInThrottle", "TotpFactor", "User", "UserSession"]
