"""Ledgers for load tests: random trades at the closes of their days, never more sold than held."""

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date
from typing import NamedTuple

import numpy as np

# Of a hundred turns: a dividend on what is held, a sale of a part of it, otherwise a purchase.
DIVIDEND_BELOW, SALE_BELOW = 0.12, 0.40
SOLD_SHARE = (0.1, 0.9)
UNITS = (1, 60)
DIVIDEND_SHARE = 0.006
TAX_SHARE = 0.15


class Entry(NamedTuple):
    """One row, as text that the database reads; `\\N` stands for nothing."""

    kind: str
    instrument: int
    day: date
    quantity: str
    price: str
    amount: str
    fee: str
    tax: str


@dataclass(frozen=True, slots=True)
class Market:
    """The closes of each instrument on each of the days."""

    days: list[date]
    closes: list[list[float]]


def write_entries(market: Market, *, count: int, seed: int, stream: int) -> Iterator[Entry]:
    """Yield `count` entries of one ledger, oldest first. Seed and stream decide everything."""
    random = np.random.default_rng([seed, stream])
    days = np.sort(random.integers(0, len(market.days), count)).tolist()
    instruments = random.integers(0, len(market.closes), count).tolist()
    turns, sizes = random.random(count).tolist(), random.random(count).tolist()
    held = [0] * len(market.closes)
    for day, instrument, turn, size in zip(days, instruments, turns, sizes, strict=True):
        price = market.closes[instrument][day]
        units = held[instrument]
        if units and turn < DIVIDEND_BELOW:
            yield _pay(instrument, market.days[day], units * price * DIVIDEND_SHARE)
            continue
        if units and turn < SALE_BELOW:
            quantity = max(1, int(units * (SOLD_SHARE[0] + size * (SOLD_SHARE[1] - SOLD_SHARE[0]))))
            held[instrument] -= quantity
            yield Entry("sell", instrument, market.days[day], str(quantity), str(price), "\\N", "4.90", "0")
            continue
        quantity = UNITS[0] + int(size * UNITS[1])
        held[instrument] += quantity
        yield Entry("buy", instrument, market.days[day], str(quantity), str(price), "\\N", "4.90", "0")


def _pay(instrument: int, day: date, gross: float) -> Entry:
    return Entry("dividend", instrument, day, "\\N", "\\N", f"{gross:.2f}", "0", f"{gross * TAX_SHARE:.2f}")
