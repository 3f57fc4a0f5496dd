"""The least that holdings and performance can cost: read the rows, Decimal FIFO, a numpy series, orjson; nothing else.

No currencies, no checks, no report: a figure of this cannot be shown to anybody, it only says what the work itself must take.
"""

from collections import deque
from decimal import Decimal
from typing import Any

import numpy as np
import orjson

ENTRIES = (
    "SELECT kind, instrument_id, trade_date, quantity, price, amount, fee, tax FROM portfolio_transaction"
    " WHERE portfolio_id = %s ORDER BY trade_date, sequence"
)
# Packed numbers, which numpy reads without a Python object for each.
CLOSES = """
SELECT instrument_id, string_agg(int4send(date - DATE '1970-01-01'), ''::bytea ORDER BY date),
       string_agg(float8send(close_float), ''::bytea ORDER BY date)
FROM portfolio_price WHERE instrument_id = ANY(%s) GROUP BY instrument_id
"""
EPOCH = np.datetime64("1970-01-01")
EPOCH_ORDINAL = 719_163


def compute_floor(cursor: Any, portfolio_id: str) -> bytes:
    cursor.execute(ENTRIES, [portfolio_id])
    rows = cursor.fetchall()
    instruments = sorted({row[1] for row in rows if row[1]})
    cursor.execute(CLOSES, [instruments])
    closes = {key: (np.frombuffer(days, ">i4").astype(int), np.frombuffer(values, ">f8").astype(float)) for key, days, values in cursor.fetchall()}
    lots = _fold(rows)
    series = _build_series(rows, closes)
    held = [
        {"instrument": str(key), "quantity": str(sum(lot[0] for lot in queue)), "cost": str(sum(lot[0] * lot[1] for lot in queue))}
        for key, queue in lots.items()
    ]
    return orjson.dumps({"holdings": held, "series": series})


def _fold(rows: list[tuple[Any, ...]]) -> dict[Any, deque[list[Decimal]]]:
    lots: dict[Any, deque[list[Decimal]]] = {}
    for kind, instrument, _, quantity, price, _, fee, tax in rows:
        queue = lots.setdefault(instrument, deque())
        if kind == "buy":
            queue.append([quantity, (quantity * price + fee + tax) / quantity])
        elif kind == "sell":
            _close(queue, quantity)
    return lots


def _close(queue: deque[list[Decimal]], wanted: Decimal) -> None:
    while wanted:
        lot = queue[0]
        taken = min(lot[0], wanted)
        lot[0] -= taken
        wanted -= taken
        if not lot[0]:
            queue.popleft()


def _build_series(rows: list[tuple[Any, ...]], closes: dict[Any, tuple[Any, Any]]) -> list[dict[str, Any]]:
    days = np.unique(np.concatenate([days for days, _ in closes.values()]))
    trades: dict[Any, list[tuple[int, float, float]]] = {key: [] for key in closes}
    for kind, instrument, day, quantity, price, *_ in rows:
        if kind != "dividend":
            trades[instrument].append((day.toordinal() - EPOCH_ORDINAL, float(quantity) if kind == "buy" else -float(quantity), float(price)))
    values, flows = np.zeros(len(days)), np.zeros(len(days))
    for key, (dates, prices) in closes.items():
        table = np.array(trades[key]).reshape(-1, 3)
        places = np.searchsorted(days, table[:, 0]).clip(max=len(days) - 1)
        flows += np.bincount(places, table[:, 1] * table[:, 2], len(days))
        units = np.cumsum(np.bincount(places, table[:, 1], len(days)))
        values += units * prices[np.searchsorted(dates, days, side="right").clip(min=1) - 1]
    base = np.concatenate([[0.0], values[:-1]]) + flows
    returns = np.cumprod(np.where(base > 0, values / np.where(base > 0, base, 1), 1)) - 1
    dates = (EPOCH + days).astype(str).tolist()
    return [{"date": day, "value": f"{value:.2f}", "return": rate} for day, value, rate in zip(dates, values.tolist(), returns.tolist(), strict=True)]
