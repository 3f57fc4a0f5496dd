"""Splits, stock dividends, returns of capital: units and costs change, gains do not appear from nothing."""

from decimal import Decimal
from fractions import Fraction

import pytest

from portfolio.engine.ledger import order_entries
from portfolio.engine.positions import check_history, fold
from portfolio.engine.statement import state_period
from portfolio.engine.summary import summarize
from portfolio.engine.valuation import value_holdings
from portfolio.engine.valuer import Rules
from tests.portfolio.engine.builders import entry, market, on

RULES = Rules("EUR")


def position_of(*entries, **rules):
    return fold(list(entries), Rules("EUR", **rules), market()).position("X")


THREE_AND_A_THIRD = Decimal("3.333333333333333333333333333333")


@pytest.mark.parametrize(
    ("ratio", "units"),
    [
        (Decimal(2), 20),
        (Decimal("0.1"), 1),
        (Decimal("1.5"), 15),
        (Fraction(1, 3), THREE_AND_A_THIRD),
        (Decimal("0.3333333333"), THREE_AND_A_THIRD),
        (Decimal("0.3333"), Decimal("3.333")),
        (Decimal("1.0000000001"), Decimal("10.000000001")),
    ],
)
def test_a_split_multiplies_units_and_keeps_the_cost(ratio, units):
    split = entry("split", 2, 1)._replace(quantity=ratio)
    position = position_of(entry("buy", 1, 10, 100, fee=7), split)
    assert (position.quantity, position.open_amounts().cost) == (units, 1007)


@pytest.mark.parametrize(("units", "sold"), [("10", "3.3333333333"), ("20", "6.6666666667")])
@pytest.mark.parametrize("method", ["fifo", "lifo", "hifo", "average"])
def test_thirds_that_a_split_left_can_be_sold_to_the_last(units, sold, method):
    entries = [entry("buy", 1, units, 30), entry("split", 2, "0.3333333333"), entry("sell", 3, sold, 90, amount=1000)]
    check_history(entries, method=method, allow_short=False)
    position = position_of(*entries, method=method)
    assert (position.quantity, position.open_amounts().cost, position.realized) == (0, 0, 1000 - 30 * int(units))


def test_thirds_that_a_split_left_can_be_moved_to_the_last():
    moves = [
        entry("transfer_out", 3, "6.6666666667", counter_account="B", account="A", sequence=1),
        entry("transfer_in", 3, "6.6666666667", counter_account="A", account="B", sequence=2),
    ]
    entries = [entry("buy", 1, 20, 30, account="A"), entry("split", 2, "0.3333333333", account="A"), *moves]
    check_history(entries, method="fifo", allow_short=False)
    position = position_of(*entries)
    assert [queue.quantity for queue in position.queues.values() if queue.quantity] == [position.quantity]
    assert position.open_amounts().cost == 600


def test_a_split_reaches_every_account():
    buys = [entry("buy", 1, 10, 100, account="A"), entry("buy", 1, 4, 100, account="B")]
    assert position_of(*buys, entry("split", 2, 2, account="A")).quantity == 28


def test_a_split_reported_by_two_brokers_counts_once():
    buys = [entry("buy", 1, 10, 100, account="A"), entry("buy", 1, 4, 100, account="B")]
    assert position_of(*buys, entry("split", 2, 2, account="A"), entry("split", 2, 2, account="B")).quantity == 28


def test_a_split_of_its_day_comes_before_the_trades_of_the_day():
    position = position_of(entry("buy", 1, 10, 100), entry("sell", 2, 20, 60, sequence=1), entry("split", 2, 2, sequence=2))
    assert (position.quantity, position.realized) == (0, 200)


def test_the_price_of_the_last_trade_is_restated_by_a_split():
    holding = value_holdings(summarize([entry("buy", 1, 10, 100), entry("split", 2, 4)], RULES, market()), on(3)).holdings[0]
    assert (holding.price, holding.market_value, holding.price_source) == (25, 1000, "transaction")


@pytest.mark.parametrize("method", ["fifo", "lifo", "hifo", "average"])
def test_free_units_spread_over_the_lots(method):
    position = position_of(entry("buy", 1, 10, 100), entry("buy", 2, 20, 70), entry("stock_dividend", 3, 3), entry("sell", 4, 11, 100), method=method)
    assert position.quantity == 22
    # 2,400 for 33 units; the 11 units are the whole first lot, or a third of all.
    relieved = {"fifo": 1000, "lifo": Decimal(1400) / 2, "hifo": 1000, "average": 800}[method]
    assert position.open_amounts().cost == 2400 - relieved


def test_a_return_of_capital_lowers_the_cost():
    position = position_of(entry("buy", 1, 10, 100), entry("return_of_capital", 2, amount=150))
    assert (position.open_amounts().cost, position.realized, position.quantity) == (850, 0, 10)


def test_what_a_return_of_capital_exceeds_the_cost_by_is_gain():
    position = position_of(entry("buy", 1, 10, 10), entry("return_of_capital", 2, amount=150))
    assert (position.open_amounts().cost, position.realized) == (0, 50)


def test_a_return_of_capital_is_cash_and_no_gain_in_the_period():
    ledger = order_entries([entry("deposit", 1, amount=1000), entry("buy", 1, 10, 100), entry("return_of_capital", 3, amount=150)])
    world = market({"X": {1: 100, 3: 85}})
    statement = state_period(ledger, Rules("EUR", cash_tracking=True), world, on(0), on(4))
    assert (statement.end_value, statement.gain.total, statement.gain.income) == (1000, 0, 0)
