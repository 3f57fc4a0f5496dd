"""Holdings, gains and returns of a generated ledger, computed another way: pandas and pyxirr, in float64, from the files alone.

Nothing of the program is used, so that agreement means something. Base currency EUR, no cash tracking, FIFO by account, rates of the
day or the last before it, a purchase an inflow at the start of its day, a sale or dividend an outflow at its end.
"""

import io
from collections import deque
from dataclasses import dataclass

import numpy as np
import pandas as pd
import pyxirr


@dataclass(frozen=True)
class Recomputed:
    units: dict[str, float]
    market_value: float
    realized_gain: float
    unrealized_gain: float
    income: float
    taxes: float
    net_external_flow: float
    time_weighted_return: float
    money_weighted_return: float
    flows: pd.Series
    benchmark_return: float


def recompute(*, ledger: bytes, prices: bytes, rates: bytes, benchmark: str) -> Recomputed:
    """Return the figures at the end of the last day with a price."""
    closes = pd.read_csv(io.BytesIO(prices), parse_dates=["date"]).pivot_table(index="date", columns="symbol", values="close")
    trades = _read_trades(ledger)
    days = pd.date_range(trades["date"].min() - pd.Timedelta(days=1), closes.index.max())
    euros = _read_euros_per_dollar(rates, days)
    closes = closes.reindex(closes.index.union(days)).ffill().reindex(days)
    trades["rate"] = euros.reindex(trades["date"]).to_numpy()
    trades["cash"] = trades["gross"] * trades["rate"] + np.where(trades["type"] == "buy", 1, -1) * (trades["fee"] + trades["tax"]) * trades["rate"]
    units = trades.pivot_table(index="date", columns="symbol", values="units", aggfunc="sum").reindex(days).fillna(0).cumsum()
    values = (units * closes[units.columns]).sum(axis=1) * euros
    bought = trades["type"] == "buy"
    inflows = trades[bought].groupby("date")["cash"].sum().reindex(days).fillna(0)
    outflows = trades[~bought].groupby("date")["cash"].sum().reindex(days).fillna(0)
    flows = _list_flows(values, inflows, outflows)
    realized, cost = _match_lots(trades)
    dividends = trades[trades["type"] == "dividend"]
    index = closes[benchmark] * euros
    return Recomputed(
        units=units.iloc[-1].to_dict(),
        market_value=float(values.iloc[-1]),
        realized_gain=realized,
        unrealized_gain=float(values.iloc[-1]) - cost,
        income=float((dividends["gross"] * dividends["rate"]).sum()),
        taxes=float((trades["tax"] * trades["rate"]).sum()),
        net_external_flow=float(inflows.sum() - outflows.sum()),
        time_weighted_return=_link(values, inflows, outflows),
        money_weighted_return=float(pyxirr.xirr(flows.index.date, flows.to_numpy())),
        flows=flows,
        benchmark_return=float(index.iloc[-1] / index[index.first_valid_index()] - 1),
    )


def _read_trades(ledger: bytes) -> pd.DataFrame:
    trades = pd.read_csv(io.BytesIO(ledger), parse_dates=["date"])
    trades[["fee", "tax", "quantity", "price"]] = trades[["fee", "tax", "quantity", "price"]].fillna(0)
    trades["units"] = trades["quantity"] * trades["type"].map({"buy": 1, "sell": -1, "dividend": 0})
    trades["gross"] = trades["amount"].fillna(trades["quantity"] * trades["price"])
    return trades


def _read_euros_per_dollar(rates: bytes, days: pd.DatetimeIndex) -> pd.Series:
    table = pd.read_csv(io.BytesIO(rates), parse_dates=["date"])
    dollars = table[(table["base"] == "EUR") & (table["quote"] == "USD")].set_index("date")["rate"]
    return 1 / dollars.reindex(dollars.index.union(days)).ffill().reindex(days)


def _match_lots(trades: pd.DataFrame) -> tuple[float, float]:
    """Return (realized gain, cost of what is left), first in first out, purchases of a day before its sales."""
    realized = 0.0
    queues: dict[tuple[str, str], deque[list[float]]] = {}
    order = trades["type"].map({"buy": 0, "sell": 1, "dividend": 2})
    for trade in trades.assign(order=order).sort_values(["date", "order"], kind="stable").itertuples():
        queue = queues.setdefault((trade.account, trade.symbol), deque())
        if trade.type == "buy":
            queue.append([trade.quantity, trade.cash / trade.quantity])
        elif trade.type == "sell":
            realized += trade.cash - _take(queue, trade.quantity)
    return realized, sum(units * cost for queue in queues.values() for units, cost in queue)


def _take(queue: deque[list[float]], wanted: float) -> float:
    cost = 0.0
    while wanted > 1e-9:
        lot = queue[0]
        taken = min(lot[0], wanted)
        cost += taken * lot[1]
        lot[0] -= taken
        wanted -= taken
        if lot[0] <= 1e-9:
            queue.popleft()
    return cost


def _link(values: pd.Series, inflows: pd.Series, outflows: pd.Series) -> float:
    growth = (values + outflows) / (values.shift(1).fillna(0) + inflows)
    return float(growth.dropna().prod() - 1)


def _list_flows(values: pd.Series, inflows: pd.Series, outflows: pd.Series) -> pd.Series:
    """Return what the investor paid (negative) and got by day, the end value included."""
    flows = outflows - inflows
    flows.iloc[-1] += values.iloc[-1]
    return flows[flows != 0]
