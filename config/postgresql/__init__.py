"""Django's PostgreSQL with a cheaper look at whether the connection still stands. Django asks for the module `base` of this package."""
