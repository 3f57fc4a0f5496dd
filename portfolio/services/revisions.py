"""Portfolio.revision rises in the transaction of every change of a fact that the portfolio's figures depend on."""

from collections.abc import Iterable
from typing import TYPE_CHECKING
from uuid import UUID

from django.db import transaction
from django.db.models import F, Q
from django.dispatch import Signal
from django.utils import timezone

from portfolio.models import Instrument, Portfolio, Transaction

if TYPE_CHECKING:
    from accounts.models import User


def raise_revisions(condition: Q) -> int:
    """Raise the revision of every portfolio that meets the condition; return how many. Locks them in one order, so two writers never deadlock."""
    locked = Portfolio.objects.filter(condition).order_by("pk").select_for_update(no_key=True)
    ids = list(locked.values_list("pk", flat=True))
    return Portfolio.objects.filter(pk__in=ids).update(revision=F("revision") + 1) if ids else 0


def raise_for_instruments(instrument_ids: Iterable[UUID]) -> int:
    """The portfolios with an entry in one of the instruments, or with one as benchmark.

    The instruments' own version rises too: who compares with one of them by its symbol depends on its prices without holding it.
    """
    ids = list(instrument_ids)
    Instrument.objects.filter(pk__in=ids).update(updated_at=timezone.now())
    holders = Transaction.objects.filter(instrument__in=ids).values("portfolio")
    return raise_revisions(Q(pk__in=holders) | Q(benchmark__in=ids))


def raise_for_rates(owner: "User | None") -> int:
    """The portfolios that see the owner's exchange rates; shared rates are seen by all."""
    return raise_revisions(Q() if owner is None else Q(owner=owner))


def send_on_commit(signal: Signal, **news: object) -> None:
    """Send the news when it is true. A listener that fails is logged by Django and spoils nothing: the facts are stored."""
    transaction.on_commit(lambda: signal.send_robust(sender=None, **news))
