"""Is the system well: checks, their verdict, and the answer of /api/health."""
