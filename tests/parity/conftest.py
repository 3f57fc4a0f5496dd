"""The seven people who try every address, and something for each address to be about."""

import datetime as dt
from dataclasses import dataclass
from decimal import Decimal
from typing import Any

import pytest
from django.test import Client
from django.urls import URLPattern, URLResolver, get_resolver
from fido2.cose import ES256
from fido2.webauthn import AttestedCredentialData

from accounts.models import Passkey, User, UserSession
from accounts.services.personal_tokens import create_token
from portfolio.models import ImportBatch, ImportUpload, Portfolio
from portfolio.services.sharing import create_share_link, grant_access
from portfolio.services.transactions import TransactionDraft, record_transaction
from portfolio.views.import_help import TEMPLATES
from tests.accounts.authenticators import Device
from tests.factories import UserFactory
from tests.factories_portfolio import InstrumentFactory, PortfolioFactory, PriceFactory

DAY = dt.date(2024, 1, 2)


@dataclass(frozen=True)
class World:
    """`things`: by the name of a part of an address, what of alice's stands there. `foreign`: a portfolio of the stranger's."""

    people: dict[str, User | None]
    things: dict[str, Any]
    foreign: Portfolio

    def browse(self, person: str) -> Client:
        client = Client(raise_request_exception=False)
        user = self.people[person]
        if user is not None:
            client.force_login(user)
        return client


@pytest.fixture
def world(alice: User, bob: User, charlie: User, staff: User, settings: Any) -> World:
    # Passkeys need an address with a name.
    settings.PUBLIC_URL = "http://localhost:3000"
    reader, percentages = UserFactory(email="reader@example.com"), UserFactory(email="percentages@example.com")
    people = {
        "owner": alice, "editor": bob, "reader": reader, "percentages": percentages, "stranger": charlie, "staff": staff, "anonymous": None,
    }  # fmt: skip
    book = PortfolioFactory(owner=alice, name="Watched")
    for role in ("editor", "reader", "percentages"):
        grant_access(actor=alice, portfolio=book, email=people[role].email, role=role)
    return World(people, make_things(alice, book), PortfolioFactory(owner=charlie, name="Elsewhere"))


def make_things(alice: User, book: Portfolio) -> dict[str, Any]:
    own = InstrumentFactory(symbol="MINE", owner=alice)
    PriceFactory(instrument=own, date=DAY)
    draft = TransactionDraft(kind="buy", trade_date=DAY, symbol="MINE", quantity=Decimal(1), price=Decimal(10))
    entry = record_transaction(actor=alice, portfolio=book, draft=draft)
    share = grant_access(actor=alice, portfolio=book, email="somebody@example.com", role="reader")
    _, token = create_share_link(actor=alice, portfolio=book, role="reader")
    content = b"date,type,symbol,quantity,price\n2024-02-01,buy,MINE,1,10\n"
    Client().force_login(alice)
    return {
        "portfolio_id": book.pk,
        "account_id": entry.account_id,
        "transaction_id": entry.pk,
        "import_id": ImportBatch.objects.create(portfolio=book, created_by=alice, format="csv", digest="0" * 64).pk,
        "upload_id": ImportUpload.objects.create(portfolio=book, created_by=alice, content=content, size=len(content)).pk,
        "share_id": share.pk,
        "session_id": UserSession.objects.get(user=alice, personal_token=None).pk,
        "symbol": "MINE",
        "date": DAY.isoformat(),
        "name": next(iter(TEMPLATES)),
        "token": token,
        "uidb64": "x",
        "token_id": create_token(user=alice, name="script", scopes=["portfolio:read"], lifetime=dt.timedelta(days=1)).token.pk,
        "user_id": alice.pk,
        "passkey_id": make_passkey(alice).pk,
    }


def make_passkey(alice: User) -> Passkey:
    device = Device()
    public_key = ES256.from_cryptography_key(device.key.public_key())
    data = AttestedCredentialData.create(b"\0" * 16, device.id, public_key)
    # A number that stands nowhere else in a page.
    return Passkey.objects.create(pk=73_400_119, user=alice, name="key", credential_id=device.id.hex(), credential=bytes(data).hex())


def list_routes(patterns: Any = None, prefix: str = "") -> dict[str, Any]:
    """Return every route of the URL table with its view."""
    found: dict[str, Any] = {}
    for pattern in get_resolver().url_patterns if patterns is None else patterns:
        if isinstance(pattern, URLResolver):
            found |= list_routes(pattern.url_patterns, prefix + str(pattern.pattern))
        elif isinstance(pattern, URLPattern):
            found[prefix + str(pattern.pattern)] = pattern.callback
    return found
