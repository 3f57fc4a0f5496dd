"""/api/ums/tokens: personal access tokens. No `scope_area`: a token cannot make, see or revoke tokens."""

from collections.abc import Sequence
from datetime import timedelta
from typing import Any
from uuid import UUID

from django.utils import timezone
from django.utils.decorators import method_decorator
from django.views.decorators.cache import never_cache
from drf_spectacular.utils import extend_schema
from rest_framework.generics import GenericAPIView, ListAPIView
from rest_framework.request import Request
from rest_framework.response import Response

from accounts.api.permissions import HasRecentProof
from accounts.api.serializers import CreatedTokenSerializer, ErrorSerializer, NewTokenBody, PersonalTokenSerializer
from accounts.models import PersonalToken
from accounts.models.token import PersonalTokenQuerySet
from accounts.selectors.personal_tokens import get_own_token, list_tokens
from accounts.services.personal_tokens import create_token, revoke_token
from common.addresses import read_client_address
from common.api.serializers import read_body

TAGS = ["Access tokens"]
ERRORS = {400: ErrorSerializer, 403: ErrorSerializer, 409: ErrorSerializer}
USUAL_LIFE = timedelta(days=90)


@method_decorator(never_cache, name="dispatch")
class TokenListView(ListAPIView[PersonalToken]):
    serializer_class = PersonalTokenSerializer
    queryset = PersonalToken.objects.none()

    def get_permissions(self) -> Sequence[Any]:
        """Making a token asks again who it is; looking at them does not."""
        return [HasRecentProof()] if self.request.method == "POST" else super().get_permissions()

    def get_queryset(self) -> PersonalTokenQuerySet:
        return list_tokens(user=self.request.user)  # type: ignore[arg-type]  # the permission lets nobody else in

    @extend_schema(operation_id="tokens_list", tags=TAGS)
    def get(self, request: Request, *args: Any, **kwargs: Any) -> Response:
        """List one's own personal access tokens that work. Their text is never shown again."""
        return super().get(request, *args, **kwargs)

    @extend_schema(operation_id="tokens_create", tags=TAGS, request=NewTokenBody, responses={201: CreatedTokenSerializer, **ERRORS})
    def post(self, request: Request) -> Response:
        """Make a personal access token. `token` is in this answer and nowhere else, therefore no Idempotency-Key is taken."""
        body = read_body(NewTokenBody, request.data)
        made = create_token(
            user=request.user,  # type: ignore[arg-type]
            name=body["name"],
            scopes=body["scopes"],
            lifetime=_read_lifetime(body),
            ip=read_client_address(request.META),
        )
        shown = PersonalTokenSerializer(made.token).data
        return Response({**shown, "token": made.text}, status=201)


class TokenView(GenericAPIView[PersonalToken]):
    # The token itself may have used the limit up: revoking it is always possible.
    throttle_classes = ()
    serializer_class = PersonalTokenSerializer
    queryset = PersonalToken.objects.none()

    @extend_schema(operation_id="tokens_revoke", tags=TAGS, responses={204: None, 403: ErrorSerializer, 404: ErrorSerializer})
    def delete(self, request: Request, token_id: UUID) -> Response:
        """Revoke one of one's own tokens, everywhere and at once."""
        revoke_token(token=get_own_token(user=request.user, token_id=token_id), reason="revoked by the user")  # type: ignore[arg-type]
        return Response(status=204)


def _read_lifetime(body: dict[str, Any]) -> timedelta:
    if "expires_at" in body:
        lifetime: timedelta = body["expires_at"] - timezone.now()
        return lifetime
    return timedelta(days=body["expires_in_days"]) if "expires_in_days" in body else USUAL_LIFE
