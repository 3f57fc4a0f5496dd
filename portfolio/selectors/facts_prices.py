"""Closes of many instruments: exact ones of single days, whole series as float64."""

import datetime as dt
from collections.abc import Iterable, Mapping

import numpy as np
from django.db import connection

from portfolio.engine.prices import Prices, Quote, SampledPrices, Values

SAMPLES = """
SELECT wanted.instrument::text, wanted.day, found.close, found.date
FROM unnest(%s::uuid[], %s::date[]) AS wanted (instrument, day)
CROSS JOIN LATERAL (
    SELECT trim_scale(close) AS close, date FROM portfolio_price
    WHERE instrument_id = wanted.instrument AND date <= wanted.day ORDER BY date DESC LIMIT 1
) AS found
"""
# One row an instrument: days and closes as packed big-endian numbers, which numpy reads without a Python object for each.
SERIES = """
SELECT wanted.instrument::text, found.days, found.closes
FROM unnest(%s::uuid[], %s::date[]) AS wanted (instrument, start)
CROSS JOIN LATERAL (
    SELECT string_agg(int4send(date - DATE '0001-01-01' + 1), ''::bytea ORDER BY date) AS days,
           string_agg(float8send(close::float8), ''::bytea ORDER BY date) AS closes
    FROM portfolio_price
    WHERE instrument_id = wanted.instrument AND date <= %s
      AND date >= COALESCE((SELECT max(date) FROM portfolio_price WHERE instrument_id = wanted.instrument AND date <= wanted.start), wanted.start)
) AS found
"""
Packed = tuple[bytes | None, bytes | None]


def load_prices(wanted: Iterable[tuple[str, dt.date]], starts: Mapping[str, dt.date], end: dt.date) -> dict[str, Prices]:
    """Return the price history of each instrument key.

    `wanted`: the (instrument, day) whose last known close is asked exactly; `starts`: the first day of each series, which reaches to `end`
    and begins with the last close known on that first day.
    """
    samples: dict[str, dict[dt.date, Quote | None]] = {}
    for key, day in wanted:
        samples.setdefault(key, {})[day] = None
    _fill(samples)
    series = _load_series(starts, end) if starts else {}
    return {key: SampledPrices(days, *_unpack(*series.get(key, (None, None)))) for key, days in samples.items()}


def _fill(samples: dict[str, dict[dt.date, Quote | None]]) -> None:
    pairs = [(key, day) for key, days in samples.items() for day in days]
    if not pairs:
        return
    with connection.cursor() as cursor:
        cursor.execute(SAMPLES, [[key for key, _ in pairs], [day for _, day in pairs]])
        for key, day, close, date in cursor.fetchall():
            samples[key][day] = Quote(close, date)


def _load_series(starts: Mapping[str, dt.date], end: dt.date) -> dict[str, Packed]:
    with connection.cursor() as cursor:
        cursor.execute(SERIES, [list(starts), list(starts.values()), end])
        return {key: (days, closes) for key, days, closes in cursor.fetchall()}


def _unpack(days: bytes | None, closes: bytes | None) -> tuple[np.ndarray[tuple[int], np.dtype[np.int64]], Values]:
    return np.frombuffer(days or b"", dtype=">i4").astype(np.int64), np.frombuffer(closes or b"", dtype=">f8").astype(np.float64)
