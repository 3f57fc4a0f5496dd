"""What a personal token may be allowed: an area of the API, to read or to write."""

READ_METHODS = frozenset({"GET", "HEAD", "OPTIONS"})

# Scope: what it means to the person who ticks it.
SCOPES = {
    "portfolio:read": "See portfolios, entries and figures, and export them",
    "portfolio:write": "Record, change, import and delete entries and portfolios",
    "market:read": "See instruments, prices and exchange rates",
    "market:write": "Write instruments, prices and exchange rates",
    "profile:read": "See your name, address and preferences",
    "ops:read": "See the users of the system and the audit trail",
}
AREAS = frozenset(scope.partition(":")[0] for scope in SCOPES)
STAFF_AREAS = frozenset({"ops"})


def name_scope(area: str, method: str) -> str:
    """Return the scope that a request needs; it may be one that does not exist, which no token has."""
    return f"{area}:{'read' if method in READ_METHODS else 'write'}"


def list_scopes(*, is_staff: bool) -> list[str]:
    """Return the scopes that a person may give to a token."""
    return [scope for scope in SCOPES if is_staff or not is_for_staff(scope)]


def is_for_staff(scope: str) -> bool:
    return scope.partition(":")[0] in STAFF_AREAS
