"""The second demo portfolio: somebody who trades in dollars at two brokers, often and not always well."""

from datetime import date
from decimal import Decimal

from portfolio.providers.listing import BY_SYMBOL
from portfolio.services.demo.book import Book, major_of, scale_of
from portfolio.services.demo.market import country_of, roll

BROKER, SECOND_BROKER = "Harbor Brokerage", "Vale Securities"
WHOLE, COIN = Decimal(1), Decimal("0.000001")
FEE = Decimal("1.00")
COIN_SYMBOL = "COBALT.SIM"
SYMBOLS = ("HELIX.SIM", "QUILLON.SIM", "SOLANO.SIM", "MERIDA.SIM", COIN_SYMBOL, "ZUGERN.SIM", "BRANT.SIM", "ALPINOVA.SIM", "LUMERA.SIM")
DAYS_BETWEEN_TRADES = 10
WITHHOLDING = {"US": Decimal("0.15"), "CH": Decimal("0.35"), "DE": Decimal("0.26375")}


def write_trading(book: Book, *, seed: int) -> None:
    """Write the entries of all days of the book's market; halfway, the largest position moves to the second broker."""
    days = book.market.days
    for number, day in enumerate(days):
        _book_events(book, day)
        if number % DAYS_BETWEEN_TRADES == 0:
            _trade(book, day, turn=number // DAYS_BETWEEN_TRADES, seed=seed)
        if number == len(days) // 2:
            book.move_units(day, _pick_largest_position(book, day), source=BROKER, target=SECOND_BROKER)


def _pick_largest_position(book: Book, day: date) -> str:
    """Return the symbol that is worth most at the first broker. What splits stays where it is: it is traded there only."""
    worth = {
        symbol: units * book.market.close(symbol, day) / scale_of(symbol) / book.market.rate(major_of(symbol), day)
        for (account, symbol), units in book.units.items()
        if account == BROKER and BY_SYMBOL[symbol].split_ratio == 1
    }
    return max(worth, key=lambda symbol: worth[symbol])


def _book_events(book: Book, day: date) -> None:
    held = [(account, symbol) for (account, symbol), units in book.units.items() if units > 0]
    payments = dict(book.market.dividends.get(day, ()))
    for account, symbol in held:
        if ratio := book.market.splits.get((day, symbol)):
            book.split(day, account, symbol, ratio=ratio)
        if symbol in payments:
            book.pay_dividend(day, account, symbol, per_unit=payments[symbol], tax_rate=WITHHOLDING.get(country_of(symbol), Decimal(0)))


def _trade(book: Book, day: date, *, turn: int, seed: int) -> None:
    symbol = SYMBOLS[int(roll(seed, "symbol", turn) * len(SYMBOLS))]
    account = SECOND_BROKER if book.held(SECOND_BROKER, symbol) > 0 else BROKER
    step = COIN if symbol == COIN_SYMBOL else WHOLE
    if book.held(account, symbol) > 0 and roll(seed, "side", turn) < 0.45:
        share = Decimal(1) if roll(seed, "all", turn) < 0.3 else Decimal("0.5")
        book.sell(day, account, symbol, share=share, step=step, fee=FEE)
        return
    dollars = Decimal(2_000 + int(4_000 * roll(seed, "size", turn)))
    rate = book.market.rate(major_of(symbol), day) / book.market.rate("USD", day)
    book.buy(day, account, symbol, spend=dollars * rate, step=step, fee=FEE)
