"""People, their sessions and the audit trail in the administration."""

from accounts.admin import audit, people

__all__ = ["audit", "people"]
