"""Cases about what a period brought, and about single bookings."""

from collections.abc import Mapping
from decimal import Decimal
from typing import Any

from portfolio.conformance.ledgers import BASE, ITEM, day, make_market, number, read_ledger, read_rates
from portfolio.engine.fx import FxTable
from portfolio.engine.ledger import Entry, Ledger, order_entries
from portfolio.engine.market import InstrumentInfo, Market
from portfolio.engine.money import known
from portfolio.engine.prices import PriceSeries
from portfolio.engine.statement import Statement, state_period
from portfolio.engine.summary import summarize
from portfolio.engine.valuation import value_holdings
from portfolio.engine.valuer import Rules

Inputs = Mapping[str, Any]
Answers = dict[str, Any]
CASH_BOOKS = Rules(BASE, cash_tracking=True)
SOME_DAY = day("2020-06-30")


class NotCoveredError(Exception):
    """The case asks for something that this system does not do yet; the text is its name in NOT_COVERED."""


def answer_breakdown(inputs: Inputs) -> Answers:
    return _show(
        state_period(read_ledger(inputs["transactions"]), CASH_BOOKS, make_market(inputs["prices"]), day(inputs["start"]), day(inputs["end"]))
    )


def answer_fx_cash(inputs: Inputs) -> Answers:
    market = make_market(fx=_euro_rates(inputs))
    return _show(state_period(read_ledger(inputs["transactions_usd"], currency="USD"), CASH_BOOKS, market, day(inputs["start"]), day(inputs["end"])))


def answer_scenario_fx(inputs: Inputs) -> Answers:
    """The case in two currencies, with securities in both."""
    series = {key: PriceSeries((day(on), number(close)) for on, close in security["quotes"].items()) for key, security in inputs["prices"].items()}
    infos = {key: InstrumentInfo(key, security["currency"], key) for key, security in inputs["prices"].items()}
    ledger = _with_outside_money(inputs["transactions"])
    return _show(state_period(ledger, CASH_BOOKS, Market(infos, series, _euro_rates(inputs)), day(inputs["start"]), day(inputs["end"])))


def answer_derived(inputs: Inputs) -> Answers:
    action = inputs["action"]
    if action not in ACTIONS:
        raise NotCoveredError(f"derived/{action}")
    return ACTIONS[action](inputs)


def _with_outside_money(rows: list[Mapping[str, Any]]) -> Ledger:
    """A delivery is a trade whose money is deposited or withdrawn on the spot."""
    entries = list(read_ledger(rows))
    for place, row in enumerate(rows):
        if row["type"] in {"delivery_in", "delivery_out"}:
            kind = "deposit" if row["type"] == "delivery_in" else "withdrawal"
            entries.append(
                Entry(f"money{place}", kind, day(row["date"]), "Main", amount=number(row["amount"]), currency=row["currency"], sequence=place)
            )
    return order_entries(entries)


def _euro_rates(inputs: Inputs) -> FxTable:
    return FxTable({("EUR", "USD"): read_rates(inputs["eurusd"])})


def _show(statement: Statement) -> Answers:
    gain = statement.gain
    return {
        "initial": known(statement.start_value),
        "capital_gains": gain.unrealized,
        "realised_capital_gains": gain.realized,
        "earnings": gain.income,
        "fees": gain.fees,
        "taxes": gain.taxes,
        "currency_gains": gain.currency,
        "transfers": known(statement.net_flow),
        "final": known(statement.end_value),
        "delta": known(statement.end_value - statement.net_flow - statement.start_value),
        "identity_residual": known(statement.end_value - statement.start_value - statement.net_flow - (gain.total or Decimal(0))),
    }


def _reinvest(inputs: Inputs) -> Answers:
    net, tax, price = number(inputs["dividend_net"]), number(inputs["tax"]), number(inputs["price"])
    entries = [
        _entry("dividend", amount=net + tax, tax=tax),
        _entry("buy", quantity=net / price, price=price, sequence=1),
    ]
    statement = state_period(order_entries(entries), Rules(BASE), make_market({"2020-01-01": price}), day("2020-01-01"), SOME_DAY)
    position = next(one for one in statement.summary.positions if one.symbol == ITEM)
    return {
        "shares": position.quantity,
        "cost_added": position.carried,
        "income": statement.gain.income,
        "external_flow": known(statement.net_flow),
    }


def _return_capital(inputs: Inputs) -> Answers:
    cost, gain, _, _ = _after([_entry("return_of_capital", amount=number(inputs["amount"]))], bought="10", cost=number(inputs["cost"]))
    return {"cost": cost, "gain": gain}


def _buy_with_commission(inputs: Inputs) -> Answers:
    buy = _entry("buy", quantity=number(inputs["quantity"]), price=number(inputs["price"]), fee=number(inputs["fee"]))
    cost, _, _, average = _after([buy])
    return {"cost": cost, "average": average}


def _issue_bonus(inputs: Inputs) -> Answers:
    held = number(inputs["quantity"])
    bonus = _entry("stock_dividend", quantity=held * number(inputs["per_share"]))
    cost, _, units, average = _after([bonus], bought=inputs["quantity"], cost=held * number(inputs["unit_cost"]))
    return {"quantity": units, "cost": cost, "average": average}


def _after(entries: list[Entry], *, bought: str = "", cost: Decimal | None = None) -> tuple[Any, Any, Any, Any]:
    """Return cost, realised gain, units and average after the entries, behind a purchase if one is given."""
    if bought:
        entries = [_entry("buy", quantity=number(bought), amount=cost)._replace(trade_date=day("2020-01-01")), *entries]
    holding = value_holdings(summarize(entries, Rules(BASE), make_market()), SOME_DAY).holdings[0]
    return holding.cost_basis, holding.realized_gain_base, holding.quantity, holding.average_cost


def _entry(kind: str, **facts: Any) -> Entry:
    return Entry(key=kind, kind=kind, trade_date=SOME_DAY, account="Main", instrument=ITEM, currency=BASE, **facts)


ACTIONS = {"drip": _reinvest, "roc": _return_capital, "buy_commission": _buy_with_commission, "bonus": _issue_bonus}
