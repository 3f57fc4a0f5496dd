"""Booking of trades: units against money."""

from decimal import Decimal

from portfolio.engine.book import Book
from portfolio.engine.errors import EngineError
from portfolio.engine.ledger import Entry
from portfolio.engine.lots import Lot, LotQueue, Worth, total_of
from portfolio.engine.money import ONE, UNKNOWN, ZERO, convert, settle, share
from portfolio.engine.position import ClosedLot, Position


def book_buy(book: Book, entry: Entry) -> None:
    """Buy: closes a short position first, then opens a long one."""
    trade(book, entry, 1)


def book_sell(book: Book, entry: Entry) -> None:
    """Sell: closes a long position first; more than is held opens a short one where that is allowed."""
    trade(book, entry, -1)


def book_short_sell(book: Book, entry: Entry) -> None:
    if not book.rules.allow_short:
        book.refuse(entry, "short_not_allowed", "This portfolio does not allow short sales.")
    trade(book, entry, -1)


def book_buy_to_cover(book: Book, entry: Entry) -> None:
    held = book.position(entry.instrument).queue(entry.account, book.rules.method).quantity
    if -held < units_of(entry):
        book.refuse(entry, "overcovered", f"Only {max(-held, ZERO):f} units are short.", held=held, asked=units_of(entry))
    trade(book, entry, 1)


def units_of(entry: Entry) -> Decimal:
    """Return the units of an entry that moves units."""
    if not isinstance(entry.quantity, Decimal):
        raise EngineError(f"An entry of the kind {entry.kind} needs units.", code="incomplete", key=entry.key, date=entry.trade_date)
    return entry.quantity


def gross_of(entry: Entry) -> Decimal:
    """Return the gross money of a trade in its currency: the amount if it is told, else units × price, else NaN."""
    if entry.amount is not None:
        return entry.amount
    return UNKNOWN if entry.price is None else units_of(entry) * entry.price


def trade(book: Book, entry: Entry, sign: int) -> None:
    """Book units against money that is paid from or to the cash of the account."""
    position = book.positions.get(entry.instrument) or book.position(entry.instrument)
    units, rate = entry.quantity, book.entry_rate(entry)
    if not isinstance(units, Decimal):
        units = units_of(entry)
    gross = entry.amount if entry.amount is not None else UNKNOWN if entry.price is None else units * entry.price
    net = gross
    net_base = gross_base = gross if rate is ONE else convert(gross, rate)
    if entry.fee or entry.tax:
        charges, charges_base = book.charge(position, entry, rate)
        net = gross + charges if sign > 0 else gross - charges
        net_base = net if rate is ONE else gross_base + charges_base if sign > 0 else gross_base - charges_base
    if sign > 0:
        book.spend(entry, net, net_base)
    else:
        book.receive(entry, net, net_base)
    worth = Worth(net, net_base, gross, gross_base)
    if entry.currency != position.currency:
        worth = Worth(book.translate(entry, position, net, net_base), net_base, book.translate(entry, position, gross, gross_base), gross_base)
    position.traded[entry.trade_date] = (worth.carried, units)
    move(book, position, entry, units if sign > 0 else -units, worth)


def note_price(book: Book, position: Position, entry: Entry, gross: Decimal, gross_base: Decimal) -> None:
    """Remember what the units were worth, for days without a close."""
    position.traded[entry.trade_date] = (book.translate(entry, position, gross, gross_base), units_of(entry))


def move(book: Book, position: Position, entry: Entry, units: Decimal, worth: Worth) -> None:
    """Let units (positive: come, negative: go) for what they are worth close what is open the other way, and open the rest."""
    queue = position.queues.get(entry.account) or position.queue(entry.account, book.rules.method)
    held = queue.quantity
    if held and held.is_signed() != units.is_signed():
        closing = -units if entry.lots is not None else settle(-units, held)
        if abs(closing) <= abs(held):
            close(book, position, entry, closing, worth)
            return
        part = worth.part(held, closing)
        close(book, position, entry, held, part)
        units, worth = units + held, worth.minus(part)
    if units > 0:
        open_lot(queue, position, entry, units, worth)
    elif book.rules.allow_short:
        open_lot(queue, position, entry, units, worth.negated())
    else:
        _miss_units(book, position, entry, -units, held)


def open_lot(queue: LotQueue, position: Position, entry: Entry, units: Decimal, worth: Worth) -> None:
    """Add a lot to a queue."""
    lot = Lot(entry.key, entry.trade_date, units, worth)
    if queue.method == "hifo":
        lot.unit_cost = unit_cost_of(entry, worth.cost, units)
    queue.add(lot)
    position.change(entry.trade_date, units)


def unit_cost_of(entry: Entry, value: Decimal, units: Decimal) -> Decimal:
    """Return what a unit cost with fees and taxes, in the instrument's currency, the same in either view."""
    gross = gross_of(entry)
    if gross.is_nan() or not gross:
        return share(abs(value), ONE, abs(units))
    charges = (entry.fee or ZERO) + (entry.tax or ZERO)
    return share(gross + charges, ONE, units_of(entry))


def close(book: Book, position: Position, entry: Entry, units: Decimal, worth: Worth) -> None:
    """Take units (signed as the queue) out of the account's queue and realise their gain."""
    # What is paid to cover a short position takes away, as its proceeds came in when it was opened.
    proceeds = worth.negated() if units.is_signed() else worth
    pieces = choose(book, position.queues[entry.account], entry, units)
    position.change(entry.trade_date, -units)
    given, rate = total_of(pieces), closing_rate(book, position, entry)
    position.realize(proceeds.cost_base, given, rate)
    position.release(proceeds.carried_base, given, rate)
    if book.keep_closed:
        _record(position, entry, pieces, proceeds=proceeds.cost, proceeds_base=proceeds.cost_base, rate=rate)


def choose(book: Book, queue: LotQueue, entry: Entry, units: Decimal) -> list[Lot]:
    """Take units by the portfolio's method; by the entry's own choice under specific identification."""
    if book.rules.method != "specific" or entry.lots is None:
        return queue.take(units)
    chosen = sum((count for _, count in entry.lots), ZERO)
    if chosen != abs(units):
        book.refuse(entry, "lots_mismatch", f"The chosen lots have {chosen:f} units, the entry closes {abs(units):f}.", asked=abs(units), held=chosen)
        return queue.take(units)
    try:
        return queue.take_chosen(entry.lots)
    except EngineError as error:
        book.refuse(entry, error.code, error.message, **error.detail)
        return queue.take(units)


def closing_rate(book: Book, position: Position, entry: Entry) -> Decimal:
    """Return base units for 1 unit of the instrument's currency when the entry was booked; ONE itself if the two are the same."""
    if position.currency == book.rules.base_currency:
        return ONE
    return book.entry_rate(entry) if entry.currency == position.currency else book.base_rate(position.currency, entry.trade_date)


def _miss_units(book: Book, position: Position, entry: Entry, missing: Decimal, held: Decimal) -> None:
    """More went than was there: what the missing units cost is unknown, and so is the gain on them."""
    requested = units_of(entry)
    message = f"{position.symbol}: {requested:f} units leave on {entry.trade_date}, but only {max(held, ZERO):f} are held."
    book.refuse(entry, "oversold", message, held=max(held, ZERO), asked=requested, missing=missing)
    position.realized += UNKNOWN
    position.carried_realized += UNKNOWN


def _record(position: Position, entry: Entry, pieces: list[Lot], *, proceeds: Decimal, proceeds_base: Decimal, rate: Decimal) -> None:
    """Keep the closed lots; proceeds are divided by units, the last lot takes what rounding left."""
    rest, rest_base = proceeds, proceeds_base
    units = sum((piece.quantity for piece in pieces), ZERO)
    for piece in pieces:
        last = piece is pieces[-1]
        part = rest if last else share(proceeds, piece.quantity, units)
        part_base = rest_base if last else share(proceeds_base, piece.quantity, units)
        rest, rest_base = rest - part, rest_base - part_base
        gain = convert(piece.cost, rate) - piece.cost_base
        closed = ClosedLot(
            entry.key,
            piece.key,
            entry.account,
            piece.acquired_on,
            entry.trade_date,
            piece.quantity,
            piece.cost,
            part,
            piece.cost_base,
            part_base,
            gain,
        )
        position.closed.append(closed)
