"""The simulated market is the same for everybody, today and tomorrow."""

from datetime import date, timedelta
from decimal import Decimal

import pytest

from common.errors import NotFoundError
from portfolio.providers.listing import BENCHMARK, LISTINGS
from portfolio.providers.simulated import EPOCH, SimulatedMarket, find_listing, list_dividend_days, list_splits, list_trading_days

SEED = 20260101
START, END = date(2016, 1, 1), date(2025, 12, 31)
MARKET = SimulatedMarket(SEED)


def test_published_figures_of_the_default_seed_never_change() -> None:
    days = [date(2012, 1, 2), date(2018, 6, 29), date(2024, 2, 29)]
    closes = {symbol: dict(MARKET.fetch_closes(symbol=symbol, start=EPOCH, end=days[-1])) for symbol in (BENCHMARK, "HELIX.SIM", "BRANT.SIM")}
    found = {symbol: [str(series[day]) for day in days] for symbol, series in closes.items()}
    assert found == {
        BENCHMARK: ["1000.00", "1130.40", "1538.89"],
        "HELIX.SIM": ["46.00", "21.59", "19.40"],
        "BRANT.SIM": ["1180.00", "3236.13", "6963.80"],
    }
    rates = {quote.quote: str(quote.rate) for quote in MARKET.fetch_rates(start=days[-1], end=days[-1])}
    assert rates == {"USD": "1.1488", "GBP": "0.8196", "CHF": "1.0231"}


@pytest.mark.parametrize("symbol", [listing.symbol for listing in LISTINGS])
def test_a_longer_history_begins_with_the_shorter_one(symbol: str) -> None:
    short = MARKET.fetch_closes(symbol=symbol, start=START, end=END - timedelta(days=200))
    long = MARKET.fetch_closes(symbol=symbol, start=START, end=END)
    assert long[: len(short)] == short
    assert len(long) > len(short)


def test_a_window_equals_the_same_days_of_the_whole() -> None:
    whole = dict(MARKET.fetch_closes(symbol="LUMERA.SIM", start=EPOCH, end=END))
    window = MARKET.fetch_closes(symbol="LUMERA.SIM", start=date(2020, 3, 2), end=date(2020, 3, 31))
    assert len(window) == 22
    assert all(whole[close.date] == close.close for close in window)


def test_another_seed_is_another_market() -> None:
    other = SimulatedMarket(SEED + 1)
    assert other.fetch_closes(symbol=BENCHMARK, start=START, end=END) != MARKET.fetch_closes(symbol=BENCHMARK, start=START, end=END)


def test_days_before_the_beginning_are_empty_and_the_first_day_has_the_start_price() -> None:
    closes = MARKET.fetch_closes(symbol=BENCHMARK, start=date(1990, 1, 1), end=EPOCH)
    assert closes == [(EPOCH, Decimal("1000.00"))]
    assert MARKET.fetch_closes(symbol=BENCHMARK, start=date(1990, 1, 1), end=date(2011, 12, 31)) == []
    assert MARKET.fetch_rates(start=date(1990, 1, 1), end=date(2011, 12, 31)) == []


def test_the_market_is_open_on_weekdays_that_are_no_holidays() -> None:
    days = list_trading_days(END)
    assert days == sorted(set(days))
    assert days[-1] == END
    assert all(day.weekday() < 5 for day in days)
    assert date(2025, 12, 25) not in days


@pytest.mark.parametrize("symbol", [listing.symbol for listing in LISTINGS])
def test_closes_are_positive_and_have_the_tick_of_their_size(symbol: str) -> None:
    for close in MARKET.fetch_closes(symbol=symbol, start=START, end=END):
        assert close.close > 0
        assert close.close.as_tuple().exponent == (-2 if close.close >= 5 else -4)


def test_a_crash_of_a_quarter_happens_and_passes() -> None:
    closes = [float(close.close) for close in MARKET.fetch_closes(symbol=BENCHMARK, start=START, end=END)]
    peak, deepest = closes[0], 0.0
    for close in closes:
        peak = max(peak, close)
        deepest = min(deepest, close / peak - 1)
    assert -0.6 < deepest < -0.2
    assert closes[-1] > closes[0]


def test_a_split_divides_the_close_by_its_ratio_and_leaves_the_day_before_alone() -> None:
    helix = find_listing("HELIX.SIM")
    (split_on,) = list_splits(listing=helix, start=date(2018, 1, 1), end=date(2022, 12, 31))
    closes = dict(MARKET.fetch_closes(symbol="HELIX.SIM", start=split_on - timedelta(days=5), end=split_on))
    before = [close for day, close in closes.items() if day < split_on][-1]
    assert split_on.month == 6
    assert split_on.year == 2020
    assert 0.4 < float(closes[split_on] / before) < 0.6


def test_an_instrument_without_splits_has_none() -> None:
    assert list_splits(listing=find_listing(BENCHMARK), start=EPOCH, end=END) == []


def test_dividends_are_paid_once_in_each_of_their_months() -> None:
    days = list_dividend_days(listing=find_listing("MERIDA.SIM"), start=date(2020, 1, 1), end=date(2021, 12, 31))
    assert [(day.year, day.month) for day in days] == [(year, month) for year in (2020, 2021) for month in (3, 6, 9, 12)]
    assert all(day.day >= 15 for day in days)


def test_rates_are_quoted_against_the_euro_and_stay_near_their_centre() -> None:
    quotes = MARKET.fetch_rates(start=START, end=END)
    assert {(quote.base, quote.quote) for quote in quotes} == {("EUR", "USD"), ("EUR", "GBP"), ("EUR", "CHF")}
    assert all(Decimal("0.5") < quote.rate < 2 for quote in quotes)
    assert quotes == sorted(quotes, key=lambda quote: quote.date)


def test_an_unknown_symbol_is_told() -> None:
    with pytest.raises(NotFoundError, match=r"NOPE\.SIM"):
        MARKET.fetch_closes(symbol="NOPE.SIM", start=START, end=END)


def test_every_symbol_is_marked_as_simulated_and_unique() -> None:
    symbols = [listing.symbol for listing in LISTINGS]
    assert all(symbol.endswith(".SIM") for symbol in symbols)
    assert len(set(symbols)) == len(symbols)
    assert {listing.currency for listing in LISTINGS} == {"EUR", "USD", "GBP", "CHF", "GBX"}
