"""Booking of money without units: income, charges, deposits, withdrawals."""

from decimal import Decimal

from portfolio.engine.book import Book
from portfolio.engine.ledger import Entry
from portfolio.engine.money import ONE, ZERO, convert


def book_income(book: Book, entry: Entry) -> None:
    """Dividend or interest: income is gross, what was withheld is a charge. Interest paid is negative."""
    position = book.position(entry.instrument)
    rate = book.entry_rate(entry)
    amount, amount_base = _amount(entry, rate)
    charges, charges_base = book.charge(position, entry, rate)
    position.income += amount_base
    position.outside += charges_base
    book.receive(entry, amount - charges, amount_base - charges_base)


def book_fee(book: Book, entry: Entry) -> None:
    """A fee that belongs to no trade; negative: a refund."""
    position = book.position(entry.instrument)
    rate = book.entry_rate(entry)
    amount, amount_base = _amount(entry, rate)
    charges, charges_base = book.charge(position, entry, rate)
    position.fees += amount_base
    position.outside += amount_base + charges_base
    book.spend(entry, amount + charges, amount_base + charges_base)


def book_tax(book: Book, entry: Entry) -> None:
    """A tax that belongs to no trade; negative: a refund."""
    position = book.position(entry.instrument)
    rate = book.entry_rate(entry)
    amount, amount_base = _amount(entry, rate)
    charges, charges_base = book.charge(position, entry, rate)
    position.taxes += amount_base
    position.outside += amount_base + charges_base
    book.spend(entry, amount + charges, amount_base + charges_base)


def book_deposit(book: Book, entry: Entry) -> None:
    """Money comes from outside, or from another own account."""
    _cross(book, entry, 1)


def book_withdrawal(book: Book, entry: Entry) -> None:
    """Money goes outside, or to another own account."""
    _cross(book, entry, -1)


def _cross(book: Book, entry: Entry, sign: int) -> None:
    """Without cash tracking only the charges of the entry count: the money was outside before and after."""
    position = book.position(None)
    rate = book.entry_rate(entry)
    amount, amount_base = _amount(entry, rate)
    charges, charges_base = book.charge(position, entry, rate)
    position.outside += charges_base
    if not book.rules.cash_tracking:
        if charges:
            book.spend(entry, charges, charges_base)
        return
    book.receive(entry, sign * amount - charges, sign * amount_base - charges_base)
    if entry.counter_account is None:
        book.flow(entry.trade_date, sign * amount_base)
    else:
        book.internal_flow(entry.trade_date, sign * amount_base)


def _amount(entry: Entry, rate: Decimal) -> tuple[Decimal, Decimal]:
    amount = entry.amount if entry.amount is not None else ZERO
    return amount, amount if rate is ONE else convert(amount, rate)
