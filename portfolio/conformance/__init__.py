"""Published calculation cases, run through the engine's public functions. Adapters only translate: they compute no figure themselves."""
