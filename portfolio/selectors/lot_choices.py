"""The lots that a sale by specific identification can take from."""

import datetime as dt
from collections.abc import Iterator
from dataclasses import dataclass
from decimal import Decimal
from uuid import UUID

from portfolio.models import Instrument, Portfolio, Transaction
from portfolio.selectors.figures import measure_lots


@dataclass(frozen=True, slots=True)
class OfferedLot:
    """Units left of one acquisition. `unit_cost` is None when its cost is unknown; it is in `currency`."""

    transaction_id: str
    acquired_on: dt.date
    quantity: Decimal
    unit_cost: Decimal | None
    currency: str


def list_offered_lots(
    *, portfolio: Portfolio, instrument: Instrument, account: str, as_of: dt.date, entry: Transaction | None = None
) -> list[OfferedLot]:
    """Return the open lots of the account on a day, oldest first. What `entry` itself has taken counts as still there."""
    taken = _read_taken(entry) if entry is not None and entry.instrument_id == instrument.pk else {}
    report = measure_lots(portfolio=portfolio, as_of=as_of, instrument=instrument)
    lots = []
    for row in report.open:
        if row.account == account and row.quantity > 0:
            quantity = row.quantity + taken.pop(row.transaction_id, Decimal(0))
            lots.append(OfferedLot(row.transaction_id, row.acquired_on, quantity, row.unit_cost, row.currency))
    lots += _describe_taken(portfolio, taken)
    return sorted(lots, key=lambda lot: lot.acquired_on)


def _read_taken(entry: Transaction) -> dict[str, Decimal]:
    return {str(lot["transaction"]): Decimal(lot["quantity"]) for lot in entry.lots or ()}


def _describe_taken(portfolio: Portfolio, taken: dict[str, Decimal]) -> Iterator[OfferedLot]:
    """Lots that the entry has used up are no longer open; their acquisition still tells the day."""
    rows = Transaction.objects.filter(portfolio=portfolio, pk__in=[UUID(key) for key in taken])
    for row in rows:
        yield OfferedLot(str(row.pk), row.trade_date, taken[str(row.pk)], row.price, row.currency)
