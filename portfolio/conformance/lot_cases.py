"""Cases about lots, cost and gains on them."""

from collections.abc import Mapping
from decimal import Decimal
from fractions import Fraction
from typing import Any

from portfolio.conformance.ledgers import BASE, ITEM, day, fold_rows, make_market, number
from portfolio.engine.book import Book
from portfolio.engine.errors import EngineError
from portfolio.engine.fx import FxTable, RateSeries
from portfolio.engine.ledger import Entry
from portfolio.engine.lots import Lot
from portfolio.engine.market import Market
from portfolio.engine.money import known
from portfolio.engine.positions import fold
from portfolio.engine.reports import Holding
from portfolio.engine.subtotal import close_book
from portfolio.engine.summary import Summary
from portfolio.engine.valuation import list_lots, value_holdings
from portfolio.engine.valuer import Rules

Inputs = Mapping[str, Any]
Answers = dict[str, Any]
# Where a case has no dates, its steps are a day apart from here.
FIRST_DAY = day("2020-01-01").toordinal()
SHOWN_METHODS = {"fifo": "fifo", "moving_average": "average"}
# The last day of cases whose valuation has no date.
LATER = day("2099-12-31")
ERRORS = {"oversold": "insufficient quantity"}


def answer_booking(inputs: Inputs) -> Answers:
    """Lots in the order of the case; a refused disposal leaves them all."""
    buys = [_trade("buy", str(place), day(lot["date"]), lot["quantity"], lot["unit_cost"]) for place, lot in enumerate(inputs["lots"])]
    later = max(buy.trade_date for buy in buys).toordinal() + 1
    sales = [_trade("sell", f"sale{place}", _nth(later + place), part["quantity"]) for place, part in enumerate(inputs["reductions"])]
    sales = [sale for sale in sales if sale.quantity]
    try:
        book, error = _fold([*buys, *sales], inputs["method"], strict=True), None
    except EngineError as refusal:
        book, error = _fold(buys, inputs["method"]), ERRORS.get(refusal.code, refusal.code)
    lots = sorted(_lots(book), key=lambda lot: int(lot.key))
    booked = [{"date": lot.acquired_on, "quantity": lot.quantity, "unit_cost": lot.cost / lot.quantity} for lot in book.position(ITEM).closed]
    return {"booked": booked, "remaining": [_show_lot(lot) for lot in lots], "error": error}


def answer_booking_steps(inputs: Inputs) -> Answers:
    answers: Answers = {}
    entries: list[Entry] = []
    for place, step in enumerate(inputs["steps"], start=1):
        if "add" in step:
            added = step["add"]
            entries.append(_trade("buy", added["id"], _nth(FIRST_DAY + place), added["quantity"], added["unit_cost"]))
        else:
            entries.append(_trade("sell", f"sale{place}", _nth(FIRST_DAY + place), step["dispose"]))
        answers[f"after_step_{place}"] = {lot.key: lot.quantity for lot in _lots(_fold(entries, inputs["method"]))}
    return answers


def answer_acb(inputs: Inputs) -> Answers:
    entries: list[Entry] = []
    costs, units, gains = [], [], []
    realized: Decimal | None = Decimal(0)
    for place, (kind, quantity, price) in enumerate(inputs["steps"]):
        entries.append(_trade(kind, str(place), _nth(FIRST_DAY + place), quantity, price))
        holding = _holding(_fold(entries, "average"))
        costs.append(holding.cost_basis_base)
        units.append(holding.quantity)
        total = holding.realized_gain_base
        gains.append(None if total is None or realized is None else total - realized)
        realized = total
    return {"total_cost": costs, "quantity": units, "pnl": gains}


def answer_dispose(inputs: Inputs) -> Answers:
    answers: Answers = {}
    for method in ("fifo", "lifo", "hifo", "average"):
        buys = [_trade("buy", str(place), _nth(FIRST_DAY + place), lot["quantity"], lot["unit_cost"]) for place, lot in enumerate(inputs["lots"])]
        sale = _trade("sell", "sale", _nth(FIRST_DAY + len(buys)), inputs["quantity"], inputs["price"])
        holding = _holding(_fold([*buys, sale], method))
        answers |= {f"realised_{method}": holding.realized_gain_base, f"remaining_{method}": holding.cost_basis_base}
    return answers


def answer_cost(inputs: Inputs) -> Answers:
    """Also cases with depots, and gains at a price."""
    answers: Answers = {}
    market = make_market({"1970-01-01": inputs["price"]}) if "price" in inputs else make_market()
    for shown, method in SHOWN_METHODS.items():
        holding = _holding(fold_rows(inputs["transactions"], method, market))
        answers |= {
            f"cost_{shown}": holding.cost_basis_base,
            f"cost_per_share_{shown}": holding.average_cost,
            f"realised_gain_{shown}": holding.realized_gain_base,
            f"unrealised_gain_{shown}": holding.unrealized_gain_base,
            f"gain_on_holding_{shown}": holding.unrealized_gain_base,
        }
    invested = sum((number(row["amount"]) for row in inputs["transactions"] if row["type"] == "buy"), Decimal(0))
    delta = holding.total_gain_base
    share = None if delta is None else float(delta / invested)
    return answers | {"quantity": holding.quantity, "cost_per_share": holding.average_cost, "delta": delta, "delta_percent": share}


def answer_gains_transfer(inputs: Inputs) -> Answers:
    return {"unrealised_gain_fifo": _holding(fold_rows(inputs["transactions"], "fifo")).unrealized_gain_base}


def answer_gains_fx(inputs: Inputs) -> Answers:
    """The trades are in USD with the rate that was agreed; a report in USD needs none."""
    base = inputs["report"]
    fx = FxTable({("EUR", "USD"): RateSeries([1], [number(inputs["eurusd_end"])])})
    market = make_market({"1970-01-01": inputs["price_usd"]}, currency="USD", fx=fx)
    answers: Answers = {}
    for shown, method in SHOWN_METHODS.items():
        entries = [_fx_trade(row, place) for place, row in enumerate(inputs["transactions"])]
        book = fold(entries, Rules(base, method), market, keep_closed=True)
        holding = _holding(book)
        realized_fx = sum((row.currency_gain_base or Decimal(0) for row in list_lots(book, LATER, {}).closed), Decimal(0))
        total_fx = holding.currency_gain_base
        answers |= {
            f"realised_gain_{shown}": holding.realized_gain_base,
            f"realised_fx_part_{shown}": realized_fx,
            f"unrealised_gain_{shown}": holding.unrealized_gain_base,
            f"unrealised_fx_part_{shown}": None if total_fx is None else total_fx - realized_fx,
        }
    return answers


def answer_lots_transfer(inputs: Inputs) -> Answers:
    """Fees are part of a lot's cost: what is not units × price is the fee."""
    prices = {str(place): number(lot["price"]) for place, lot in enumerate(inputs["lots"])}
    entries = [_bought(lot, place) for place, lot in enumerate(inputs["lots"])]
    later = _nth(entries[-1].trade_date.toordinal() + 1)
    sent = _trade("transfer_out", "out", later, inputs["transfer"])._replace(account="source", counter_account="target", price=None)
    entries += [sent, sent._replace(key="in", kind="transfer_in", account="target", counter_account="source")]
    queues = _fold(entries, "fifo").position(ITEM).queues
    target = list(queues["target"])
    cost, units = sum((lot.cost for lot in target), Decimal(0)), queues["target"].quantity
    return {
        "target": [_show_priced(lot, prices) for lot in target],
        "source": [_show_priced(lot, prices) for lot in queues["source"]],
        "target_cost": cost,
        "target_average": cost / units,
    }


def answer_shares_held(inputs: Inputs) -> Answers:
    return {"quantity": fold_rows(inputs["transactions"], "fifo", allow_short=True).position(ITEM).quantity}


def answer_split(inputs: Inputs) -> Answers:
    ratio = Fraction(inputs["new"]) / Fraction(inputs["old"])
    holding = _holding(_fold([_trade("buy", "buy", _nth(FIRST_DAY), inputs["quantity"], inputs["price"]), _split(ratio, 1)], "fifo"))
    return {"quantity": holding.quantity, "price": holding.average_cost}


def answer_split_chain(inputs: Inputs) -> Answers:
    entries = [_trade("buy", "buy", _nth(FIRST_DAY), inputs["quantity"], "1")]
    quantities = []
    for place, (new, old) in enumerate(inputs["splits"], start=1):
        entries.append(_split(Fraction(new) / Fraction(old), place))
        quantities.append(_holding(_fold(entries, "fifo")).quantity)
    return {"quantities": quantities}


def answer_split_position(inputs: Inputs) -> Answers:
    entries = [_trade("buy", "buy", _nth(FIRST_DAY), inputs["buy"]["quantity"], inputs["buy"]["price"])]
    entries += [_split(Fraction(new) / Fraction(old), place) for place, (new, old) in enumerate(inputs["splits"], start=1)]
    if inputs["sell"]:
        entries.append(_trade("sell", "sell", _nth(FIRST_DAY + len(entries)), inputs["sell"]["quantity"], inputs["sell"]["price"]))
    holding = _holding(_fold(entries, "average"))
    return {"quantity": holding.quantity, "average_price": holding.average_cost, "cost": holding.cost_basis}


def _nth(ordinal: int) -> Any:
    return day("0001-01-01").fromordinal(ordinal)


def _trade(kind: str, key: str, on: Any, quantity: str, price: str = "0") -> Entry:
    return Entry(key=key, kind=kind, trade_date=on, account="Main", instrument=ITEM, quantity=number(quantity), price=number(price), currency=BASE)


def _split(ratio: Fraction, place: int) -> Entry:
    return _trade("split", f"split{place}", _nth(FIRST_DAY + place), "0")._replace(quantity=ratio, price=None)


def _fx_trade(row: Mapping[str, str], place: int) -> Entry:
    kind = "buy" if row["type"] == "delivery_in" else "sell"
    trade = _trade(kind, str(place), day(row["date"]), row["quantity"])
    return trade._replace(price=None, amount=number(row["amount_usd"]), currency="USD", fx_rate=number(row["rate"]))


def _bought(lot: Mapping[str, str], place: int) -> Entry:
    return _trade("buy", str(place), day(lot["date"]), lot["quantity"], lot["price"])._replace(account="source", fee=number(lot["fee"]))


def _fold(entries: list[Entry], method: str, *, strict: bool = False, market: Market | None = None) -> Book:
    return fold(entries, Rules(BASE, method.lower()), market or make_market(), strict=strict, keep_closed=True)


def _holding(book: Book) -> Holding:
    report = value_holdings(Summary([close_book(book)], book.rules, book.market), LATER)
    return (*report.holdings, *report.closed)[0]


def _lots(book: Book) -> list[Lot]:
    return [lot for queue in book.position(ITEM).queues.values() for lot in queue]


def _show_lot(lot: Lot) -> Answers:
    return {"date": lot.acquired_on, "quantity": lot.quantity, "unit_cost": lot.cost / lot.quantity}


def _show_priced(lot: Lot, prices: Mapping[str, Decimal]) -> Answers:
    price = prices[lot.key]
    return {"date": lot.acquired_on, "quantity": lot.quantity, "price": price, "fee": known(lot.cost - lot.quantity * price)}
