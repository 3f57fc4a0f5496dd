"""What every source of market data offers, whatever its wire format.

An adapter turns one outside world into these rows. It never writes to the database: `services.market_data` does.
"""

from datetime import date
from decimal import Decimal
from typing import NamedTuple, Protocol


class Close(NamedTuple):
    """The close of a trading day, in the instrument's own currency."""

    date: date
    close: Decimal


class FxQuote(NamedTuple):
    """The exchange rate of a day: 1 base = rate quote."""

    date: date
    base: str
    quote: str
    rate: Decimal


class PriceProvider(Protocol):
    name: str

    def fetch_closes(self, *, symbol: str, start: date, end: date) -> list[Close]:
        """Return the closes from start to end, both included, oldest first; empty for days without trading.

        Raises NotFoundError for a symbol it does not know and ExternalServiceError when its source fails.
        """


class FxProvider(Protocol):
    name: str

    def fetch_rates(self, *, start: date, end: date) -> list[FxQuote]:
        """Return the rates from start to end, both included, oldest first.

        Raises InvalidInputError for content it cannot read and ExternalServiceError when its source fails.
        """
