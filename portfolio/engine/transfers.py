"""Booking of units that move without a trade: between own accounts, or across the border of the portfolio.

Between own accounts lots keep their dates and costs. A move is two entries that name each other's account; whichever comes first in the
ledger, the units are in exactly one place at any time (on their way: in a queue of their own). Across the border nothing is realised:
units arrive at the cost that the entry tells and leave at theirs. The period statement lets them enter and leave at market value.
"""

from decimal import Decimal

from portfolio.engine.book import Book
from portfolio.engine.ledger import Entry
from portfolio.engine.lots import LotQueue, Worth, total_of
from portfolio.engine.money import ONE, ZERO, convert, settle
from portfolio.engine.position import Position
from portfolio.engine.trading import choose, closing_rate, gross_of, move, note_price, units_of
from portfolio.engine.valuer import Problem


def book_transfer_in(book: Book, entry: Entry) -> None:
    """Units arrive: from an own account if the entry names one, else from outside."""
    sender = entry.counter_account
    if sender is None:
        _arrive(book, entry)
        return
    position = book.position(entry.instrument)
    _pay_charges(book, position, entry)
    _note_stated_price(book, position, entry)
    transit = position.queue(transit_name(sender, entry.account), book.rules.method)
    target = position.queue(entry.account, book.rules.method)
    units = settle(units_of(entry), transit.quantity)
    sent = min(units, transit.quantity)
    _hand_over(transit, target, sent)
    if units > sent:
        _fetch(book, position, entry, sender, units - sent)


def book_transfer_out(book: Book, entry: Entry) -> None:
    """Units leave: to an own account if the entry names one, else to outside."""
    if entry.counter_account is None:
        _leave(book, entry)
        return
    position = book.position(entry.instrument)
    _pay_charges(book, position, entry)
    place = (position_key(entry), entry.account, entry.counter_account)
    owed = book.owed.get(place, ZERO)
    units = settle(units_of(entry), owed)
    delivered = min(units, owed)
    if delivered:
        book.owed[place] -= delivered
    units -= delivered
    source = position.queue(entry.account, book.rules.method)
    units = _limit(book, position, entry, source, units)
    transit = position.queue(transit_name(entry.account, entry.counter_account), book.rules.method)
    _hand_over(source, transit, units)


def book_opening_balance(book: Book, entry: Entry) -> None:
    """Units that were there before the ledger began, at the cost that the entry tells."""
    _arrive(book, entry)


def transit_name(source: str, target: str) -> str:
    """Return the name of the queue for units on their way between two accounts."""
    return f"{source} → {target}"


def position_key(entry: Entry) -> str:
    return entry.instrument or ""


def _arrive(book: Book, entry: Entry) -> None:
    """What the units cost is told by the entry, or unknown; the period statement lets them enter at market value."""
    position, units, day = book.position(entry.instrument), units_of(entry), entry.trade_date
    rate = book.entry_rate(entry)
    gross = gross_of(entry)
    gross_base = gross if rate is ONE else convert(gross, rate)
    charges, charges_base = _pay_charges(book, position, entry)
    cost, cost_base = gross, gross_base
    if gross.is_nan():
        problem = Problem(
            "missing_cost", f"What the {position.symbol} units of {day} cost is not told.", key=entry.key, symbol=position.symbol, date=day
        )
        book.cost_problems.setdefault(problem.place, problem)
    else:
        note_price(book, position, entry, gross, gross_base)
        cost_base = gross_base + charges_base
        cost = book.translate(entry, position, gross + charges, cost_base)
    value, value_base = book.value_crossing(position, units, day)
    book.flow(day, value_base)
    move(book, position, entry, units, Worth(cost, cost_base, value, value_base))


def _leave(book: Book, entry: Entry) -> None:
    """The units take their cost with them; the period statement lets them leave at market value."""
    position = book.position(entry.instrument)
    queue = position.queue(entry.account, book.rules.method)
    units = _limit(book, position, entry, queue, units_of(entry))
    _, charges_base = _pay_charges(book, position, entry)
    position.outside += charges_base
    if not units:
        return
    _, value_base = book.value_crossing(position, units, entry.trade_date)
    book.flow(entry.trade_date, -value_base)
    pieces = choose(book, queue, entry, units)
    position.change(entry.trade_date, -units)
    position.release(value_base, total_of(pieces), closing_rate(book, position, entry))


def _pay_charges(book: Book, position: Position, entry: Entry) -> tuple[Decimal, Decimal]:
    charges, charges_base = book.charge(position, entry, book.entry_rate(entry))
    if charges:
        book.spend(entry, charges, charges_base)
        if entry.counter_account is not None:
            position.outside += charges_base
    return charges, charges_base


def _fetch(book: Book, position: Position, entry: Entry, sender: str, units: Decimal) -> None:
    """The arrival stands before the departure in the ledger: take the units from the sender now, and remember that they are gone."""
    source = position.queue(sender, book.rules.method)
    units = _limit(book, position, entry, source, units)
    _hand_over(source, position.queue(entry.account, book.rules.method), units)
    place = (position_key(entry), sender, entry.account)
    book.owed[place] = book.owed.get(place, ZERO) + units


def _note_stated_price(book: Book, position: Position, entry: Entry) -> None:
    """A move may tell what the units were worth: it prices them as a trade would, for days without a close."""
    gross = gross_of(entry)
    if not gross.is_nan():
        rate = book.entry_rate(entry)
        note_price(book, position, entry, gross, gross if rate is ONE else convert(gross, rate))


def _hand_over(source: LotQueue, target: LotQueue, units: Decimal) -> None:
    if units:
        for lot in source.take(units):
            target.add(lot)


def _limit(book: Book, position: Position, entry: Entry, queue: LotQueue, units: Decimal) -> Decimal:
    """Refuse to move more than is held; in a lenient fold move what there is."""
    held = max(queue.quantity, ZERO)
    units = settle(units, held)
    if units <= held:
        return units
    message = f"{position.symbol}: {units:f} units leave on {entry.trade_date}, but only {held:f} are held."
    book.refuse(entry, "oversold", message, held=held, asked=units, missing=units - held)
    return held
