"""Rates of return, periods, and the report of a period."""

import datetime as dt
from decimal import Decimal

import numpy as np
import pytest
from hypothesis import example, given
from hypothesis import strategies as st

from portfolio.engine.errors import EngineError
from portfolio.engine.ledger import order_entries
from portfolio.engine.money_weighted import solve_dated, solve_periodic
from portfolio.engine.performance import find_period, measure_period
from portfolio.engine.periods import resolve_period
from portfolio.engine.reports import PerformanceReport
from portfolio.engine.returns import annualize, link, measure_daily_returns, measure_dietz, measure_simple_return, net_present_value
from portfolio.engine.valuer import Rules
from tests.portfolio.engine.builders import entry, market, on


def performance(entries, world, *, start=None, end=30, benchmark=None, **rules) -> PerformanceReport:
    ledger = order_entries(entries)
    period = find_period(ledger, None if start is None else on(start), on(end))
    return measure_period(ledger, Rules("EUR", **rules), world, period, world.instruments[benchmark] if benchmark else None)


def test_inflows_work_from_the_start_of_their_day_and_outflows_to_its_end():
    daily = measure_daily_returns(np.array([100.0, 220.0, 66.0]), np.array([100.0, 0.0]), np.array([0.0, 154.0]))
    np.testing.assert_allclose(daily.returns, [0.1, 0.0])


def test_a_day_without_capital_returns_nothing_and_is_named():
    daily = measure_daily_returns(np.array([0.0, 0.0, 5.0, -5.0, -4.0]), np.zeros(4), np.zeros(4))
    np.testing.assert_allclose(daily.returns, [0, 0, -2, 0])
    assert (daily.idle, daily.negative) == ((1,), (3,))


def test_an_unknown_value_makes_the_days_around_it_unknown():
    daily = measure_daily_returns(np.array([1.0, np.nan, 2.0, 3.0]), np.zeros(3), np.zeros(3))
    assert np.isnan(daily.returns).tolist() == [True, True, False]


@pytest.mark.parametrize(("rate", "days", "annual"), [(0.21, 730, 0.1), (0.1, 365, 0.1), (0.1, 364, None), (-1.5, 800, None), (-1.0, 730, -1.0)])
def test_only_a_year_or_more_is_annualized(rate, days, annual):
    assert annualize(rate, days) == (None if annual is None else pytest.approx(annual, abs=1e-12))


def test_dietz_weighs_flows_by_the_time_they_worked():
    dietz = measure_dietz(Decimal(1000), Decimal(1250), [(10, Decimal(100)), (15, Decimal(-40))], 20)
    assert (dietz.gain, dietz.average_capital) == (190, 1040)
    assert dietz.rate == pytest.approx(190 / 1040)
    assert measure_dietz(Decimal(0), Decimal(5), [], 10).rate is None


def test_simple_return_is_the_gain_on_what_was_put_in():
    assert measure_simple_return(Decimal(30), Decimal(100), Decimal(50)) == pytest.approx(0.2)
    assert measure_simple_return(Decimal(30), Decimal(0), Decimal(0)) is None


def test_money_weighted_rate_of_one_year():
    flows = [(dt.date(2023, 1, 1), -1000.0), (dt.date(2024, 1, 1), 1100.0)]
    assert solve_dated(flows).rate == pytest.approx(0.1, abs=1e-12)
    assert net_present_value(0.1, flows) == pytest.approx(0, abs=1e-9)


@pytest.mark.parametrize(
    ("flows", "reason"),
    [([], "no_flows"), ([(on(1), 0.0)], "no_flows"), ([(on(1), 5.0), (on(9), 6.0)], "no_sign_change"), ([(on(1), -5.0), (on(1), 5.0)], "no_flows")],
)
def test_flows_without_a_rate_say_why(flows, reason):
    solution = solve_dated(flows)
    assert (solution.rate, solution.roots, solution.reason) == (None, (), reason)


def test_flows_that_no_rate_solves():
    assert solve_periodic([10.0, -15.0, 10.0]).reason == "no_root"


def test_of_several_rates_the_nearest_to_the_guess_is_taken_and_all_are_listed():
    flows = [-100.0, 230.0, -132.0]  # (x − 1.1)(x − 1.2): both 10 % and 20 % solve it.
    assert solve_periodic(flows).roots == pytest.approx((0.1, 0.2))
    dated = [(dt.date(2023, 1, 1), -100.0), (dt.date(2024, 1, 1), 230.0), (dt.date(2024, 12, 31), -132.0)]
    assert solve_dated(dated, near=0.11).rate == pytest.approx(0.1)
    assert solve_dated(dated, near=0.19).rate == pytest.approx(0.2)


def test_a_gain_too_large_to_be_made_yearly_overflows_nothing():
    # Doubled three times within a day: more than a float holds in a year.
    assert solve_dated([(on(1), -1.0), (on(2), 8.0)]).reason == "no_root"
    world = market({"X": {1: 10, 2: 80}})
    found = performance([entry("buy", 1, 1, 10)], world, start=1, end=2)
    assert (found.money_weighted_return, found.reasons["money_weighted_return"]) == (None, "no_root")
    assert (found.modified_dietz_return, found.time_weighted_return) == (7.0, 7.0)


# A sum that is zero but for its last digit, at the grid's own zero.
@example(rate=0.0, shares=[1.0, 1.0, 1.0, 1.2289302008163698, 1.1, 0.1, 61.0], gaps=[1] * 20)
@given(
    rate=st.floats(-0.9, 3),
    shares=st.lists(st.floats(0.1, 100), min_size=1, max_size=20),
    gaps=st.lists(st.integers(1, 400), min_size=20, max_size=20),
)
def test_the_rate_that_made_the_flows_is_found_again(rate, shares, gaps):
    days = [on(1)]
    for gap in gaps[: len(shares)]:
        days.append(days[-1] + dt.timedelta(days=gap))
    end = days[-1]
    grown = sum(share * (1 + rate) ** ((end - day).days / 365) for share, day in zip(shares, days, strict=False))
    solution = solve_dated([*((day, -share) for share, day in zip(shares, days, strict=False)), (end, grown)])
    assert solution.roots == (pytest.approx(rate, abs=1e-8, rel=1e-8),)


@pytest.mark.parametrize(
    ("name", "start", "end"),
    [
        ("YTD", "2023-12-31", "2024-03-31"),
        ("YEAR 2020", "2019-12-31", "2020-12-31"),
        ("1W", "2024-03-24", "2024-03-31"),
        ("1M", "2024-02-29", "2024-03-31"),
        ("3M", "2023-12-31", "2024-03-31"),
        ("LAST 1Y1M", "2023-02-28", "2024-03-31"),
        ("5y", "2019-03-31", "2024-03-31"),
        ("10D", "2024-03-21", "2024-03-31"),
    ],
)
def test_periods_have_names(name, start, end):
    assert [day and day.isoformat() for day in resolve_period(name, dt.date(2024, 3, 31))] == [start, end]


@pytest.mark.parametrize("name", ["", "LAST", "SOON", "YEAR 20", "1X", "9999999D", "999Y", "MAX 1Y", "١Y", "YEAR 0001"])
def test_other_names_are_refused(name):
    if name == "999Y":
        assert resolve_period(name, dt.date(2024, 3, 31)).start == dt.date(1025, 3, 31)
        return
    with pytest.raises(EngineError):
        resolve_period(name, dt.date(2024, 3, 31))


def test_max_reaches_back_to_the_first_entry():
    assert resolve_period("max", on(5)) == (None, on(5))
    period = find_period(order_entries([entry("buy", 3, 1, 1)]), None, on(9))
    assert (period.start, period.asked, period.first_date, period.days) == (on(2), on(2), on(3), 7)


def test_a_period_before_the_first_entry_begins_with_it():
    period = find_period(order_entries([entry("buy", 3, 1, 1)]), on(-500), on(9))
    assert (period.start, period.asked) == (on(2), on(-500))


def test_a_report_of_one_purchase():
    report = performance([entry("buy", 1, 10, 100, fee=10)], market({"X": {1: 100, 15: 110, 30: 121}}))
    assert (report.start_value, report.end_value, report.net_external_flow) == (0, 1210, 1010)
    assert (report.gain.unrealized, report.gain.fees, report.gain.total) == (210, 10, 200)
    assert report.time_weighted_return == pytest.approx(1210 / 1010 - 1)
    assert report.simple_return == pytest.approx(200 / 1010)
    assert report.modified_dietz_return == pytest.approx(200 / (1010 * 29 / 30))
    assert report.money_weighted_return == pytest.approx((1210 / 1010) ** (365 / 29) - 1)
    assert report.reasons == {"time_weighted_return_annualized": "shorter_than_a_year"}


def test_bookings_of_the_first_day_belong_to_the_start_value():
    entries = [entry("buy", 1, 10, 100), entry("buy", 5, 10, 110), entry("buy", 9, 10, 120)]
    report = performance(entries, market({"X": {1: 100, 5: 110, 9: 120}}), start=5, end=9)
    assert (report.start_value, report.net_external_flow, report.end_value) == (2200, 1200, 3600)
    assert (report.gain.unrealized, report.gain.realized) == (200, 0)
    assert report.time_weighted_return == pytest.approx(3600 / 3400 - 1)


def test_the_gain_of_a_period_counts_from_its_start_value():
    world = market({"X": {1: 100, 10: 150, 20: 160}})
    report = performance([entry("buy", 1, 10, 100), entry("sell", 15, 4, 155, fee=2)], world, start=10, end=20)
    assert (report.gain.realized, report.gain.unrealized, report.gain.fees, report.gain.total) == (20, 60, 2, 78)


def test_currency_gain_of_securities_and_of_cash():
    world = market({"X": {1: 10}}, {"X": "USD"}, {("USD", "EUR"): {1: 1, 10: "0.9"}})
    entries = [entry("deposit", 1, amount=1000, currency="USD"), entry("buy", 2, 50, 10, currency="USD")]
    report = performance(entries, world, end=10, cash_tracking=True)
    assert (report.end_value, report.gain.currency, report.gain.unrealized, report.net_external_flow) == (900, -100, 0, 1000)


def test_units_from_outside_come_and_go_at_market_value():
    world = market({"X": {1: 50, 10: 60, 20: 70}})
    report = performance([entry("transfer_in", 1, 10, 20), entry("transfer_out", 10, 4), entry("buy", 12, 1, 60)], world, end=20)
    assert report.net_external_flow == 500 - 240 + 60
    assert (report.gain.realized, report.gain.unrealized) == (40, 130)
    assert report.time_weighted_return == pytest.approx(1.2 * (490 / 420) - 1)


def test_moves_of_cash_between_own_accounts_are_no_flows():
    entries = [
        entry("deposit", 1, amount=100, account="A"),
        entry("withdrawal", 3, amount=60, account="A", counter_account="B"),
        entry("deposit", 3, amount=60, account="B", counter_account="A"),
        entry("interest", 4, amount=10, account="B"),
    ]
    report = performance(entries, market(), end=5, cash_tracking=True)
    assert (report.net_external_flow, report.end_value) == (100, 110)
    assert report.time_weighted_return == pytest.approx(0.1)


def test_without_cash_tracking_deposits_do_not_count():
    entries = [entry("deposit", 1, amount=5000), entry("buy", 2, 10, 100), entry("dividend", 3, amount=50), entry("fee", 4, amount=5)]
    report = performance(entries, market({"X": {1: 100}}), end=5)
    assert (report.net_external_flow, report.end_value, report.gain.total) == (955, 1000, 45)
    assert report.time_weighted_return == pytest.approx(1.05 * (1000 / 1005) - 1)


def test_a_price_unknown_for_some_days_makes_the_returns_unknown_but_not_the_gain():
    world = market({"X": {10: 100}})
    report = performance([entry("transfer_in", 1, 5)], world, end=20)
    assert report.end_value == 500
    assert (report.time_weighted_return, report.net_external_flow, report.gain.total) == (None, None, None)
    assert report.reasons["time_weighted_return"] == report.reasons["gain.total"] == "missing_price"
    assert [point.value for point in report.series][1:3] == [None, None]


def test_value_without_capital_is_a_warning():
    report = performance([entry("interest", 3, amount=1)], market(), start=1, end=9, cash_tracking=True)
    assert report.warnings == ("2024-01-03: value without capital; the return of the day counts as zero.",)
    assert report.time_weighted_return == 0


def test_an_empty_ledger_has_a_report():
    report = performance([], market(), start=None, end=9)
    assert (report.start_value, report.end_value, report.gain.total, report.first_date) == (0, 0, 0, None)
    assert report.time_weighted_return == 0
    assert report.reasons["money_weighted_return"] == "no_flows"


def test_the_series_skips_idle_weekends_only():
    # 6 and 7 January 2024 are a weekend, 13 January one with a close, 20 January one with an entry.
    world = market({"X": {1: 100, 13: 101}})
    report = performance([entry("buy", 1, 1, 100), entry("buy", 20, 1, 100)], world, end=22)
    weekends = [point.date.day for point in report.series if point.date.weekday() > 4]
    assert weekends == [31, 13, 20]


def test_the_benchmark_is_measured_in_base_currency_from_its_first_known_day():
    world = market({"X": {1: 10}, "B": {3: 100, 20: 120}}, {"B": "USD"}, {("USD", "EUR"): {1: 1, 20: "0.9"}})
    report = performance([entry("buy", 1, 1, 10)], world, benchmark="B")
    assert report.benchmark.time_weighted_return == pytest.approx(1.2 * 0.9 - 1)
    assert [point.benchmark_return for point in report.series[:4]] == [None, None, None, 0.0]


def test_an_unknown_benchmark_says_so():
    report = performance([entry("buy", 1, 1, 10)], market({"X": {1: 10}}, {"B": "EUR"}), benchmark="B")
    assert (report.benchmark.time_weighted_return, report.benchmark.reason) == (None, "missing_price")


def test_returns_link():
    assert link([0.1, -0.5, 1.0]) == pytest.approx(0.1)
    assert link([]) == 0
