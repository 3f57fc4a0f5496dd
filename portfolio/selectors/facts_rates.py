"""Exchange rates that a portfolio's owner may use, only of the pairs that lead from its currencies to its base currency."""

import datetime as dt
from collections.abc import Iterable
from typing import Any
from uuid import UUID

import numpy as np
from django.db import connection

from common.currencies import MINOR_UNITS
from portfolio.engine.fx import FxTable, RateSeries

# The pairs on file, by jumping from one to the next in the index: thirty pairs of ten years cost thirty look-ups. The owner stands in the
# order because a search for nothing (IS NULL) does not tell the planner that the index is in order behind it.
PAIRS = """
WITH RECURSIVE pairs AS (
    (SELECT base, quote FROM portfolio_fxrate WHERE {owner} ORDER BY owner_id, base, quote LIMIT 1)
    UNION ALL
    SELECT following.base, following.quote FROM pairs CROSS JOIN LATERAL (
        SELECT base, quote FROM portfolio_fxrate WHERE {owner} AND (base, quote) > (pairs.base, pairs.quote) ORDER BY owner_id, base, quote LIMIT 1
    ) AS following
)
SELECT {own} AS own, base, quote FROM pairs
"""
SERIES = """
SELECT wanted.base, wanted.quote, found.days, found.rates
FROM unnest(%(bases)s::text[], %(quotes)s::text[]) AS wanted (base, quote)
CROSS JOIN LATERAL (
    SELECT string_agg(int4send(date - DATE '0001-01-01' + 1), ''::bytea ORDER BY date) AS days,
           string_agg(trim_scale(rate)::text, ' ' ORDER BY date) AS rates
    FROM portfolio_fxrate
    WHERE {owner} AND base = wanted.base AND quote = wanted.quote AND date <= %(end)s
) AS found
WHERE found.days IS NOT NULL
"""
SHARED, OWN = "owner_id IS NULL", "owner_id = %(owner)s"
Pair = tuple[str, str]


def load_rates(owner_id: UUID, currencies: Iterable[str], base_currency: str, end: dt.date) -> FxTable:
    """Return the rates up to a day. The owner's own rate of a pair and day beats the shared one."""
    foreign = {MINOR_UNITS.get(currency, currency) for currency in currencies} - {base_currency}
    if not foreign:
        return FxTable({})
    listed = _list_pairs(owner_id)
    useful = _choose_pairs({pair for _, pair in listed}, foreign, base_currency)
    shared = _load_series(SHARED, owner_id, [pair for own, pair in listed if pair in useful and not own], end)
    own = _load_series(OWN, owner_id, [pair for own, pair in listed if pair in useful and own], end)
    return FxTable(shared | {pair: _override(shared[pair], series) if pair in shared else series for pair, series in own.items()})


def _list_pairs(owner_id: UUID) -> list[tuple[bool, Pair]]:
    """Return (whether it is the owner's own, pair) of every pair on file."""
    with connection.cursor() as cursor:
        cursor.execute(f"({PAIRS.format(owner=SHARED, own='FALSE')}) UNION ALL ({PAIRS.format(owner=OWN, own='TRUE')})", {"owner": owner_id})
        return [(own, (base, quote)) for own, base, quote in cursor.fetchall()]


def _choose_pairs(pairs: set[Pair], foreign: set[str], base_currency: str) -> set[Pair]:
    """Return the pairs that join a foreign currency to the base, directly or over one common currency."""
    neighbours: dict[str, set[str]] = {}
    for base, quote in pairs:
        neighbours.setdefault(base, set()).add(quote)
        neighbours.setdefault(quote, set()).add(base)
    around = neighbours.get(base_currency, set())
    joined = {frozenset((currency, base_currency)) for currency in foreign}
    for currency in foreign:
        for pivot in neighbours.get(currency, set()) & around:
            joined |= {frozenset((currency, pivot)), frozenset((pivot, base_currency))}
    return {pair for pair in pairs if frozenset(pair) in joined}


def _load_series(owner: str, owner_id: UUID, pairs: list[Pair], end: dt.date) -> dict[Pair, RateSeries]:
    if not pairs:
        return {}
    wanted: dict[str, Any] = {"bases": [base for base, _ in pairs], "quotes": [quote for _, quote in pairs], "end": end, "owner": owner_id}
    with connection.cursor() as cursor:
        cursor.execute(SERIES.format(owner=owner), wanted)
        return {(base, quote): _read_series(days, rates) for base, quote, days, rates in cursor.fetchall()}


def _read_series(packed_days: bytes, rates: str) -> RateSeries:
    return RateSeries(np.frombuffer(packed_days, dtype=">i4"), rates.split(" "), np.fromstring(rates, sep=" "))


def _override(shared: RateSeries, own: RateSeries) -> RateSeries:
    merged = dict(zip(shared.ordinals, shared.rates, strict=True)) | dict(zip(own.ordinals, own.rates, strict=True))
    days = sorted(merged)
    return RateSeries(days, [merged[day] for day in days])
