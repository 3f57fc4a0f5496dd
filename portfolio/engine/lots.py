"""Tax lots of one instrument in one account, and the five ways to choose among them.

Source of the terms: METHODS, "Lots and cost". All amounts are totals of the lot, never unit prices, so nothing is rounded between steps.
What `cost` and `carried` are is told in portfolio.engine.book.
A short lot has a negative quantity and a negative cost (the proceeds of its opening).
"""

import datetime as dt
from bisect import insort
from collections.abc import Callable, Iterable, Iterator, Sequence
from decimal import Decimal
from fractions import Fraction
from operator import add, attrgetter, gt, lt, neg, sub
from typing import NamedTuple

from portfolio.engine.errors import EngineError
from portfolio.engine.money import UNKNOWN, ZERO, scale, share

METHODS = frozenset({"fifo", "lifo", "hifo", "average", "specific"})
ACQUIRED_ON = attrgetter("acquired_on")
# Methods that take from the end of the list: the newest, or the dearest.
LAST_FIRST = frozenset({"lifo", "hifo"})
# The consumed head of a FIFO list is cut off when it is this long.
LONGEST_HEAD = 256


class Worth(NamedTuple):
    """What units were acquired or disposed of for: `cost` with fees and taxes, `carried` as the period statement counts (see book); in
    the instrument's currency and, with `_base`, in the portfolio's. Negative for units that go."""

    cost: Decimal
    cost_base: Decimal
    carried: Decimal
    carried_base: Decimal

    def part(self, units: Decimal, whole: Decimal) -> "Worth":
        """Return the share of so many of the units."""
        return self._map(lambda amount: share(amount, units, whole))

    def minus(self, other: "Worth") -> "Worth":
        return Worth._make(map(sub, self, other))

    def negated(self) -> "Worth":
        return self._map(neg)

    def _map(self, change: Callable[[Decimal], Decimal]) -> "Worth":
        """Return the changed amounts; those that are one object stay one."""
        cost, cost_base, carried, carried_base = self
        new = change(cost)
        new_base = new if cost_base is cost else change(cost_base)
        if carried is cost and carried_base is cost_base:
            return Worth(new, new_base, new, new_base)
        new_carried = change(carried)
        return Worth(new, new_base, new_carried, new_carried if carried_base is carried else change(carried_base))


class Lot:
    """Units acquired together: `cost` and `carried` in the instrument's currency, with `_base` in the portfolio's (NaN: unknown).

    Amounts that are equal by nature (no charges, one currency) are one object, which is then divided and added but once.
    """

    __slots__ = ("acquired_on", "carried", "carried_base", "cost", "cost_base", "key", "quantity", "unit_cost")

    def __init__(self, key: str, acquired_on: dt.date, quantity: Decimal, worth: tuple[Decimal, Decimal, Decimal, Decimal]) -> None:
        self.key = key
        self.acquired_on = acquired_on
        self.quantity = quantity
        self.cost, self.cost_base, self.carried, self.carried_base = worth
        # Only highest-cost-first needs it: the unit cost at acquisition, in today's units.
        self.unit_cost = UNKNOWN

    def cut(self, quantity: Decimal) -> "Lot":
        """Take units off this lot and return them as a lot of their own; the amounts of the two add up to the old ones exactly."""
        whole = self.quantity
        old, old_base, old_carried, old_carried_base = self.cost, self.cost_base, self.carried, self.carried_base
        cost = cost_base = share(old, quantity, whole)
        self.cost = self.cost_base = old - cost
        if old_base is not old:
            cost_base = share(old_base, quantity, whole)
            self.cost_base = old_base - cost_base
        carried, carried_base = cost, cost_base
        if old_carried is old and old_carried_base is old_base:
            self.carried, self.carried_base = self.cost, self.cost_base
        else:
            carried = carried_base = share(old_carried, quantity, whole)
            self.carried = self.carried_base = old_carried - carried
            if old_carried_base is not old_carried:
                carried_base = share(old_carried_base, quantity, whole)
                self.carried_base = old_carried_base - carried_base
        piece = Lot(self.key, self.acquired_on, quantity, (cost, cost_base, carried, carried_base))
        piece.unit_cost = self.unit_cost
        self.quantity = whole - quantity
        return piece

    def absorb(self, other: "Lot") -> None:
        """Merge another lot into this one, at the average."""
        self.quantity += other.quantity
        one_cost = self.cost is self.cost_base and other.cost is other.cost_base
        one_kind = self._carries_cost() and other._carries_cost()
        one_carried = self.carried is self.carried_base and other.carried is other.carried_base
        self.cost += other.cost
        self.cost_base = self.cost if one_cost else self.cost_base + other.cost_base
        if one_kind:
            self.carried, self.carried_base = self.cost, self.cost_base
        else:
            self.carried += other.carried
            self.carried_base = self.carried if one_carried else self.carried_base + other.carried_base
        self.acquired_on = min(self.acquired_on, other.acquired_on)

    def _carries_cost(self) -> bool:
        return self.carried is self.cost and self.carried_base is self.cost_base


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

    def relieve(self, amount: Decimal) -> Worth:
        """Return of capital: lower cost and carrying amount of the lots by an amount, over them by size, none below zero.

        Return what was relieved; what the amount exceeds it by is gain.
        """
        relieved = [ZERO] * 4
        whole = self.quantity
        for lot, portion in self._portions(amount):
            part, part_base = _relief(lot.cost, lot.cost_base, portion)
            carried, carried_base = _relief(lot.carried, lot.carried_base, portion)
            lot.cost, lot.cost_base = lot.cost - part, lot.cost_base - part_base
            lot.carried, lot.carried_base = lot.carried - carried, lot.carried_base - carried_base
            lot.unit_cost -= amount / whole
            relieved = list(map(add, relieved, (part, part_base, carried, carried_base)))
        return Worth._make(relieved)

    def _portions(self, total: Decimal) -> Iterator[tuple[Lot, Decimal]]:
        """Divide a total over the lots by their units; the last takes what rounding left."""
        rest, whole = total, self.quantity
        lots = list(self)
        for lot in lots[:-1]:
            portion = share(total, lot.quantity, whole)
            rest -= portion
            yield lot, portion
        yield lots[-1], rest


def add_up(lots: Iterable[Lot]) -> Worth:
    """Return the sums of cost and carrying amount."""
    cost = cost_base = carried = carried_base = ZERO
    for lot in lots:
        cost += lot.cost
        cost_base += lot.cost_base
        carried += lot.carried
        carried_base += lot.carried_base
    return Worth(cost, cost_base, carried, carried_base)


def total_of(pieces: list[Lot]) -> Worth | Lot:
    """Return the sums of some pieces; most often there is but one, which is its own sum."""
    return pieces[0] if len(pieces) == 1 else add_up(pieces)


def _relief(amount: Decimal, amount_base: Decimal, portion: Decimal) -> tuple[Decimal, Decimal]:
    """Return what a portion takes off an amount, at most all of it, and off its value in base currency."""
    part = portion if amount.is_nan() else min(portion, max(amount, ZERO))
    return part, share(amount_base, part, amount) if part else ZERO


def _by_unit_cost(lot: Lot) -> tuple[bool, Decimal, int]:
    """Sort key whose last one is the dearest lot, of equal ones the oldest; lots of unknown cost go last."""
    unknown = lot.unit_cost.is_nan()
    return not unknown, ZERO if unknown else lot.unit_cost, -lot.acquired_on.toordinal()
