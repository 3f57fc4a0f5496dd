"""The first demo portfolio: somebody in the euro area who saves every month for ten years."""

from datetime import date
from decimal import Decimal

from portfolio.services.demo.book import CENT, Book, major_of
from portfolio.services.demo.market import country_of, roll

ACCOUNT = "Northgate Bank"
WHOLE, PARTS, COIN = Decimal(1), Decimal("0.0001"), Decimal("0.000001")
SAVINGS_PLAN, BOND_FUND = "ORBIS.SIM", "NORDA.SIM"
FEE = Decimal("7.90")
PLAN_FEE = Decimal("1.50")
# Bought in turn, every second month.
ROTATION = (
    "LUMERA.SIM", "HELIX.SIM", "ALPINOVA.SIM", "MERIDA.SIM", "BRANT.SIM", "VESTINE.SIM",
    "QUILLON.SIM", "CORALIS.SIM", "ZUGERN.SIM", "TERRANE.SIM", "ALBION.SIM", "SOLANO.SIM",
)  # fmt: skip
# Tax withheld at the source, by country.
WITHHOLDING = {
    "US": Decimal("0.15"), "CH": Decimal("0.35"), "DE": Decimal("0.26375"), "FR": Decimal("0.25"), "ES": Decimal("0.19"), "NL": Decimal("0.15"),
}  # fmt: skip
# Years from the start: what is sold, how much of it, why.
SALES = {
    3: ("VESTINE.SIM", Decimal("0.5"), "Sold half: three bad years"),
    4: ("SOLANO.SIM", Decimal(1), "Closed the position"),
    5: ("HELIX.SIM", Decimal("0.25"), "Took some profit"),
    6: ("CORALIS.SIM", Decimal(1), "Closed the position"),
    7: ("QUILLON.SIM", Decimal("0.3"), "Rebalanced"),
    9: ("LUMERA.SIM", Decimal("0.4"), "Rebalanced"),
}


def write_long_term(book: Book, *, seed: int) -> None:
    """Write the entries of all days of the book's market."""
    days = book.market.days
    _open(book, days[0])
    month_of = days[0].month
    for number, day in enumerate(days):
        _book_events(book, day)
        if day.month != month_of:
            month_of = day.month
            _save_monthly(book, day, months=_months_between(days[0], day), seed=seed)
        elif number and number % 63 == 0:
            _book_interest(book, day)


def _open(book: Book, day: date) -> None:
    book.book_cash(day, ACCOUNT, "deposit", amount=Decimal(20_000), currency="EUR", note="First deposit")
    book.buy(day, ACCOUNT, SAVINGS_PLAN, spend=Decimal(9_000), step=PARTS, fee=FEE)
    book.buy(day, ACCOUNT, BOND_FUND, spend=Decimal(5_000), step=PARTS, fee=FEE)


def _months_between(start: date, day: date) -> int:
    return (day.year - start.year) * 12 + day.month - start.month


def _book_events(book: Book, day: date) -> None:
    for (split_day, symbol), ratio in book.market.splits.items():
        if split_day == day:
            book.split(day, ACCOUNT, symbol, ratio=ratio)
    for symbol, per_unit in book.market.dividends.get(day, ()):
        book.pay_dividend(day, ACCOUNT, symbol, per_unit=per_unit, tax_rate=WITHHOLDING.get(country_of(symbol), Decimal(0)))


def _save_monthly(book: Book, day: date, *, months: int, seed: int) -> None:
    saved = Decimal(900 + 5 * months)
    book.book_cash(day, ACCOUNT, "deposit", amount=saved, currency="EUR", note="Monthly savings")
    book.buy(day, ACCOUNT, SAVINGS_PLAN, spend=saved * Decimal("0.4"), step=PARTS, fee=PLAN_FEE)
    if months % 3 == 0:
        book.buy(day, ACCOUNT, BOND_FUND, spend=saved * Decimal("0.3"), step=PARTS, fee=PLAN_FEE)
    if months % 12 == 0:
        _book_year(book, day, year=months // 12)
    if months % 2 == 0:
        _buy_next(book, day, symbol=ROTATION[months // 2 % len(ROTATION)], share=0.6 + 0.3 * roll(seed, "share", months))


def _buy_next(book: Book, day: date, *, symbol: str, share: float) -> None:
    """Spend a share of the euros on one instrument, and change what its currency still needs."""
    budget = (book.cash["EUR"] * Decimal(f"{share:.3f}")).quantize(CENT)
    currency = major_of(symbol)
    spend = (budget * book.market.rate(currency, day)).quantize(CENT)
    book.change_money(day, ACCOUNT, currency=currency, need=spend + FEE)
    book.buy(day, ACCOUNT, symbol, spend=spend, step=WHOLE, fee=FEE)


def _book_year(book: Book, day: date, *, year: int) -> None:
    book.book_cash(day, ACCOUNT, "fee", amount=Decimal("29.00"), currency="EUR", note="Custody fee")
    if year in SALES:
        symbol, share, note = SALES[year]
        book.sell(day, ACCOUNT, symbol, share=share, step=WHOLE, fee=FEE, note=note)
    if year == 2:
        book.change_money(day, ACCOUNT, currency="USD", need=Decimal(800))
        book.buy(day, ACCOUNT, "COBALT.SIM", spend=Decimal(780), step=COIN, fee=Decimal(4))
    if year == 8:
        book.sell(day, ACCOUNT, SAVINGS_PLAN, share=Decimal("0.1"), step=PARTS, fee=FEE, note="For the new kitchen")
        book.book_cash(day, ACCOUNT, "withdrawal", amount=Decimal(6_000), currency="EUR", note="New kitchen")


def _book_interest(book: Book, day: date) -> None:
    gross = (book.cash["EUR"] * Decimal("0.003")).quantize(CENT)
    if gross > 0:
        book.book_cash(day, ACCOUNT, "interest", amount=gross, currency="EUR", tax=(gross * Decimal("0.25")).quantize(CENT), note="Interest on cash")
