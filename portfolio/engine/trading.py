"""Booking of trades: units against money."""

from decimal import Decimal

from portfolio.engine.book import Book, View
from portfolio.engine.errors import EngineError
from portfolio.engine.ledger import Entry
from portfolio.engine.lots import Lot, LotQueue
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
    gross_base = gross if rate is ONE else convert(gross, rate)
    net, net_base = gross, gross_base
    if entry.fee or entry.tax:
        charges, charges_base = book.charge(position, entry, rate)
        net, net_base = (gross + charges, gross_base + charges_base) if sign > 0 else (gross - charges, gross_base - charges_base)
    is_gross = book.view is View.GROSS
    if is_gross or book.rules.cash_tracking:
        book.pay(entry, -net if sign > 0 else net, -net_base if sign > 0 else net_base)
    note_price(book, position, entry, gross, gross_base)
    worth, worth_base = (gross, gross_base) if is_gross else (net, net_base)
    value = worth if entry.currency == position.currency else book.translate(entry, position, worth, worth_base)
    if sign > 0:
        move(book, position, entry, units, value=value, value_base=worth_base)
    else:
        move(book, position, entry, -units, value=-value, value_base=-worth_base)


def note_price(book: Book, position: Position, entry: Entry, gross: Decimal, gross_base: Decimal) -> None:
    """Remember what the units were traded at, for days without a close."""
    if entry.currency != position.currency:
        gross = book.translate(entry, position, gross, gross_base)
    position.traded[entry.trade_date] = (gross, units_of(entry))


def move(book: Book, position: Position, entry: Entry, units: Decimal, *, value: Decimal, value_base: Decimal) -> None:
    """Let units (positive: come, negative: go) with their value close what is open the other way, and open the rest."""
    queue = position.queues.get(entry.account) or position.queue(entry.account, book.rules.method)
    held = queue.quantity
    if held and held.is_signed() != units.is_signed():
        if entry.lots is None:
            units = -settle(-units, held)
        if abs(units) <= abs(held):
            close(book, position, queue, entry, units=-units, proceeds=-value, proceeds_base=-value_base)
            return
        closing = held
        part, part_base = share(value, closing, -units), share(value_base, closing, -units)
        close(book, position, queue, entry, units=closing, proceeds=-part, proceeds_base=-part_base)
        units, value, value_base = units + closing, value - part, value_base - part_base
    if units.is_signed() and not book.rules.allow_short:
        _miss_units(book, position, entry, -units, held)
    else:
        open_lot(queue, position, entry, units, value=value, value_base=value_base)


def open_lot(queue: LotQueue, position: Position, entry: Entry, units: Decimal, *, value: Decimal, value_base: Decimal) -> None:
    """Add a lot to a queue. In the period statement the choice of the dearest lot still goes by what was paid."""
    lot = Lot(entry.key, entry.trade_date, units, value, value_base)
    if queue.method == "hifo":
        lot.unit_cost = unit_cost_of(entry, value, units)
    queue.add(lot)
    position.change(entry.trade_date, units)


def unit_cost_of(entry: Entry, value: Decimal, units: Decimal) -> Decimal:
    """Return what a unit cost with fees and taxes, in the instrument's currency, the same in either view."""
    gross = gross_of(entry)
    if gross.is_nan() or not gross:
        return share(abs(value), ONE, abs(units))
    charges = (entry.fee or ZERO) + (entry.tax or ZERO)
    return share(gross + charges, ONE, units_of(entry))


def close(book: Book, position: Position, queue: LotQueue, entry: Entry, *, units: Decimal, proceeds: Decimal, proceeds_base: Decimal) -> None:
    """Take units (signed as the queue) out of a queue and realise their gain, split into price and currency gain.

    currency gain = cost × (rate now − rate at acquisition); price gain is the rest of proceeds − cost, so that the two add up exactly.
    """
    pieces = choose(book, queue, entry, units)
    position.change(entry.trade_date, -units)
    cost_base = ZERO
    for piece in pieces:
        cost_base += piece.cost_base
    position.realized += proceeds_base - cost_base
    rate = ONE
    if position.currency != book.rules.base_currency:
        rate = _closing_rate(book, position, entry)
        position.currency_gain += convert(sum((piece.cost for piece in pieces), ZERO), rate) - cost_base
    if book.keep_closed:
        _record(position, entry, pieces, proceeds=proceeds, proceeds_base=proceeds_base, rate=rate)


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


def _closing_rate(book: Book, position: Position, entry: Entry) -> Decimal:
    return book.entry_rate(entry) if entry.currency == position.currency else book.base_rate(position.currency, entry.trade_date)


def _miss_units(book: Book, position: Position, entry: Entry, missing: Decimal, held: Decimal) -> None:
    """More went than was there: what the missing units cost is unknown, and so is the gain on them."""
    requested = units_of(entry)
    message = f"{position.symbol}: {requested:f} units leave on {entry.trade_date}, but only {max(held, ZERO):f} are held."
    book.refuse(entry, "oversold", message, held=max(held, ZERO), asked=requested, missing=missing)
    position.realized += UNKNOWN


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
