"""Random but possible ledgers: two currencies and pence, two accounts, charges, splits, transfers, income."""

import datetime as dt
from dataclasses import dataclass
from decimal import Decimal
from fractions import Fraction

from hypothesis import strategies as st

from portfolio.engine.fx import FxTable, RateSeries
from portfolio.engine.ledger import Entry
from portfolio.engine.market import InstrumentInfo, Market
from portfolio.engine.prices import PriceSeries
from tests.portfolio.engine.builders import DAY_ONE, on

CURRENCIES = {"X": "EUR", "Y": "USD", "Z": "GBX"}
LAST_DAY = 40
ACCOUNTS = ("A", "B")


@dataclass
class RandomLedger:
    """`units` counts what is held of each instrument in each account, by a simple sum of its own."""

    entries: list[Entry]
    units: dict[tuple[str, str], Fraction]
    market: Market

    @property
    def end(self) -> dt.date:
        return on(LAST_DAY)


def decimals(low: str, high: str, places: int) -> st.SearchStrategy[Decimal]:
    return st.decimals(min_value=Decimal(low), max_value=Decimal(high), places=places, allow_nan=False, allow_infinity=False)


amounts = decimals("0.01", "5000", 2)
prices = decimals("0.01", "900", 4)
rates = decimals("0.5", "2", 6)
charges = st.one_of(st.just(Decimal(0)), decimals("0", "25", 2))


@st.composite
def random_markets(draw: st.DrawFn) -> Market:
    """Closes and rates on some days, always one on the first."""
    days = st.integers(2, LAST_DAY)
    series = {}
    for key in CURRENCIES:
        points = {DAY_ONE - dt.timedelta(days=1): draw(prices)} | {on(day): draw(prices) for day in draw(st.sets(days, max_size=4))}
        series[key] = PriceSeries(points.items())
    pairs = {}
    for pair in (("EUR", "USD"), ("EUR", "GBP")):
        known = {DAY_ONE - dt.timedelta(days=1): draw(rates)} | {on(day): draw(rates) for day in draw(st.sets(days, max_size=3))}
        pairs[pair] = RateSeries.of(known.items())
    return Market({key: InstrumentInfo(key, currency, key) for key, currency in CURRENCIES.items()}, series, FxTable(pairs))


@st.composite
def random_ledgers(draw: st.DrawFn, *, with_splits: bool = True, with_border: bool = True) -> RandomLedger:
    """A ledger in which every sale and transfer finds its units. One entry (or pair) a day, so that its order is plain."""
    units = {(key, account): Fraction(0) for key in CURRENCIES for account in ACCOUNTS}
    kinds = ["buy", "buy", "sell", "sell", "dividend", "interest", "fee", "tax", "deposit", "withdrawal", "transfer"]
    kinds += ["split", "stock_dividend", "return_of_capital"] if with_splits else []
    kinds += ["transfer_in", "transfer_out", "opening_balance"] if with_border else []
    entries: list[Entry] = []
    for day in sorted(draw(st.sets(st.integers(1, LAST_DAY), min_size=1, max_size=16))):
        kind = draw(st.sampled_from(kinds))
        key = draw(st.sampled_from(sorted(CURRENCIES)))
        account = draw(st.sampled_from(ACCOUNTS))
        held = units[key, account]
        if kind in {"sell", "transfer", "transfer_out", "stock_dividend", "return_of_capital"} and held <= 0:
            kind = "buy"
        blank = Entry(key=f"{kind}-{day}", kind=kind, trade_date=on(day), account=account, instrument=key, sequence=day)
        entries += _make(draw, blank, units)
    return RandomLedger(entries, units, draw(random_markets()))


def _make(draw: st.DrawFn, blank: Entry, units: dict[tuple[str, str], Fraction]) -> list[Entry]:
    kind, key = blank.kind, blank.instrument or ""
    currency = draw(st.sampled_from(["EUR", CURRENCIES[key], "USD"]))
    entry = blank._replace(currency=currency, fee=draw(charges), tax=draw(charges), fx_rate=draw(st.one_of(st.none(), rates)))
    if kind in {"dividend", "interest", "fee", "tax", "deposit", "withdrawal"}:
        return [entry._replace(amount=draw(amounts), instrument=key if kind == "dividend" else None)]
    if kind == "return_of_capital":
        return [entry._replace(amount=draw(amounts))]
    if kind == "split":
        ratio = draw(st.sampled_from([Decimal(2), Decimal("0.5"), Decimal("1.5"), Decimal(3)]))
        for place in ACCOUNTS:
            units[key, place] *= Fraction(ratio)
        return [entry._replace(quantity=ratio, fee=None, tax=None)]
    return _move(draw, entry, units)


def _move(draw: st.DrawFn, entry: Entry, units: dict[tuple[str, str], Fraction]) -> list[Entry]:
    assert entry.instrument is not None
    place = (entry.instrument, entry.account)
    if entry.kind in {"buy", "transfer_in", "opening_balance", "stock_dividend"}:
        quantity = draw(decimals("0.0001", "300", 4))
        units[place] += Fraction(quantity)
        return [entry._replace(quantity=quantity, price=None if entry.kind == "stock_dividend" else draw(prices))]
    held = units[place]
    part = draw(st.fractions(Fraction(1, 50), Fraction(1))) if draw(st.booleans()) else Fraction(1)
    quantity = _as_decimal(held * part) or _as_decimal(held)
    units[place] -= Fraction(quantity)
    if entry.kind != "transfer":
        return [entry._replace(quantity=quantity, price=draw(prices) if entry.kind == "sell" else None)]
    other = next(account for account in ACCOUNTS if account != entry.account)
    units[entry.instrument, other] += Fraction(quantity)
    out = entry._replace(kind="transfer_out", quantity=quantity, counter_account=other)
    return [out, out._replace(key=f"{entry.key}-in", kind="transfer_in", account=other, counter_account=entry.account, fee=None, tax=None)]


def _as_decimal(units: Fraction) -> Decimal:
    """Return the units if they are a short decimal, else what is below with ten decimals."""
    scaled = units * 10**10
    return Decimal(scaled.numerator // scaled.denominator).scaleb(-10)
