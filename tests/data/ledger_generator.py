"""A ledger of any length over real closes: the same seed gives the same file.

Trades are at the close of their day, in fractions of units, with fees, dividends and taxes; never more is sold than held. The prices
(2010 to 2022, eleven symbols, in USD) and the European Central Bank's rates lie beside this file as `prices.csv.gz` and `fx_rates.csv.gz`.

    python -m tests.data.ledger_generator 2000 > ledger.csv
"""

import csv
import gzip
import io
import random
import sys
from collections import defaultdict
from decimal import Decimal
from pathlib import Path

FOLDER = Path(__file__).parent
COLUMNS = ("date", "type", "symbol", "quantity", "price", "amount", "fee", "tax", "currency", "account", "note", "external_id")
# An index cannot be bought; it serves as the benchmark.
INDEX = "SPX"
ACCOUNTS = ("Depot A", "Depot B")
SALE_CHANCE, DIVIDEND_CHANCE = 0.35, 0.12
UNIT_STEP = Decimal("0.0001")
CENT = Decimal("0.01")


def read_file(name: str) -> bytes:
    """Return the unpacked content of `prices.csv.gz` or `fx_rates.csv.gz`."""
    return gzip.decompress((FOLDER / name).read_bytes())


def read_prices() -> dict[str, dict[str, tuple[Decimal, str]]]:
    """Return (close, currency) by day and symbol."""
    days: dict[str, dict[str, tuple[Decimal, str]]] = defaultdict(dict)
    for row in csv.DictReader(io.StringIO(read_file("prices.csv.gz").decode())):
        days[row["date"]][row["symbol"]] = (Decimal(row["close"]), row["currency"])
    return days


def generate_ledger(*, count: int, seed: int = 1) -> bytes:
    """Return a CSV of `count` entries, oldest first, spread evenly over the days of the prices."""
    prices = read_prices()
    dice = random.Random(seed)
    days = sorted(prices)
    held: dict[tuple[str, str], Decimal] = defaultdict(Decimal)
    text = io.StringIO()
    writer = csv.DictWriter(text, COLUMNS)
    writer.writeheader()
    for number in range(count):
        day = days[number * (len(days) - 1) // count]
        symbol = dice.choice(sorted(name for name in prices[day] if name != INDEX))
        place = (dice.choice(ACCOUNTS), symbol)
        writer.writerow(
            {"date": day, "symbol": symbol, "account": place[0], "external_id": f"T{number}"} | _draw(dice, held, place, *prices[day][symbol])
        )
    return text.getvalue().encode()


def _draw(dice: random.Random, held: dict[tuple[str, str], Decimal], place: tuple[str, str], price: Decimal, currency: str) -> dict[str, object]:
    """Return the cells of a sale, a dividend or a purchase, and book its units."""
    turn = dice.random()
    if held[place] > 1 and turn < SALE_CHANCE:
        quantity = (held[place] * Decimal(dice.randint(5, 90)) / 100).quantize(UNIT_STEP)
        held[place] -= quantity
        return {"type": "sell", "quantity": quantity, "price": price, "fee": _fee(dice), "currency": currency}
    if held[place] > 1 and turn < SALE_CHANCE + DIVIDEND_CHANCE:
        gross = max((held[place] * price * Decimal("0.005")).quantize(CENT), CENT)
        return {"type": "dividend", "amount": gross, "tax": (gross * Decimal("0.15")).quantize(CENT), "currency": currency}
    quantity = (Decimal(dice.randint(200, 5_000)) / price).quantize(UNIT_STEP)
    held[place] += quantity
    return {"type": "buy", "quantity": quantity, "price": price, "fee": _fee(dice), "currency": currency}


def _fee(dice: random.Random) -> Decimal:
    return Decimal(dice.randint(0, 990)) / 100


if __name__ == "__main__":
    sys.stdout.buffer.write(generate_ledger(count=int(sys.argv[1]), seed=int(sys.argv[2]) if len(sys.argv) > 2 else 1))
