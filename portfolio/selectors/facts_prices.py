"""Closes of many instruments: exact ones of single days, whole series as float64."""

import datetime as dt
from collections.abc import Iterable, Mapping

import numpy as np
from django.db import connection

from portfolio.engine.prices import Days, Prices, Quote, SampledPrices, Values

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
FROM unnest(%s::uuid[], %s::date[]) AS wanted (instrument, start)
CROSS JOIN LATERAL (
    SELECT string_agg(date_send(date) || float8send(close_float), ''::bytea ORDER BY date) AS points
    FROM portfolio_price
    WHERE instrument_id = wanted.instrument AND date <= %s
      AND date >= COALESCE((SELECT max(date) FROM portfolio_price WHERE instrument_id = wanted.instrument AND date <= wanted.start), wanted.start)
) AS found
"""
POINTS = np.dtype([("day", ">i4"), ("close", ">f8")])
# PostgreSQL counts days from here.
EPOCH = dt.date(2000, 1, 1).toordinal()


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
    return {key: SampledPrices(days, *_unpack(series.get(key))) for key, days in samples.items()}


def _fill(samples: dict[str, dict[dt.date, Quote | None]]) -> None:
    pairs = [(key, day) for key, days in samples.items() for day in days]
    if not pairs:
        return
    with connection.cursor() as cursor:
        cursor.execute(SAMPLES, [[key for key, _ in pairs], [day for _, day in pairs]])
        for key, day, close, date in cursor.fetchall():
            samples[key][day] = Quote(close, date)


def _load_series(starts: Mapping[str, dt.date], end: dt.date) -> dict[str, bytes | None]:
    with connection.cursor() as cursor:
        cursor.execute(SERIES, [list(starts), list(starts.values()), end])
        return dict(cursor.fetchall())


def _unpack(packed: bytes | None) -> tuple[Days, Values]:
    points = np.frombuffer(packed or b"", dtype=POINTS)
    return points["day"].astype(np.int64) + EPOCH, points["close"].astype(np.float64)
