"""News of the accounts. Sent when the change is committed."""

from django.dispatch import Signal

# Arguments: session (UserSession).
session_opened = Signal()
