"""How the audit trail is chained, whence an act came, and what is masked."""
