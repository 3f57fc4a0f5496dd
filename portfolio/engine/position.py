"""One position while a ledger is folded: its lots and what it has earned."""

import datetime as dt
from decimal import Decimal
from fractions import Fraction
from operator import add
from typing import NamedTuple

from portfolio.engine.lots import Lot, LotQueue, Worth, add_up
from portfolio.engine.market import InstrumentInfo
from portfolio.engine.money import ONE, ZERO, convert, scale, share


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


class Earned(NamedTuple):
    """What a position has earned, in base currency. `outside`: charges that are neither in cost nor in proceeds."""

    realized: Decimal
    currency_gain: Decimal
    income: Decimal
    fees: Decimal
    taxes: Decimal
    outside: Decimal


NOTHING = Earned(ZERO, ZERO, ZERO, ZERO, ZERO, ZERO)


class Position:
    """One instrument (or, with `info` None, what belongs to none): its lot queues and what it has earned since the start of the period.

    `realized` and `currency_gain` are by cost, `carried_realized` and `carried_currency_gain` by carrying amounts.
    """

    __slots__ = (
        "_earlier",
        "carried_currency_gain",
        "carried_realized",
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
        self._earlier = NOTHING
        self._reset()

    def _reset(self) -> None:
        self.realized = self.currency_gain = self.income = self.fees = self.taxes = self.outside = ZERO
        self.carried_realized = self.carried_currency_gain = ZERO

    @property
    def since_first(self) -> Earned:
        """What has been earned since the first entry, by cost."""
        period = (self.realized, self.currency_gain, self.income, self.fees, self.taxes, self.outside)
        return Earned._make(map(add, self._earlier, period))

    @property
    def in_period(self) -> Earned:
        """What has been earned since the start of the period, by carrying amounts."""
        return Earned(self.carried_realized, self.carried_currency_gain, self.income, self.fees, self.taxes, self.outside)

    def realize(self, proceeds_base: Decimal, given: Worth | Lot, rate: Decimal) -> None:
        """Realise what was given for proceeds by its cost: currency gain = cost × (rate now − rate at acquisition), price gain is the rest.

        `rate`: base units for 1 unit of the instrument's currency; ONE itself if the two are the same.
        """
        self.realized += proceeds_base - given.cost_base
        if rate is not ONE:
            self.currency_gain += convert(given.cost, rate) - given.cost_base

    def release(self, proceeds_base: Decimal, given: Worth | Lot, rate: Decimal) -> None:
        """Realise it by its carrying amount."""
        self.carried_realized += proceeds_base - given.carried_base
        if rate is not ONE:
            self.carried_currency_gain += convert(given.carried, rate) - given.carried_base

    def open_period(self) -> None:
        """Put aside what was earned so far."""
        self._earlier = self.since_first
        self._reset()

    def carry(self, value: Decimal, value_base: Decimal) -> None:
        """Set the carrying amount of every lot to its share of a value."""
        rest, rest_base = value, value_base
        lots = [lot for queue in self.queues.values() for lot in queue]
        for lot in lots:
            last = lot is lots[-1]
            lot.carried = rest if last else share(value, lot.quantity, self.quantity)
            lot.carried_base = rest_base if last else share(value_base, lot.quantity, self.quantity)
            rest, rest_base = rest - lot.carried, rest_base - lot.carried_base

    @property
    def symbol(self) -> str | None:
        return symbol_of(self.info)

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

    def open_amounts(self) -> Worth:
        """Return cost and carrying amount of all open lots."""
        return add_up(lot for queue in self.queues.values() for lot in queue)

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


def symbol_of(info: InstrumentInfo | None) -> str | None:
    return info.symbol or info.key if info else None
