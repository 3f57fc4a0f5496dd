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
CLOSES = (
    "SELECT instrument_id, array_agg(date - '1970-01-01'::date ORDER BY date), array_agg(close::float8 ORDER BY date) FROM portfolio_price"
    " WHERE instrument_id = ANY(%s) GROUP BY instrument_id"
)
EPOCH = np.datetime64("1970-01-01")


def compute_floor(cursor: Any, portfolio_id: str) -> bytes:
    cursor.execute(ENTRIES, [portfolio_id])
    rows = cursor.fetchall()
    instruments = sorted({row[1] for row in rows if row[1]})
    cursor.execute(CLOSES, [instruments])
    closes = {key: (np.array(days), np.array(values)) for key, days, values in cursor.fetchall()}
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
    places = np.searchsorted(days, [(np.datetime64(row[2]) - EPOCH).astype(int) for row in rows]).clip(max=len(days) - 1)
    values, flows = np.zeros(len(days)), np.zeros(len(days))
    for key, (dates, prices) in closes.items():
        units = np.zeros(len(days))
        mine = [place for place, row in enumerate(rows) if row[1] == key and row[0] != "dividend"]
        signs = [1.0 if rows[place][0] == "buy" else -1.0 for place in mine]
        moved = np.array([float(rows[place][3]) for place in mine]) * signs
        np.add.at(units, places[mine], moved)
        np.add.at(flows, places[mine], moved * np.array([float(rows[place][4]) for place in mine]))
        values += np.cumsum(units) * prices[np.searchsorted(dates, days, side="right").clip(min=1) - 1]
    base = np.concatenate([[0.0], values[:-1]]) + flows
    returns = np.cumprod(np.where(base > 0, values / np.where(base > 0, base, 1), 1)) - 1
    dates = (EPOCH + days).astype(str)
    return [
        {"date": day, "value": f"{value:.2f}", "return": rate}
        for day, value, rate in zip(dates.tolist(), values.tolist(), returns.tolist(), strict=True)
    ]
