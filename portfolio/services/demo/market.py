"""The simulated market as the demo's trader sees it: a close or a rate of a day, and what its companies pay."""

import hashlib
from datetime import date
from decimal import Decimal
from functools import cached_property

from common.currencies import MINOR_UNITS
from portfolio.providers.listing import BY_SYMBOL, LISTINGS
from portfolio.providers.simulated import SimulatedMarket, list_dividend_days, list_splits, list_trading_days

ONE = Decimal(1)
PER_SHARE = Decimal("0.0001")


class MarketWindow:
    """The trading days from start to end with their closes and rates."""

    def __init__(self, market: SimulatedMarket, *, start: date, end: date) -> None:
        self.market = market
        self.days = [day for day in list_trading_days(end) if day >= start]
        self.start, self.end = start, end

    @cached_property
    def _closes(self) -> dict[str, dict[date, Decimal]]:
        return {listing.symbol: dict(self.market.fetch_closes(symbol=listing.symbol, start=self.start, end=self.end)) for listing in LISTINGS}

    @cached_property
    def _rates(self) -> dict[tuple[date, str], Decimal]:
        return {(quote.date, quote.quote): quote.rate for quote in self.market.fetch_rates(start=self.start, end=self.end)}

    @cached_property
    def splits(self) -> dict[tuple[date, str], Decimal]:
        """The ratio of each split, by day and symbol."""
        return {
            (day, listing.symbol): Decimal(listing.split_ratio)
            for listing in LISTINGS
            for day in list_splits(listing=listing, start=self.start, end=self.end)
        }

    @cached_property
    def dividends(self) -> dict[date, list[tuple[str, Decimal]]]:
        """The symbols that pay on a day, with the amount for each unit in the currency of the quotation."""
        found: dict[date, list[tuple[str, Decimal]]] = {}
        for listing in LISTINGS:
            share = Decimal(str(listing.dividend_yield)) / max(len(listing.dividend_months), 1)
            for day in list_dividend_days(listing=listing, start=self.start, end=self.end):
                found.setdefault(day, []).append((listing.symbol, (self.close(listing.symbol, day) * share).quantize(PER_SHARE)))
        return found

    def close(self, symbol: str, day: date) -> Decimal:
        return self._closes[symbol][day]

    def rate(self, currency: str, day: date) -> Decimal:
        """Return how much of the currency one euro buys; the hundredths of a currency count as the currency."""
        major = MINOR_UNITS.get(currency, currency)
        return ONE if major == "EUR" else self._rates[day, major]


def currency_of(symbol: str) -> str:
    """Return the currency that the instrument is quoted in (GBX for pence)."""
    return BY_SYMBOL[symbol].currency


def country_of(symbol: str) -> str:
    return BY_SYMBOL[symbol].country


def roll(seed: int, *words: object) -> float:
    """Return a number from 0 to below 1 that depends on the seed and the words only, on every platform."""
    digest = hashlib.sha256(repr((seed, *words)).encode()).digest()
    return int.from_bytes(digest[:6], "big") / 2**48
