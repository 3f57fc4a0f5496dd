"""Holdings: values, gains, totals, and what is unknown."""

from decimal import Decimal

import pytest

from portfolio.engine.positions import fold
from portfolio.engine.reports import HoldingsReport
from portfolio.engine.summary import summarize
from portfolio.engine.valuation import allocate, allocate_accounts, list_lots, value_holdings
from portfolio.engine.valuer import Rules
from tests.portfolio.engine.builders import entry, market, on

USD = {"X": "USD"}


def report(entries, world, day=30, **rules) -> HoldingsReport:
    return value_holdings(summarize(entries, Rules("EUR", **rules), world, until=on(day)), on(day))


def test_a_foreign_holding_divides_its_gain_into_price_and_currency():
    world = market({"X": {1: 100, 20: 130}}, USD, {("USD", "EUR"): {1: "0.9", 10: "0.8", 20: "0.7"}})
    entries = [entry("buy", 1, 10, 100, currency="USD", fee=10), entry("sell", 10, 4, 120, currency="USD", fee=5)]
    one = report(entries, world).holdings[0]
    # Cost 1010 USD = 909 EUR. Sold 4/10: cost 404 USD = 363.6 EUR, proceeds 475 USD = 380 EUR.
    assert one.realized_gain_base == Decimal("16.4")
    # Left: cost 606 USD = 545.4 EUR, worth 780 USD = 546 EUR.
    assert (one.cost_basis, one.cost_basis_base, one.average_cost) == (606, Decimal("545.4"), 101)
    assert (one.market_value, one.market_value_base, one.unrealized_gain_base) == (780, 546, Decimal("0.6"))
    # Currency: 404 × (0.8 − 0.9) + 606 × (0.7 − 0.9); price: 71 × 0.8 + 174 × 0.7.
    assert (one.currency_gain_base, one.price_gain_base) == (Decimal("-161.6"), Decimal("178.6"))
    assert (one.fees_base, one.total_gain_base, one.weight) == (13, 17, 1.0)
    assert (one.price, one.price_date, one.price_source, one.stale) == (130, on(20), "close", True)


def test_dividend_taxes_and_separate_fees_lower_the_total_gain_but_trade_fees_only_once():
    world = market({"X": {1: 50}})
    entries = [entry("buy", 1, 10, 50, fee=5), entry("dividend", 2, amount=20, tax=3), entry("fee", 3, amount=2), entry("tax", 4, amount=-1)]
    one = report(entries, world, day=5).holdings[0]
    assert (one.unrealized_gain_base, one.income_base, one.fees_base, one.taxes_base) == (-5, 20, 7, 2)
    assert one.total_gain_base == -5 + 20 - 3 - 2 + 1


def test_totals_include_closed_holdings_and_entries_of_no_instrument():
    world = market({"X": {1: 10}, "Y": {1: 10}})
    entries = [
        entry("buy", 1, 1, 10),
        entry("buy", 1, 5, 10, instrument="Y"),
        entry("sell", 2, 5, 12, instrument="Y"),
        entry("interest", 3, amount=7),
        entry("fee", 3, amount=4, instrument=None),
    ]
    found = report(entries, world, day=4)
    assert [one.symbol for one in found.holdings] == ["X"]
    assert [(one.symbol, one.realized_gain_base, one.weight) for one in found.closed] == [("Y", 10, None)]
    totals = found.totals
    assert (totals.market_value, totals.realized_gain, totals.income, totals.fees, totals.total_gain) == (10, 10, 7, 4, 13)


def test_cash_is_part_of_the_value_when_it_is_tracked():
    world = market({"X": {1: 10}}, rates={("EUR", "USD"): {1: 2}})
    entries = [
        entry("deposit", 1, amount=100),
        entry("deposit", 1, amount=40, currency="USD", sequence=1),
        entry("buy", 2, 5, 10, fee=1),
        entry("dividend", 3, amount=6, tax=1),
    ]
    found = report(entries, world, day=4, cash_tracking=True)
    assert [(row.currency, row.balance, row.balance_base) for row in found.cash] == [("EUR", 54, 54), ("USD", 40, 20)]
    assert (found.totals.cash, found.totals.total_value) == (74, 124)
    assert found.holdings[0].weight == pytest.approx(50 / 124)


def test_pence_reach_the_cash_account_as_pounds():
    world = market({"X": {1: 500}}, {"X": "GBX"}, {("EUR", "GBP"): {1: "0.8"}})
    entries = [entry("deposit", 1, amount=100, currency="GBP"), entry("buy", 2, 10, 500, currency="GBX")]
    found = report(entries, world, day=3, cash_tracking=True)
    assert [(row.currency, row.balance) for row in found.cash] == [("GBP", 50)]
    assert (found.holdings[0].market_value, found.holdings[0].market_value_base) == (5000, Decimal("62.5"))


def test_a_purchase_in_another_currency_costs_what_was_paid():
    world = market({"X": {1: 100}}, USD, {("EUR", "USD"): {1: "1.25"}})
    one = report([entry("buy", 1, 10, amount=840, currency="EUR")], world, day=2).holdings[0]
    assert (one.cost_basis_base, one.cost_basis) == (840, 1050)


def test_the_rate_of_the_entry_beats_the_market():
    world = market({"X": {1: 100}}, USD, {("USD", "EUR"): {1: "0.5"}})
    one = report([entry("buy", 1, 10, 100, currency="USD", fx_rate="0.9")], world, day=2).holdings[0]
    assert (one.cost_basis_base, one.market_value_base) == (900, 500)


def test_without_any_close_the_last_trade_prices_the_holding():
    one = report([entry("buy", 1, 10, 20), entry("buy", 3, 5, amount=150)], market(), day=4).holdings[0]
    assert (one.price, one.price_date, one.price_source, one.market_value) == (30, on(3), "transaction", 450)


def test_a_missing_price_makes_the_value_and_the_totals_unknown_but_not_the_partial_sum():
    world = market({"Y": {1: 10}})
    entries = [entry("transfer_in", 1, 5), entry("buy", 1, 2, 8, instrument="Y")]
    found = report(entries, world, day=2)
    unknown = next(one for one in found.holdings if one.symbol == "X")
    assert (unknown.quantity, unknown.market_value, unknown.cost_basis, unknown.total_gain_base, unknown.weight) == (5, None, None, None, None)
    assert unknown.reason == "missing_cost"
    assert (found.totals.market_value, found.totals.partial_market_value) == (None, 20)
    assert (found.totals.total_gain, found.totals.partial_total_gain) == (None, 4)
    assert {problem.code for problem in found.problems} == {"missing_price", "missing_cost"}
    assert found.totals.realized_gain == 0


def test_a_missing_rate_makes_base_figures_unknown_and_leaves_the_others():
    found = report([entry("buy", 1, 10, 100, currency="USD")], market({"X": {1: 120}}, USD), day=2)
    one = found.holdings[0]
    assert (one.cost_basis, one.market_value, one.cost_basis_base, one.market_value_base) == (1000, 1200, None, None)
    assert (one.reason, found.totals.total_value, found.totals.partial_total_value) == ("missing_rate", None, 0)
    assert [(problem.code, problem.currency) for problem in found.problems] == [("missing_rate", "USD")] * 2


def test_a_rate_known_only_later_does_not_value_the_past():
    world = market({"X": {1: 120}}, USD, {("EUR", "USD"): {5: 2}})
    one = report([entry("buy", 1, 10, 100, currency="USD")], world, day=6).holdings[0]
    assert (one.cost_basis_base, one.market_value_base, one.unrealized_gain_base) == (None, 600, None)


def test_units_given_away_leave_at_their_cost():
    one = report([entry("buy", 1, 10, 20), entry("transfer_out", 2, 4)], market({"X": {1: 50}}), day=3).holdings[0]
    assert (one.quantity, one.cost_basis, one.realized_gain_base) == (6, 120, 0)


def test_lots_are_listed_open_and_closed():
    world = market({"X": {1: 100, 9: 130}})
    entries = [entry("buy", 1, 10, 100, key="a", fee=10), entry("buy", 2, 5, 110, key="b"), entry("sell", 5, 12, 120, key="s", fee=6)]
    lots = list_lots(fold(entries, Rules("EUR"), world, keep_closed=True), on(9), {"Main": "Depot"})
    opened = [(row.transaction_id, row.account, row.quantity, row.cost_basis, row.unrealized_gain_base) for row in lots.open]
    assert opened == [("b", "Depot", 3, 330, 60)]
    assert [(row.acquisition_id, row.quantity, row.cost_basis, row.proceeds, row.realized_gain, row.holding_days) for row in lots.closed] == [
        ("a", 10, 1010, 1195, 185, 4),
        ("b", 2, 220, 239, 19, 3),
    ]
    assert {row.transaction_id for row in lots.closed} == {"s"}


def test_value_divides_by_group_and_by_account():
    world = market({"X": {1: 10}, "Y": {1: 30}})
    entries = [entry("deposit", 1, amount=200, account="B"), entry("buy", 1, 5, 10, account="A"), entry("buy", 1, 5, 30, instrument="Y", account="B")]
    summary = summarize(entries, Rules("EUR", cash_tracking=True), world)
    found = value_holdings(summary, on(2))
    groups = {"X": ("tech", "Tech"), "Y": ("energy", "Energy")}
    by_sector = allocate(found, "sector", groups)
    assert [(row.label, row.market_value_base, row.weight) for row in by_sector.rows] == [("Energy", 150, 0.75), ("Tech", 50, 0.25)]
    by_account = allocate_accounts(summary, found, {"A": "Alpha", "B": "Beta"})
    assert [(row.label, row.market_value_base) for row in by_account.rows] == [("Beta", 200), ("Alpha", 0)]
    assert by_account.total == by_sector.total == 200
