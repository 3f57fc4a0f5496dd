"""The JSON that the charts draw: columns of equal length, thinned to what a screen can show."""

import datetime as dt
from collections.abc import Sequence
from decimal import Decimal
from typing import Any, TypeVar

from portfolio.engine.reports import PerformanceReport
from portfolio.models import Price, Transaction
from portfolio.selectors.overview import AllocationPart

# More points than pixels only cost time; every day stays exact in the API.
MOST_POINTS = 800
SIDES = {
    "buy": "buy",
    "buy_to_cover": "buy",
    "transfer_in": "buy",
    "opening_balance": "buy",
    "sell": "sell",
    "short_sell": "sell",
    "transfer_out": "sell",
}

T = TypeVar("T")


def thin(points: Sequence[T], most: int = MOST_POINTS) -> list[T]:
    """Return at most about `most` points at even steps, the first and the last among them."""
    return [points[place] for place in _list_places(len(points), most)]


def _list_places(count: int, most: int = MOST_POINTS) -> list[int]:
    step = -(-count // most) or 1
    places = list(range(count - 1, -1, -step))[::-1]
    return places if not places or places[0] == 0 else [0, *places]


def describe_performance(report: PerformanceReport, *, benchmark: str, with_values: bool = True) -> dict[str, Any]:
    """Return the columns of the chart of value and return; without values it draws the return only."""
    places = _list_places(len(report.series))

    def pick(column: list[Any]) -> list[Any]:
        return [column[place] for place in places]

    trends = pick(report.series.list_trends())
    has_benchmark = report.benchmark is not None and any(trend is not None for trend in trends)
    return {
        "currency": report.base_currency,
        "days": [day.isoformat() for day in pick(report.series.list_days())],
        "values": pick(report.series.list_numbers()) if with_values else None,
        "returns": pick(report.series.list_returns()),
        "benchmark": benchmark,
        "benchmark_returns": trends if has_benchmark else None,
    }


def describe_allocation(parts: Sequence[AllocationPart], *, currency: str) -> dict[str, Any]:
    """Return the parts that have a positive value: a ring cannot show others."""
    rows = [
        {"label": part.label, "value": _number(part.value), "weight": part.weight, "colour": part.colour}
        for part in parts
        if part.value and part.value > 0
    ]
    return {"currency": currency, "rows": rows}


def describe_prices(prices: Sequence[Price], trades: Sequence[Transaction], *, currency: str) -> dict[str, Any]:
    """Return the closes and one's own transactions, each put on the first drawn day on or after it."""
    points = thin(prices)
    days = [point.date for point in points]
    return {
        "currency": currency,
        "days": [day.isoformat() for day in days],
        "closes": [_number(point.close) for point in points],
        "trades": [mark for trade in trades if (mark := _describe_trade(trade, days, points)) is not None],
    }


def _describe_trade(trade: Transaction, days: Sequence[dt.date], points: Sequence[Price]) -> dict[str, Any] | None:
    index = next((number for number, day in enumerate(days) if day >= trade.trade_date), None)
    if index is None or trade.trade_date < days[0]:
        return None
    return {
        "day": days[index].isoformat(),
        "close": _number(points[index].close),
        "side": SIDES.get(trade.kind, "income"),
        "label": trade.get_kind_display(),
        "traded": trade.trade_date.isoformat(),
        "currency": trade.currency,
        "quantity": _number(trade.quantity),
        "price": _number(trade.price),
    }


def _number(value: Decimal | None) -> float | None:
    """A chart draws floats; the one place where money becomes one."""
    return None if value is None else float(value)
