"""What holds for every ledger."""

from decimal import Decimal
from fractions import Fraction
from random import Random

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from portfolio.engine.ledger import order_entries
from portfolio.engine.money import exactly
from portfolio.engine.performance import find_period, measure_period
from portfolio.engine.positions import fold
from portfolio.engine.reports import Holding, HoldingsReport
from portfolio.engine.statement import state_period
from portfolio.engine.summary import summarize
from portfolio.engine.valuation import value_holdings
from portfolio.engine.valuer import Rules
from tests.portfolio.engine.builders import entry, on
from tests.portfolio.engine.random_ledgers import ACCOUNTS, CURRENCIES, LAST_DAY, RandomLedger, random_ledgers

METHODS = ("fifo", "lifo", "hifo", "average")
methods = st.sampled_from(METHODS)
days = st.integers(0, LAST_DAY - 1)
thorough = settings(max_examples=60)


def report_of(ledger: RandomLedger, **rules: object) -> HoldingsReport:
    return value_holdings(summarize(ledger.entries, Rules("EUR", **rules), ledger.market), on(LAST_DAY + 1))


def every_holding(report: HoldingsReport) -> tuple[Holding, ...]:
    return (*report.holdings, *report.closed)


@exactly
def total(*amounts: Decimal | None) -> Decimal:
    known = [amount for amount in amounts if amount is not None]
    assert len(known) == len(amounts)
    return sum(known, Decimal(0))


def minus(amount: Decimal | None) -> Decimal | None:
    return None if amount is None else amount.copy_negate()


@thorough
@given(ledger=random_ledgers(), method=methods, cash_tracking=st.booleans(), start=days)
def test_end_value_is_start_value_plus_flow_plus_every_gain_to_the_last_digit(ledger, method, cash_tracking, start):
    rules = Rules("EUR", method, cash_tracking=cash_tracking)
    statement = state_period(order_entries(ledger.entries), rules, ledger.market, on(start), ledger.end)
    gain = statement.gain
    assert gain.total == total(gain.realized, gain.unrealized, gain.income, gain.currency, minus(gain.fees), minus(gain.taxes))
    assert statement.end_value == total(statement.start_value, statement.inflows, gain.total, minus(statement.outflows))


@thorough
@given(ledger=random_ledgers(), method=methods)
def test_lots_sum_to_the_position_in_every_account(ledger, method):
    book = fold(ledger.entries, Rules("EUR", method), ledger.market)
    for key in CURRENCIES:
        position = book.position(key)
        for account in ACCOUNTS:
            queue = position.queue(account, method)
            assert sum((lot.quantity for lot in queue), Decimal(0)) == queue.quantity
            assert Fraction(queue.quantity) == ledger.units[key, account]
        assert sum((queue.quantity for queue in position.queues.values()), Decimal(0)) == position.quantity


@thorough
@given(ledger=random_ledgers(), method=methods)
def test_price_gain_and_currency_gain_add_up_to_realized_and_unrealized(ledger, method):
    for one in every_holding(report_of(ledger, method=method)):
        assert total(one.price_gain_base, one.currency_gain_base) == total(one.realized_gain_base, one.unrealized_gain_base)


@thorough
@given(ledger=random_ledgers(with_border=False))
def test_every_method_finds_the_same_total_gain(ledger):
    gains = {report_of(ledger, method=method).totals.total_gain for method in METHODS}
    assert len(gains) == 1


@thorough
@given(ledger=random_ledgers(with_border=False), method=methods, cash_tracking=st.booleans())
def test_the_period_since_the_first_entry_brings_what_the_holdings_have_gained(ledger, method, cash_tracking):
    rules = Rules("EUR", method, cash_tracking=cash_tracking)
    entries = order_entries(ledger.entries)
    report = measure_period(entries, rules, ledger.market, find_period(entries, None, ledger.end))
    assert report.gain.total == report_of(ledger, method=method, cash_tracking=cash_tracking).totals.total_gain


@thorough
@given(ledger=random_ledgers(), cash_tracking=st.booleans(), middle=st.integers(1, LAST_DAY - 1))
def test_gains_and_flows_of_two_halves_add_up_to_the_whole(ledger, cash_tracking, middle):
    entries, rules = order_entries(ledger.entries), Rules("EUR", cash_tracking=cash_tracking)
    whole = state_period(entries, rules, ledger.market, on(0), ledger.end)
    first = state_period(entries, rules, ledger.market, on(0), on(middle))
    second = state_period(entries, rules, ledger.market, on(middle), ledger.end)
    assert first.end_value == second.start_value
    assert total(first.gain.total, second.gain.total) == whole.gain.total
    assert total(first.inflows, second.inflows) == whole.inflows


@thorough
@given(ledger=random_ledgers(), method=methods, seed=st.integers())
def test_the_order_in_which_entries_are_read_does_not_matter(ledger, method, seed):
    shuffled = list(ledger.entries)
    Random(seed).shuffle(shuffled)
    mixed = RandomLedger(shuffled, ledger.units, ledger.market)
    assert report_of(mixed, method=method) == report_of(ledger, method=method)


@thorough
@given(ledger=random_ledgers(with_splits=False), method=methods, ratio=st.sampled_from(["2", "0.5", "4", "1.25"]))
def test_a_split_after_the_last_entry_changes_units_but_no_cost_and_no_realized_gain(ledger, method, ratio):
    split = entry("split", LAST_DAY + 1, ratio)
    after = RandomLedger([*ledger.entries, split], ledger.units, ledger.market)
    before_rows = {one.symbol: one for one in every_holding(report_of(ledger, method=method))}
    for one in every_holding(report_of(after, method=method)):
        if one.symbol not in before_rows:
            continue
        before = before_rows[one.symbol]
        assert one.quantity == before.quantity * (Decimal(ratio) if one.symbol == "X" else 1)
        assert (one.cost_basis, one.cost_basis_base) == (before.cost_basis, before.cost_basis_base)
        assert one.realized_gain_base == before.realized_gain_base


@thorough
@given(ledger=random_ledgers(), cash_tracking=st.booleans(), start=days)
def test_the_series_ends_at_the_end_value_and_links_to_the_return(ledger, cash_tracking, start):
    entries = order_entries(ledger.entries)
    report = measure_period(entries, Rules("EUR", cash_tracking=cash_tracking), ledger.market, find_period(entries, on(start), ledger.end))
    last = report.series[-1]
    assert (last.date, last.value) == (report.to, report.end_value)
    assert last.cumulative_return == pytest.approx(report.time_weighted_return, abs=1e-12)
    assert report.series[0].cumulative_return == 0
