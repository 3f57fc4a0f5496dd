"""What the engine refuses."""

from typing import Any

from common.errors import ConflictError


class EngineError(ConflictError):
    """A ledger that cannot be: a sale of units that are not there, a lot that does not exist.

    `code` is stable (`oversold`, `overcovered`, `short_not_allowed`, `lot_not_found`, `lots_mismatch`, `nothing_held`,
    `kind_not_supported`, `transfer_unmatched`, `no_root`); `key`, `date` and the rest of `detail` say which entry and how much is held.
    """

    code = "engine"

    def __init__(self, message: str, *, code: str, **detail: Any) -> None:
        super().__init__(message, code=code, **detail)

    @property
    def key(self) -> str | None:
        """The key of the entry that cannot be, if one entry is to blame."""
        return self.detail.get("key")
