"""Short ways to write ledgers and markets in tests."""

import datetime as dt
from collections.abc import Mapping
from decimal import Decimal
from typing import Any

from portfolio.engine.fx import FxTable, RateSeries
from portfolio.engine.ledger import Entry
from portfolio.engine.market import InstrumentInfo, Market
from portfolio.engine.prices import PriceSeries

DAY_ONE = dt.date(2024, 1, 1)


def on(number: int) -> dt.date:
    """Return a day counted from 1 January 2024, which is day 1."""
    return DAY_ONE + dt.timedelta(days=number - 1)


def number(value: Any) -> Decimal | None:
    return None if value is None else Decimal(str(value))


def entry(kind: str, day: int, quantity: Any = None, price: Any = None, **facts: Any) -> Entry:
    """Return an entry of the instrument X in EUR, unless told otherwise; numbers may be written as text or int."""
    facts.setdefault("key", f"{kind}-{day}-{facts.get('sequence', 0)}")
    facts.setdefault("account", "Main")
    facts.setdefault("currency", "EUR")
    if kind not in {"deposit", "withdrawal", "interest"}:
        facts.setdefault("instrument", "X")
    for name in ("amount", "fee", "tax", "fx_rate"):
        if name in facts:
            facts[name] = number(facts[name])
    return Entry(kind=kind, trade_date=on(day), quantity=number(quantity), price=number(price), **facts)


def market(
    closes: Mapping[str, Mapping[int, Any]] | None = None,
    currencies: Mapping[str, str] | None = None,
    rates: Mapping[tuple[str, str], Mapping[int, Any]] | None = None,
) -> Market:
    """Return a market: closes by instrument and day, currency by instrument (EUR unless told), rates by pair and day."""
    closes, currencies = closes or {}, currencies or {}
    keys = {"X", *closes, *currencies}
    infos = {key: InstrumentInfo(key, currencies.get(key, "EUR"), key, f"{key} plc") for key in keys}
    prices = {key: PriceSeries((on(day), Decimal(str(close))) for day, close in points.items()) for key, points in closes.items()}
    series = {pair: RateSeries.of((on(day), Decimal(str(rate))) for day, rate in points.items()) for pair, points in (rates or {}).items()}
    return Market(infos, prices, FxTable(series))
