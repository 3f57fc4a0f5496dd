"""Closes of many instruments: exact ones of single days, whole series as float64. Both are kept until the instrument's version rises."""

import datetime as dt
from collections.abc import Iterable, Mapping, Sequence

import numpy as np
from django.db import connection

from portfolio.engine.prices import Days, Quote, Values
from portfolio.selectors.cache import quotes, series

SAMPLES = """
SELECT wanted.instrument::text, wanted.day, found.close, found.date
FROM unnest(%s::uuid[], %s::date[]) AS wanted (instrument, day)
CROSS JOIN LATERAL (
    SELECT trim_scale(close) AS close, date FROM portfolio_price
    WHERE instrument_id = wanted.instrument AND date <= wanted.day ORDER BY date DESC LIMIT 1
) AS found
"""
# One row an instrument: days and closes as packed numbers, which numpy reads without a Python object for each.
SERIES = """
SELECT wanted.instrument::text, found.points
FROM unnest(%s::uuid[]) AS wanted (instrument)
CROSS JOIN LATERAL (
    SELECT string_agg(date_send(date) || float8send(close_float), ''::bytea ORDER BY date) AS points
    FROM portfolio_price WHERE instrument_id = wanted.instrument
) AS found
"""
POINTS = np.dtype([("day", ">i4"), ("close", ">f8")])
# PostgreSQL counts days from here.
EPOCH = dt.date(2000, 1, 1).toordinal()


def load_quotes(wanted: Iterable[tuple[str, str, dt.date]]) -> dict[tuple[str, dt.date], Quote | None]:
    """Return the last known close on or before each (instrument key, its version, day)."""
    pairs = set(wanted)
    found = {pair: quotes.get(pair) for pair in pairs}
    missing = [pair for pair, kept in found.items() if kept is None]
    for pair, quote in _read_quotes(missing).items():
        found[pair] = (quote,)
        quotes.put(pair, (quote,))
    return {(key, day): kept[0] for (key, _, day), kept in found.items() if kept}


def load_series(versions: Mapping[str, str]) -> dict[str, tuple[Days, Values]]:
    """Return all days with a close and the closes of each instrument key; `versions`: the version of each."""
    found = {key: series.get((key, version)) for key, version in versions.items()}
    missing = [key for key, kept in found.items() if kept is None]
    for key, points in _read_series(missing):
        found[key] = _unpack(points)
        series.put((key, versions[key]), found[key])
    return {key: kept for key, kept in found.items() if kept is not None}


def _read_quotes(pairs: Sequence[tuple[str, str, dt.date]]) -> dict[tuple[str, str, dt.date], Quote | None]:
    if not pairs:
        return {}
    with connection.cursor() as cursor:
        cursor.execute(SAMPLES, [[key for key, _, _ in pairs], [day for _, _, day in pairs]])
        found = {(key, day): Quote(close, date) for key, day, close, date in cursor.fetchall()}
    return {pair: found.get((pair[0], pair[2])) for pair in pairs}


def _read_series(keys: Sequence[str]) -> list[tuple[str, bytes | None]]:
    if not keys:
        return []
    with connection.cursor() as cursor:
        cursor.execute(SERIES, [list(keys)])
        return list(cursor.fetchall())


def _unpack(packed: bytes | None) -> tuple[Days, Values]:
    points = np.frombuffer(packed or b"", dtype=POINTS)
    return points["day"].astype(np.int64) + EPOCH, points["close"].astype(np.float64)
