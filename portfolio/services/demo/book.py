"""The ledger that the demo's trader writes: rows of the import format, with the cash and the units they leave."""

import csv
import io
from collections import defaultdict
from datetime import date
from decimal import ROUND_DOWN, Decimal

from common.currencies import MINOR_UNITS
from common.decimals import format_decimal
from portfolio.services.demo.market import MarketWindow, currency_of

COLUMNS = ("date", "type", "symbol", "quantity", "price", "amount", "fee", "tax", "currency", "account", "counter_account", "note")
CENT = Decimal("0.01")
HUNDRED = Decimal(100)
# A bank's margin on changing money.
SPREAD = Decimal("0.002")


class Book:
    """Writes entries of one portfolio in the order of days. Cash is kept by currency, units by account and symbol."""

    def __init__(self, market: MarketWindow) -> None:
        self.market = market
        self.rows: list[dict[str, str]] = []
        self.cash: dict[str, Decimal] = defaultdict(Decimal)
        self.units: dict[tuple[str, str], Decimal] = defaultdict(Decimal)

    def held(self, account: str, symbol: str) -> Decimal:
        return self.units.get((account, symbol), Decimal(0))

    def buy(self, day: date, account: str, symbol: str, *, spend: Decimal, step: Decimal, fee: Decimal) -> None:
        """Buy as many steps of the instrument as `spend` pays for; `spend` and `fee` are in its currency (GBX: in pounds)."""
        price, scale = self.market.close(symbol, day), scale_of(symbol)
        quantity = (spend * scale / price).quantize(step, ROUND_DOWN)
        if quantity <= 0:
            return
        self._move_cash(currency_of(symbol), -(quantity * price / scale + fee))
        self.units[account, symbol] += quantity
        self._write(day, "buy", account, symbol=symbol, quantity=quantity, price=price, fee=fee * scale, currency=currency_of(symbol))

    def sell(self, day: date, account: str, symbol: str, *, share: Decimal, step: Decimal, fee: Decimal, note: str = "") -> None:
        """Sell a share of what is held, rounded to steps; all of it for 1."""
        held = self.held(account, symbol)
        quantity = held if share >= 1 else (held * share).quantize(step, ROUND_DOWN)
        if quantity <= 0:
            return
        price, scale = self.market.close(symbol, day), scale_of(symbol)
        self._move_cash(currency_of(symbol), quantity * price / scale - fee)
        self.units[account, symbol] -= quantity
        self._write(day, "sell", account, symbol=symbol, quantity=quantity, price=price, fee=fee * scale, currency=currency_of(symbol), note=note)

    def pay_dividend(self, day: date, account: str, symbol: str, *, per_unit: Decimal, tax_rate: Decimal) -> None:
        """Book a dividend on what is held. Companies quoted in pence pay in pounds."""
        gross = (self.held(account, symbol) * per_unit / scale_of(symbol)).quantize(CENT)
        if gross <= 0:
            return
        tax = (gross * tax_rate).quantize(CENT)
        currency = major_of(symbol)
        self._move_cash(currency, gross - tax)
        self._write(day, "dividend", account, symbol=symbol, amount=gross, tax=tax, currency=currency)

    def book_cash(self, day: date, account: str, kind: str, *, amount: Decimal, currency: str, tax: Decimal = Decimal(0), note: str = "") -> None:
        """Book a deposit, withdrawal, fee or interest payment."""
        sign = 1 if kind in {"deposit", "interest"} else -1
        self._move_cash(currency, sign * amount - tax)
        self._write(day, kind, account, amount=amount, tax=tax, currency=currency, note=note)

    def change_money(self, day: date, account: str, *, currency: str, need: Decimal) -> None:
        """Change euros until the cash in the currency covers `need`: money leaves in one currency and comes back in the other."""
        missing = (need - self.cash[currency]).quantize(CENT)
        if currency == "EUR" or missing <= 0:
            return
        price = (missing / self.market.rate(currency, day) * (1 + SPREAD)).quantize(CENT)
        note = f"Exchange EUR to {currency}"
        self.book_cash(day, account, "withdrawal", amount=price, currency="EUR", note=note)
        self.book_cash(day, account, "deposit", amount=missing, currency=currency, note=note)

    def split(self, day: date, account: str, symbol: str, *, ratio: Decimal) -> None:
        if self.held(account, symbol) > 0:
            self.units[account, symbol] *= ratio
            self._write(day, "split", account, symbol=symbol, quantity=ratio)

    def move_units(self, day: date, symbol: str, *, source: str, target: str) -> None:
        """Carry all units of an instrument to another account."""
        quantity = self.units.pop((source, symbol))
        self.units[target, symbol] += quantity
        self._write(day, "transfer_out", source, symbol=symbol, quantity=quantity, counter_account=target, note="Moved to the second broker")

    def as_csv(self) -> bytes:
        """Return all rows in the import format."""
        text = io.StringIO()
        writer = csv.DictWriter(text, COLUMNS)
        writer.writeheader()
        writer.writerows(self.rows)
        return text.getvalue().encode()

    def _move_cash(self, currency: str, amount: Decimal) -> None:
        self.cash[MINOR_UNITS.get(currency, currency)] += amount

    def _write(self, day: date, kind: str, account: str, **cells: Decimal | str) -> None:
        filled = {name: format_decimal(cell) if isinstance(cell, Decimal) else cell for name, cell in cells.items() if cell}
        self.rows.append({"date": day.isoformat(), "type": kind, "account": account, **filled})


def scale_of(symbol: str) -> Decimal:
    """Return how many units of quotation make one of the currency: 100 for pence."""
    return HUNDRED if currency_of(symbol) in MINOR_UNITS else Decimal(1)


def major_of(symbol: str) -> str:
    currency = currency_of(symbol)
    return MINOR_UNITS.get(currency, currency)
