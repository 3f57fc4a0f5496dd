"""Files between their preview and their import."""

from typing import TYPE_CHECKING
from uuid import UUID

from common.errors import NotFoundError
from common.identifiers import read_uuid
from portfolio.models import ImportUpload, Portfolio

if TYPE_CHECKING:
    from accounts.models import User


def get_upload(*, user: "User", portfolio: Portfolio, upload_id: UUID | str) -> ImportUpload:
    """Return what the user uploaded for this portfolio in the last day; raise NotFoundError. Nobody sees another's upload."""
    wanted = read_uuid(upload_id)
    found = ImportUpload.objects.current().filter(pk=wanted, portfolio=portfolio, created_by=user).first() if wanted else None
    if found is None:
        raise NotFoundError("This file has been imported, dropped, or is more than a day old.")
    return found
