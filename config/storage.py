"""Static files get a hash in their name, so that browsers may keep them for ever."""

from whitenoise.storage import CompressedManifestStaticFilesStorage


class StaticStorage(CompressedManifestStaticFilesStorage):
    # A missing entry is a plain address, not an error 500: tests and `check` run before the front end is built.
    manifest_strict = False

    def stored_name(self, name: str) -> str:
        """Return the hashed name; the plain one while the file has not been collected."""
        try:
            return str(super().stored_name(name))
        except ValueError:
            return name
