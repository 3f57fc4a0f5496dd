"""Static files get a hash in their name, so that browsers may keep them for ever."""

from whitenoise.storage import CompressedManifestStaticFilesStorage


class StaticStorage(CompressedManifestStaticFilesStorage):
    # A missing entry is a plain address, not an error 500: tests and `check` run before the front end is built.
    manifest_strict = False
