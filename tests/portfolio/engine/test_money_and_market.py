"""Exact amounts, prices and exchange rates of a day."""

import datetime as dt
from decimal import Decimal
from fractions import Fraction

import numpy as np
import pytest

from portfolio.engine.fx import FxTable, RateSeries
from portfolio.engine.money import UNKNOWN, convert, exactly, known, round_money, scale, share
from portfolio.engine.prices import PriceSeries, SampledPrices, is_stale
from tests.portfolio.engine.builders import market, on


def fx(rates):
    return market(rates=rates).fx


@exactly
def third_and_rest(total: Decimal) -> tuple[Decimal, Decimal]:
    part = share(total, Decimal(1), Decimal(3))
    return part, total - part


def test_a_share_and_what_is_left_make_the_whole():
    part, rest = third_and_rest(Decimal("123456789012345678.12"))
    assert part == Decimal("41152263004115226.040000000000000000000000000000")
    assert exactly(lambda: part + rest)() == Decimal("123456789012345678.12")


def test_a_share_multiplies_before_it_divides():
    assert exactly(share)(Decimal(7), Decimal(3), Decimal(21)) == 1
    assert exactly(scale)(Decimal(119), Fraction(1, 7)) == 17


@pytest.mark.parametrize(
    ("amount", "exponent", "rounded"),
    [("2.345", 2, "2.34"), ("2.355", 2, "2.36"), ("2.5", 0, "2"), ("-0.0005", 3, "-0.000"), ("1.23456", 3, "1.235")],
)
def test_money_is_rounded_half_even_to_its_currency(amount, exponent, rounded):
    assert round_money(Decimal(amount), exponent) == Decimal(rounded)


def test_the_unknown_stays_unknown():
    assert known(exactly(lambda: convert(UNKNOWN, Decimal(2)) + 1)()) is None
    assert str(known(Decimal("-0"))) == "0"


def test_the_price_of_a_day_is_the_last_one_known():
    series = PriceSeries([(on(5), Decimal(3)), (on(2), Decimal(1))])
    assert [quote and quote.close for quote in map(series.on, map(on, (1, 2, 4, 5, 9)))] == [None, 1, 1, 3, 3]
    assert series.days.tolist() == [on(2).toordinal(), on(5).toordinal()]


def test_a_sampled_history_refuses_a_day_that_was_not_read():
    sampled = SampledPrices({on(1): None}, np.array([], dtype=np.int64), np.array([]))
    assert sampled.on(on(1)) is None
    with pytest.raises(KeyError):
        sampled.on(on(2))


def test_a_close_is_stale_after_seven_days():
    assert not is_stale(on(1), on(8))
    assert is_stale(on(1), on(9))


def test_a_rate_is_inverted_exactly():
    assert fx({("EUR", "USD"): {1: "1.25"}}).rate("USD", "EUR", on(3)) == Decimal("0.8")


def test_a_rate_is_triangulated_over_a_common_currency_and_rounded_once():
    table = fx({("EUR", "USD"): {1: "1.1"}, ("EUR", "GBP"): {1: "0.88"}})
    assert table.rate("GBP", "USD", on(1)) == Decimal("1.25")
    assert fx({("SEK", "NOK"): {1: 2}, ("NOK", "DKK"): {1: 3}}).rate("SEK", "DKK", on(1)) == 6


def test_the_freshest_way_is_taken_and_the_direct_one_when_equal():
    rates = {("USD", "GBP"): {1: "0.5"}, ("EUR", "USD"): {1: 1, 5: "1.6"}, ("EUR", "GBP"): {1: 1, 6: "0.8"}}
    table = fx(rates)
    assert [table.rate("USD", "GBP", on(day)) for day in (1, 5, 6)] == [Decimal("0.5"), Decimal("0.5"), Decimal("0.5")]
    fresher = fx({**rates, ("USD", "GBP"): {0: "0.4"}})
    assert [fresher.rate("USD", "GBP", on(day)) for day in (0, 1, 6)] == [Decimal("0.4"), 1, Decimal("0.5")]


@pytest.mark.parametrize(
    ("source", "target", "rate"),
    [("GBX", "GBP", "0.01"), ("GBP", "GBX", "100"), ("ZAC", "ZAR", "0.01"), ("GBX", "EUR", "0.0125"), ("EUR", "GBX", "80"), ("GBX", "GBX", "1")],
)
def test_pence_are_hundredths(source, target, rate):
    assert fx({("EUR", "GBP"): {1: "0.8"}}).rate(source, target, on(2)) == Decimal(rate)


def test_no_rate_on_or_before_is_unknown():
    table = fx({("EUR", "USD"): {5: "1.1"}})
    assert table.rate("EUR", "USD", on(4)).is_nan()
    assert table.rate("EUR", "JPY", on(9)).is_nan()
    assert table.rate("JPY", "JPY", on(9)) == 1


def test_the_series_of_rates_agrees_with_the_rate_of_each_day():
    table = fx({("EUR", "USD"): {3: "1.1", 6: "1.2"}, ("EUR", "GBP"): {2: "0.8", 5: "0.9"}, ("USD", "GBP"): {1: "0.7", 7: "0.71"}})
    days = np.arange(on(0).toordinal(), on(9).toordinal())
    for source, target in (("USD", "GBP"), ("GBX", "USD"), ("EUR", "EUR"), ("USD", "EUR")):
        exact = [float(table.rate(source, target, dt.date.fromordinal(int(day)))) for day in days]
        np.testing.assert_allclose(table.values(source, target, days), exact, rtol=1e-14)


def test_rates_may_be_given_as_text():
    assert RateSeries([on(1).toordinal()], ["1.10"]).on(on(2).toordinal()) == (on(1).toordinal(), Decimal("1.10"))
    assert FxTable({("A", "B"): RateSeries([1], ["4"])}).rate("B", "A", dt.date(1, 1, 2)) == Decimal("0.25")
