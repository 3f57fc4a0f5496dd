"""Tax lots of one instrument in one account, and the five ways to choose among them.

Source of the terms: METHODS, "Lots and cost". All amounts are totals of the lot, never unit prices, so nothing is rounded between steps.
A short lot has a negative quantity and a negative cost (the proceeds of its opening).
"""

import datetime as dt
from bisect import insort
from collections.abc import Iterator, Sequence
from decimal import Decimal
from fractions import Fraction
from operator import attrgetter, gt, lt

from portfolio.engine.errors import EngineError
from portfolio.engine.money import UNKNOWN, ZERO, scale, share

METHODS = frozenset({"fifo", "lifo", "hifo", "average", "specific"})
ACQUIRED_ON = attrgetter("acquired_on")
# Methods that take from the end of the list: the newest, or the dearest.
LAST_FIRST = frozenset({"lifo", "hifo"})
# The consumed head of a FIFO list is cut off when it is this long.
LONGEST_HEAD = 256


class Lot:
    """Units acquired together: `cost` in the instrument's currency, `cost_base` in the portfolio's (NaN: unknown)."""

    __slots__ = ("acquired_on", "cost", "cost_base", "key", "quantity", "unit_cost")

    def __init__(self, key: str, acquired_on: dt.date, quantity: Decimal, cost: Decimal, cost_base: Decimal) -> None:
        self.key = key
        self.acquired_on = acquired_on
        self.quantity = quantity
        self.cost = cost
        self.cost_base = cost_base
        # Only highest-cost-first needs it: the unit cost at acquisition, in today's units.
        self.unit_cost = UNKNOWN

    def cut(self, quantity: Decimal) -> "Lot":
        """Take units off this lot and return them as a lot of their own; the two costs add up to the old one exactly."""
        whole = self.quantity
        cost = share(self.cost, quantity, whole)
        cost_base = cost if self.cost_base is self.cost else share(self.cost_base, quantity, whole)
        piece = Lot(self.key, self.acquired_on, quantity, cost, cost_base)
        piece.unit_cost = self.unit_cost
        self.quantity = whole - quantity
        if self.cost_base is self.cost:
            self.cost = self.cost_base = self.cost - cost
        else:
            self.cost -= cost
            self.cost_base -= cost_base
        return piece

    def absorb(self, other: "Lot") -> None:
        """Merge another lot into this one, at the average."""
        self.quantity += other.quantity
        same = self.cost is self.cost_base and other.cost is other.cost_base
        self.cost += other.cost
        self.cost_base = self.cost if same else self.cost_base + other.cost_base
        self.acquired_on = min(self.acquired_on, other.acquired_on)


class LotQueue:
    """The open lots of one instrument in one account; all long or all short."""

    __slots__ = ("_head", "_lots", "method", "quantity")

    def __init__(self, method: str) -> None:
        self.method = method
        self.quantity = ZERO
        self._lots: list[Lot] = []
        self._head = 0

    def __iter__(self) -> Iterator[Lot]:
        return iter(self._lots[self._head :])

    def add(self, lot: Lot) -> None:
        """Put a lot in its place (by date of acquisition; under highest cost first by unit cost), or merge it under the average method."""
        self.quantity += lot.quantity
        lots = self._lots
        if self.method == "average" and self._head < len(lots):
            lots[self._head].absorb(lot)
        elif self.method == "hifo":
            insort(lots, lot, key=_by_unit_cost)
        elif self._head < len(lots) and lots[-1].acquired_on > lot.acquired_on:
            insort(lots, lot, lo=self._head, key=ACQUIRED_ON)
        else:
            lots.append(lot)

    def take(self, quantity: Decimal) -> list[Lot]:
        """Remove units (signed as the queue; at most what is there) by the queue's method, and return them as lots."""
        self.quantity -= quantity
        return self._take_last(quantity) if self.method in LAST_FIRST else self._take_first(quantity)

    def take_chosen(self, chosen: Sequence[tuple[str, Decimal]]) -> list[Lot]:
        """Remove the named units. Raises EngineError `lot_not_found` if an acquisition has not as many left."""
        sign = 1 if self.quantity >= 0 else -1
        return [piece for key, units in chosen for piece in self._take_named(key, units * sign)]

    def _take_first(self, quantity: Decimal) -> list[Lot]:
        lots, head, pieces = self._lots, self._head, []
        exceeds = lt if quantity.is_signed() else gt
        while quantity:
            lot = lots[head]
            if exceeds(lot.quantity, quantity):
                pieces.append(lot.cut(quantity))
                break
            head += 1
            quantity -= lot.quantity
            pieces.append(lot)
        if head > LONGEST_HEAD and head * 2 > len(lots):
            del lots[:head]
            head = 0
        self._head = head
        return pieces

    def _take_last(self, quantity: Decimal) -> list[Lot]:
        lots, pieces = self._lots, []
        exceeds = lt if quantity.is_signed() else gt
        while quantity:
            lot = lots[-1]
            if exceeds(lot.quantity, quantity):
                pieces.append(lot.cut(quantity))
                break
            quantity -= lot.quantity
            pieces.append(lots.pop())
        return pieces

    def _take_named(self, key: str, quantity: Decimal) -> list[Lot]:
        held = sum((lot.quantity for lot in self if lot.key == key), ZERO)
        if abs(held) < abs(quantity):
            raise EngineError(f"The chosen lot has {abs(held):f} units left, not {abs(quantity):f}.", code="lot_not_found", lot=key, held=abs(held))
        pieces, rest = [], []
        self.quantity -= quantity
        for lot in self:
            if lot.key != key or not quantity:
                rest.append(lot)
            elif abs(lot.quantity) > abs(quantity):
                pieces.append(lot.cut(quantity))
                rest.append(lot)
                quantity = ZERO
            else:
                quantity -= lot.quantity
                pieces.append(lot)
        self._lots, self._head = rest, 0
        return pieces

    def scale(self, ratio: Decimal | Fraction) -> None:
        """Split: multiply the units, keep the cost."""
        self.quantity = ZERO
        for lot in self:
            before = lot.quantity
            lot.quantity = scale(before, ratio)
            lot.unit_cost = lot.unit_cost * before / lot.quantity
            self.quantity += lot.quantity

    def spread(self, units: Decimal) -> None:
        """Add units at no cost, over the lots by their size; the last lot takes what rounding left."""
        before = self.quantity
        for lot, added in self._portions(units):
            lot.unit_cost = lot.unit_cost * before / (before + units)
            lot.quantity += added
        self.quantity += units

    def relieve(self, amount: Decimal) -> tuple[Decimal, Decimal]:
        """Return of capital: lower the cost of the lots by an amount, over them by size, none below zero.

        Return the cost relieved in the instrument's and in the base currency; what the amount exceeds it by is gain.
        """
        relieved = relieved_base = ZERO
        whole = self.quantity
        for lot, portion in self._portions(amount):
            part = portion if lot.cost.is_nan() else min(portion, max(lot.cost, ZERO))
            part_base = share(lot.cost_base, part, lot.cost) if part else ZERO
            lot.cost, lot.cost_base = lot.cost - part, lot.cost_base - part_base
            lot.unit_cost -= amount / whole
            relieved, relieved_base = relieved + part, relieved_base + part_base
        return relieved, relieved_base

    def _portions(self, total: Decimal) -> Iterator[tuple[Lot, Decimal]]:
        """Divide a total over the lots by their units; the last takes what rounding left."""
        rest, whole = total, self.quantity
        lots = list(self)
        for lot in lots[:-1]:
            portion = share(total, lot.quantity, whole)
            rest -= portion
            yield lot, portion
        yield lots[-1], rest


def _by_unit_cost(lot: Lot) -> tuple[bool, Decimal, int]:
    """Sort key whose last one is the dearest lot, of equal ones the oldest; lots of unknown cost go last."""
    unknown = lot.unit_cost.is_nan()
    return not unknown, ZERO if unknown else lot.unit_cost, -lot.acquired_on.toordinal()
