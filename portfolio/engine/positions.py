"""The fold: entries in, books out."""

import datetime as dt
from bisect import bisect_right
from collections.abc import Callable, Iterable, Mapping
from operator import attrgetter

from portfolio.engine import cash, corporate_actions, trading, transfers
from portfolio.engine.book import Book
from portfolio.engine.fx import Parity
from portfolio.engine.ledger import Entry, Ledger, order_entries
from portfolio.engine.market import InstrumentInfo, Market
from portfolio.engine.money import exactly
from portfolio.engine.valuer import Rules

Handler = Callable[[Book, Entry], None]

HANDLERS: Mapping[str, Handler] = {
    "buy": trading.book_buy,
    "sell": trading.book_sell,
    "short_sell": trading.book_short_sell,
    "buy_to_cover": trading.book_buy_to_cover,
    "opening_balance": transfers.book_opening_balance,
    "transfer_in": transfers.book_transfer_in,
    "transfer_out": transfers.book_transfer_out,
    "split": corporate_actions.book_split,
    "stock_dividend": corporate_actions.book_stock_dividend,
    "return_of_capital": corporate_actions.book_return_of_capital,
    "dividend": cash.book_income,
    "interest": cash.book_income,
    "fee": cash.book_fee,
    "tax": cash.book_tax,
    "deposit": cash.book_deposit,
    "withdrawal": cash.book_withdrawal,
}


@exactly
def fold(
    entries: Iterable[Entry],
    rules: Rules,
    market: Market,
    *,
    until: dt.date | None = None,
    start: dt.date | None = None,
    strict: bool = False,
    keep_closed: bool = False,
) -> Book:
    """Book the entries up to and including a day (None: all) and return the books. Raises EngineError only in a strict fold.

    The period statement begins after `start`; None: before the first entry.
    """
    book = Book(rules, market, strict=strict, keep_closed=keep_closed)
    ledger = order_entries(entries)
    last = len(ledger) if until is None else count_until(ledger, until)
    first = 0 if start is None else count_until(ledger, start)
    if start is not None:
        _book_entries(book, ledger[:first])
        book.open_period(start)
    _book_entries(book, ledger[first:last])
    return book


def count_until(ledger: Ledger, day: dt.date) -> int:
    """Return the number of entries up to and including a day."""
    return bisect_right(ledger, day, key=attrgetter("trade_date"))


def _book_entries(book: Book, entries: Iterable[Entry]) -> None:
    for entry in entries:
        handler = HANDLERS.get(entry.kind)
        if handler is None:
            book.refuse(entry, "kind_not_supported", f"Entries of the kind {entry.kind!r} cannot be booked.")
        else:
            handler(book, entry)


def check_history(entries: Iterable[Entry], *, method: str, allow_short: bool) -> None:
    """Raise EngineError if the entries (all of one instrument, every account) cannot have happened in this order.

    Codes: oversold, overcovered, short_not_allowed, lot_not_found, lots_mismatch, nothing_held, kind_not_supported. `detail` names the
    entry (`key`, `date`, `account`), the units `held` and `asked`. Only units are looked at: no prices or rates are needed.
    """
    listed = list(entries)
    instruments = {entry.instrument: InstrumentInfo(entry.instrument, "") for entry in listed if entry.instrument is not None}
    fold(listed, Rules("", method, allow_short), Market(instruments, {}, Parity()), strict=True)
