"""Who may do what in the API, beside being signed in."""

from datetime import timedelta

from rest_framework.permissions import IsAuthenticated
from rest_framework.request import Request
from rest_framework.views import APIView

from accounts.errors import ProofRequiredError
from accounts.proof import RECENT, VERY_RECENT, has_recent_proof


class HasRecentProof(IsAuthenticated):
    """Signed in, and the last proof is at most 15 minutes old; else 403 `proof_required`, to be mended at /api/ums/auth/proof."""

    within: timedelta = RECENT

    def has_permission(self, request: Request, view: APIView) -> bool:
        if not super().has_permission(request, view):
            return False
        if not has_recent_proof(getattr(request._request, "user_session", None), within=self.within):
            raise ProofRequiredError("Prove again who you are: POST password or otp to /api/ums/auth/proof.")
        return True


class HasVeryRecentProof(HasRecentProof):
    """The same within 5 minutes."""

    within = VERY_RECENT
