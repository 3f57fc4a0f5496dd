"""Ledgers of cases as ledgers of the engine.

A case's `amount` is the net cash movement: of a buy with, of a sale or a dividend without fees and taxes. A delivery is booked as a trade.
"""

import datetime as dt
from collections.abc import Iterable, Mapping
from decimal import Decimal
from typing import Any

from portfolio.engine.book import Book
from portfolio.engine.fx import FxTable, RateSeries
from portfolio.engine.ledger import Entry, Ledger, order_entries
from portfolio.engine.market import InstrumentInfo, Market
from portfolio.engine.positions import fold
from portfolio.engine.prices import PriceSeries
from portfolio.engine.valuer import Rules

ITEM = "ITEM"
BASE = "EUR"
# Kind of the case: (kind of the engine, sign of the amount).
KINDS = {
    "buy": ("buy", 1),
    "sell": ("sell", 1),
    "delivery_in": ("buy", 1),
    "delivery_out": ("sell", 1),
    "deposit": ("deposit", 1),
    "withdrawal": ("withdrawal", 1),
    "dividend": ("dividend", 1),
    "interest": ("interest", 1),
    "interest_charge": ("interest", -1),
    "fee": ("fee", 1),
    "fee_refund": ("fee", -1),
    "tax": ("tax", 1),
    "tax_refund": ("tax", -1),
}
PAID_ON_TOP = frozenset({"buy", "delivery_in", "deposit"})


def number(value: Any) -> Decimal:
    return Decimal(str(value))


def day(text: str) -> dt.date:
    return dt.date.fromisoformat(text)


def read_ledger(rows: Iterable[Mapping[str, Any]], *, currency: str = BASE) -> Ledger:
    """Return the ledger of a case's transactions; a transfer between depots becomes its two entries."""
    entries: list[Entry] = []
    for place, row in enumerate(rows):
        if row["type"] == "transfer":
            entries += _transfer(row, place, currency)
        else:
            entries.append(_entry(row, place, currency))
    return order_entries(entries)


def _entry(row: Mapping[str, Any], place: int, currency: str) -> Entry:
    kind, sign = KINDS[row["type"]]
    fee, tax = number(row.get("fees", 0)), number(row.get("taxes", 0))
    net = number(row["amount"])
    gross = net - fee - tax if row["type"] in PAID_ON_TOP else net + fee + tax
    return Entry(
        key=str(place),
        kind=kind,
        trade_date=day(row["date"]),
        account=row.get("depot", "Main"),
        instrument=row.get("security", ITEM) if kind in {"buy", "sell", "dividend"} else None,
        quantity=number(row["quantity"]) if kind in {"buy", "sell"} else None,
        amount=gross * sign,
        fee=fee,
        tax=tax,
        currency=row.get("currency", currency),
        sequence=place,
    )


def _transfer(row: Mapping[str, Any], place: int, currency: str) -> list[Entry]:
    source, target = row["depot"], row["to_depot"]
    out = Entry(
        key=f"{place}-out",
        kind="transfer_out",
        trade_date=day(row["date"]),
        account=source,
        instrument=ITEM,
        quantity=number(row["quantity"]),
        amount=number(row["amount"]),
        currency=currency,
        sequence=place,
        counter_account=target,
    )
    return [out, out._replace(key=f"{place}-in", kind="transfer_in", account=target, counter_account=source)]


def make_market(prices: Mapping[str, Any] | None = None, *, currency: str = BASE, fx: FxTable | None = None) -> Market:
    """Return a market of one instrument with closes by day."""
    points = [(day(quoted_on), number(close)) for quoted_on, close in (prices or {}).items()]
    return Market({ITEM: InstrumentInfo(ITEM, currency, ITEM)}, {ITEM: PriceSeries(points)}, fx or FxTable({}))


def read_rates(rates: Mapping[str, str]) -> RateSeries:
    """Return the series of a case's rates by day."""
    return RateSeries.of((day(known_on), number(rate)) for known_on, rate in rates.items())


def fold_rows(rows: Iterable[Mapping[str, Any]], method: str, market: Market | None = None, *, allow_short: bool = False) -> Book:
    """Fold the transactions of a case under a lot method; closed lots are kept."""
    return fold(read_ledger(rows), Rules(BASE, method, allow_short), market or make_market(), keep_closed=True)
