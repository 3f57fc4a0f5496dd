"""One position while a ledger is folded: its lots and what it has earned."""

import datetime as dt
from decimal import Decimal
from fractions import Fraction
from typing import NamedTuple

from portfolio.engine.lots import LotQueue
from portfolio.engine.market import InstrumentInfo
from portfolio.engine.money import ONE, ZERO, scale, share


class ClosedLot(NamedTuple):
    """Units disposed of: money in the instrument's currency and, with `_base`, in the portfolio's."""

    key: str
    acquisition: str
    account: str
    acquired_on: dt.date
    disposed_on: dt.date
    quantity: Decimal
    cost: Decimal
    proceeds: Decimal
    cost_base: Decimal
    proceeds_base: Decimal
    currency_gain_base: Decimal


class Position:
    """One instrument (or, with `info` None, what belongs to none): its lot queues and what it has earned, in base currency."""

    __slots__ = (
        "closed",
        "currency",
        "currency_gain",
        "fees",
        "income",
        "info",
        "outside",
        "quantity",
        "queues",
        "realized",
        "split_on",
        "steps",
        "taxes",
        "traded",
    )

    def __init__(self, info: InstrumentInfo | None, currency: str) -> None:
        self.info = info
        self.currency = currency
        self.queues: dict[str, LotQueue] = {}
        self.quantity = ZERO
        self.steps: dict[dt.date, Decimal] = {}
        # Last trade of a day as (gross money, units), for days without a close.
        self.traded: dict[dt.date, tuple[Decimal, Decimal]] = {}
        self.split_on: dict[str, tuple[dt.date, str]] = {}
        self.closed: list[ClosedLot] = []
        self.reset()

    def reset(self) -> None:
        """Forget what was earned, keep what is held."""
        self.realized = self.currency_gain = self.income = self.fees = self.taxes = self.outside = ZERO

    @property
    def symbol(self) -> str | None:
        return self.info.symbol or self.info.key if self.info else None

    def queue(self, account: str, method: str) -> LotQueue:
        """Return the lots of an account."""
        found = self.queues.get(account)
        if found is None:
            found = self.queues[account] = LotQueue(method)
        return found

    def change(self, day: dt.date, units: Decimal) -> None:
        """Note that units came or went."""
        self.quantity += units
        self.steps[day] = self.quantity

    def cost(self) -> tuple[Decimal, Decimal]:
        """Return the cost of all open lots in the instrument's and in the base currency."""
        cost = cost_base = ZERO
        for queue in self.queues.values():
            for lot in queue:
                cost += lot.cost
                cost_base += lot.cost_base
        return cost, cost_base

    def trade_price(self, day: dt.date) -> tuple[Decimal, dt.date] | None:
        """Return (price, day) of the last trade on or before a day."""
        for traded_on in reversed(self.traded):
            if traded_on <= day and not self.traded[traded_on][0].is_nan():
                money, units = self.traded[traded_on]
                return share(money, ONE, units), traded_on
        return None

    def rescale_trades(self, day: dt.date, ratio: Decimal | Fraction) -> None:
        """A split: the last trade's price holds on, in new units."""
        if self.traded:
            money, units = next(reversed(self.traded.values()))
            self.traded[day] = (money, scale(units, ratio))
