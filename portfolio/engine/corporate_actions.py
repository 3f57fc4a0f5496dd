"""Booking of what an issuer does to the units: splits, stock dividends, returns of capital. Total cost is conserved.

A split is an event of the instrument: it reaches every account, once a day for each, however many brokers reported it.
"""

from fractions import Fraction

from portfolio.engine.book import Book
from portfolio.engine.errors import EngineError
from portfolio.engine.ledger import Entry, read_ratio
from portfolio.engine.lots import Worth
from portfolio.engine.money import ONE, ZERO, convert
from portfolio.engine.position import Position
from portfolio.engine.trading import closing_rate, units_of


def book_split(book: Book, entry: Entry) -> None:
    """Multiply the units by the ratio new : old, keep dates and costs."""
    position = book.position(entry.instrument)
    if entry.quantity is None or entry.quantity <= 0:
        raise EngineError("A split needs a positive ratio.", code="incomplete", key=entry.key, date=entry.trade_date)
    ratio = read_ratio(entry.quantity)
    scaled = False
    for account, queue in position.queues.items():
        split_on, reporter = position.split_on.get(account, (None, ""))
        if split_on == entry.trade_date and reporter != entry.account:
            continue
        position.split_on[account] = (entry.trade_date, entry.account)
        queue.scale(ratio)
        scaled = True
    if scaled:
        _recount(position, entry)
        position.rescale_trades(entry.trade_date, ratio)


def book_stock_dividend(book: Book, entry: Entry) -> None:
    """Add free units to the lots by their size: dates and total cost stay."""
    position = book.position(entry.instrument)
    queue = position.queue(entry.account, book.rules.method)
    if queue.quantity <= 0:
        book.refuse(entry, "nothing_held", f"{position.symbol}: no units are held that could earn new ones.", held=queue.quantity)
        return
    before, units = position.quantity, units_of(entry)
    queue.spread(units)
    _recount(position, entry)
    position.rescale_trades(entry.trade_date, Fraction(position.quantity) / Fraction(before))


def book_return_of_capital(book: Book, entry: Entry) -> None:
    """Money back lowers the cost of the lots; what exceeds the cost is realised gain."""
    position = book.position(entry.instrument)
    queue = position.queue(entry.account, book.rules.method)
    if entry.amount is None:
        raise EngineError("A return of capital needs an amount.", code="incomplete", key=entry.key, date=entry.trade_date)
    rate = book.entry_rate(entry)
    amount_base = entry.amount if rate is ONE else convert(entry.amount, rate)
    charges, charges_base = book.charge(position, entry, rate)
    position.outside += charges_base
    book.receive(entry, entry.amount - charges, amount_base - charges_base)
    amount = book.translate(entry, position, entry.amount, amount_base)
    if queue.quantity <= 0:
        book.refuse(entry, "nothing_held", f"{position.symbol}: no units are held whose cost could be returned.", held=queue.quantity)
    relieved = queue.relieve(amount) if queue.quantity > 0 else Worth(ZERO, ZERO, ZERO, ZERO)
    rate = closing_rate(book, position, entry)
    position.realize(amount_base, relieved, rate)
    position.release(amount_base, relieved, rate)


def _recount(position: Position, entry: Entry) -> None:
    units = sum((queue.quantity for queue in position.queues.values()), ZERO)
    position.change(entry.trade_date, units - position.quantity)
