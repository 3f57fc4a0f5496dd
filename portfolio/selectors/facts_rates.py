"""Exchange rates that a portfolio's owner may use, only of the pairs that lead from its currencies to its base currency."""

import datetime as dt
from collections.abc import Iterable
from typing import Any
from uuid import UUID

import numpy as np
from django.db import connection

from common.currencies import MINOR_UNITS
from portfolio.engine.fx import FxTable, RateSeries

# The pairs on file, by jumping from one to the next in the index: thirty pairs of ten years cost thirty look-ups.
PAIRS = """
WITH RECURSIVE pairs AS (
    (SELECT base, quote FROM portfolio_fxrate WHERE {owner} ORDER BY base, quote LIMIT 1)
    UNION ALL
    SELECT following.base, following.quote FROM pairs CROSS JOIN LATERAL (
        SELECT base, quote FROM portfolio_fxrate WHERE {owner} AND (base, quote) > (pairs.base, pairs.quote) ORDER BY base, quote LIMIT 1
    ) AS following
)
SELECT {own} AS own, base, quote FROM pairs
"""
SHARED = PAIRS.format(owner="owner_id IS NULL", own="FALSE")
OWN = PAIRS.format(owner="owner_id = %(owner)s", own="TRUE")
SERIES = """
SELECT wanted.base, wanted.quote, found.days, found.rates
FROM unnest(%(own)s::bool[], %(bases)s::text[], %(quotes)s::text[]) AS wanted (own, base, quote)
CROSS JOIN LATERAL (
    SELECT string_agg(int4send(date - DATE '0001-01-01' + 1), ''::bytea ORDER BY date) AS days,
           string_agg(trim_scale(rate)::text, ' ' ORDER BY date) AS rates
    FROM portfolio_fxrate
    WHERE base = wanted.base AND quote = wanted.quote AND date <= %(end)s
      AND owner_id IS NOT DISTINCT FROM CASE WHEN wanted.own THEN %(owner)s::uuid END
) AS found
WHERE found.days IS NOT NULL
ORDER BY wanted.own
"""
Pair = tuple[str, str]


def load_rates(owner_id: UUID, currencies: Iterable[str], base_currency: str, end: dt.date) -> FxTable:
    """Return the rates up to a day. The owner's own rate of a pair and day beats the shared one."""
    foreign = {MINOR_UNITS.get(currency, currency) for currency in currencies} - {base_currency}
    if not foreign:
        return FxTable({})
    listed = _list_pairs(owner_id)
    useful = _choose_pairs({pair for _, pair in listed}, foreign, base_currency)
    return FxTable(_load_series(owner_id, [(own, pair) for own, pair in listed if pair in useful], end))


def _list_pairs(owner_id: UUID) -> list[tuple[bool, Pair]]:
    with connection.cursor() as cursor:
        cursor.execute(f"({SHARED}) UNION ALL ({OWN})", {"owner": owner_id})
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


def _load_series(owner_id: UUID, listed: list[tuple[bool, Pair]], end: dt.date) -> dict[Pair, RateSeries]:
    columns: dict[str, Any] = {"own": [own for own, _ in listed], "bases": [pair[0] for _, pair in listed], "quotes": [pair[1] for _, pair in listed]}
    found: dict[Pair, RateSeries] = {}
    if not listed:
        return found
    with connection.cursor() as cursor:
        cursor.execute(SERIES, {**columns, "end": end, "owner": owner_id})
        for base, quote, packed_days, text in cursor.fetchall():
            days = np.frombuffer(packed_days, dtype=">i4").astype(np.int64).tolist()
            series = RateSeries(days, text.split(" "), np.fromstring(text, sep=" "))
            earlier = found.get((base, quote))
            found[base, quote] = series if earlier is None else _override(earlier, series)
    return found


def _override(shared: RateSeries, own: RateSeries) -> RateSeries:
    merged = dict(zip(shared.ordinals, shared.rates, strict=True)) | dict(zip(own.ordinals, own.rates, strict=True))
    days = sorted(merged)
    return RateSeries(days, [merged[day] for day in days])
