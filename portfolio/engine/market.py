"""What a computation knows of the world: instruments, prices, exchange rates."""

import datetime as dt
from collections.abc import Mapping
from dataclasses import dataclass

from portfolio.engine.fx import Rates
from portfolio.engine.prices import NO_PRICES, Prices, Quote


@dataclass(frozen=True, slots=True)
class InstrumentInfo:
    """What the engine knows of an instrument: its key in entries, and how it is shown and grouped.

    `priced_from`: the day of its first close, from which on the prices of trades no longer matter (None: unknown, or there is none).
    """

    key: str
    currency: str
    symbol: str = ""
    name: str = ""
    kind: str = ""
    sector: str = ""
    country: str = ""
    priced_from: dt.date | None = None


@dataclass(frozen=True, slots=True)
class Market:
    """Instruments and prices by the keys that entries use, and the exchange rates."""

    instruments: Mapping[str, InstrumentInfo]
    prices: Mapping[str, Prices]
    fx: Rates

    def quote(self, key: str, day: dt.date) -> Quote | None:
        """Return the last known close of an instrument on or before a day."""
        return self.prices.get(key, NO_PRICES).on(day)
