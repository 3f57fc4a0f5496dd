"""Figures of stored portfolios: facts reach the engine whole, in few queries, and are remembered by revision."""

import datetime as dt
from decimal import Decimal

import pytest
from django.db.models import F

from common.errors import InvalidInputError
from portfolio.engine.ledger import order_entries
from portfolio.models import Instrument, Portfolio
from portfolio.selectors.cache import FigureCache, forget_everything, weigh_figure
from portfolio.selectors.facts_entries import entry_of, load_entries
from portfolio.selectors.figures import CRITERIA, measure_allocation, measure_holdings, measure_lots, measure_performance
from tests.factories import UserFactory
from tests.factories_portfolio import AccountFactory, FxRateFactory, InstrumentFactory, PortfolioFactory, PriceFactory, TransactionFactory

pytestmark = pytest.mark.django_db
DAY = dt.date(2024, 1, 2)


@pytest.fixture(autouse=True)
def _forget_figures():
    forget_everything()


@pytest.fixture
def portfolio():
    """10 units bought at 100 USD, 4 sold at 120, a dividend; EUR/USD 1.1, then 1.2."""
    found = PortfolioFactory()
    instrument = InstrumentFactory(currency="USD", symbol="AAA", sector="Tech", country="US")
    TransactionFactory(portfolio=found, instrument=instrument, fee=Decimal("1.5"))
    TransactionFactory(portfolio=found, instrument=instrument, kind="sell", trade_date=later(30), quantity=Decimal(4), price=Decimal(120))
    dividend = {"quantity": None, "price": None, "amount": Decimal(12), "tax": Decimal(2)}
    TransactionFactory(portfolio=found, instrument=instrument, kind="dividend", trade_date=later(40), **dividend)
    for days, close in ((0, 100), (30, 118), (100, 130)):
        PriceFactory(instrument=instrument, date=later(days), close=Decimal(close))
    FxRateFactory()
    FxRateFactory(date=later(50), rate=Decimal("1.2"))
    return found


def later(days: int) -> dt.date:
    return DAY + dt.timedelta(days=days)


def instrument_of(portfolio):
    return portfolio.transactions.first().instrument


def changed(portfolio):
    """Return the portfolio after some fact of it has changed."""
    Portfolio.objects.filter(pk=portfolio.pk).update(revision=F("revision") + 1)
    return Portfolio.objects.get(pk=portfolio.pk)


def test_holdings_are_valued_with_the_stored_prices_and_rates(portfolio):
    report = measure_holdings(portfolio=portfolio, as_of=later(100))
    one = report.holdings[0]
    assert (one.symbol, one.quantity, one.price, one.market_value, one.stale) == ("AAA", 6, 130, 780, False)
    assert (one.market_value_base, one.total_gain_base) == (650, 185)
    assert one.instrument_id == str(instrument_of(portfolio).pk)


def test_as_of_a_day_later_facts_do_not_count(portfolio):
    one = measure_holdings(portfolio=portfolio, as_of=later(29)).holdings[0]
    assert (one.quantity, one.price, one.realized_gain_base, one.income_base) == (10, 100, 0, 0)
    assert measure_holdings(portfolio=portfolio, as_of=DAY - dt.timedelta(days=1)).holdings == ()


def test_performance_agrees_with_the_holdings(portfolio):
    report = measure_performance(portfolio=portfolio, start=None, end=later(150), benchmark=instrument_of(portfolio))
    assert (report.from_, report.first_date) == (DAY - dt.timedelta(days=1), DAY)
    assert (report.start_value, report.end_value, report.gain.total) == (0, 650, 185)
    assert report.benchmark.time_weighted_return == pytest.approx(1.3 * 1.1 / 1.2 - 1)
    assert report.series[-1].value == 650


def test_a_period_starts_with_the_last_close_before_it(portfolio):
    report = measure_performance(portfolio=portfolio, start=later(60), end=later(99))
    assert (report.start_value, report.end_value, report.gain.total) == (590, 590, 0)
    assert report.series[0].value == report.series[-1].value == 590


def test_a_period_without_a_day_is_refused(portfolio):
    with pytest.raises(InvalidInputError, match="must end after it starts"):
        measure_performance(portfolio=portfolio, start=DAY, end=DAY)


def test_lots_carry_the_names_of_accounts_and_the_numbers_of_entries(portfolio):
    report = measure_lots(portfolio=portfolio, as_of=later(150), instrument=instrument_of(portfolio))
    bought, sold = (portfolio.transactions.get(kind=kind) for kind in ("buy", "sell"))
    assert [(row.account, row.quantity, row.transaction_id) for row in report.open] == [("Main", 6, str(bought.pk))]
    assert [(row.quantity, row.transaction_id, row.acquisition_id) for row in report.closed] == [(4, str(sold.pk), str(bought.pk))]
    assert measure_lots(portfolio=portfolio, as_of=later(150), instrument=InstrumentFactory()).open == ()


@pytest.mark.parametrize("by", CRITERIA)
def test_value_divides_by_every_criterion(portfolio, by):
    report = measure_allocation(portfolio=portfolio, as_of=later(150), by=by)
    labels = {"instrument": "AAA plc", "kind": "Stock", "sector": "Tech", "country": "US", "currency": "USD", "account": "Main"}
    assert [(row.label, row.market_value_base, row.weight) for row in report.rows] == [(labels[by], 650, 1.0)]


def test_an_unknown_criterion_is_refused(portfolio):
    with pytest.raises(InvalidInputError):
        measure_allocation(portfolio=portfolio, as_of=DAY, by="colour")


def test_the_number_of_queries_does_not_grow_with_the_ledger(portfolio, django_assert_num_queries):
    with django_assert_num_queries(7):  # changes of entries and of rates, instruments, entries, pairs of currencies, rates, closes
        measure_holdings(portfolio=portfolio, as_of=later(150))
    for number in range(5):
        other = InstrumentFactory(currency="USD")
        TransactionFactory(portfolio=portfolio, instrument=other, trade_date=later(number))
    portfolio = changed(portfolio)
    with django_assert_num_queries(5):  # the rates are known by now
        measure_holdings(portfolio=portfolio, as_of=later(150))
    with django_assert_num_queries(1):  # so is everything but the series of closes
        measure_performance(portfolio=portfolio, start=None, end=later(150))


def test_a_figure_is_computed_once_for_a_revision(portfolio, django_assert_num_queries):
    first = measure_holdings(portfolio=portfolio, as_of=later(100))
    with django_assert_num_queries(0):
        assert measure_holdings(portfolio=portfolio, as_of=later(100)) is first
    PriceFactory(instrument=instrument_of(portfolio), date=later(99), close=Decimal(1))
    TransactionFactory(portfolio=portfolio, instrument=instrument_of(portfolio), trade_date=later(90))
    assert measure_holdings(portfolio=changed(portfolio), as_of=later(100)).holdings[0].quantity == 16


def test_the_owners_rate_beats_the_shared_one_and_nobody_elses_counts(portfolio):
    FxRateFactory(owner=portfolio.owner, date=later(50), rate=Decimal("1.3"))
    FxRateFactory(owner=UserFactory(), date=later(60), rate=Decimal(9))
    assert measure_holdings(portfolio=portfolio, as_of=later(150)).holdings[0].market_value_base == 600


def test_rates_are_found_over_a_common_currency_and_back():
    portfolio = PortfolioFactory(base_currency="GBP")
    TransactionFactory(portfolio=portfolio, instrument=InstrumentFactory(currency="USD"))
    for quote, rate in (("USD", "1.25"), ("GBP", "0.8"), ("JPY", "160"), ("CHF", "0.95")):
        FxRateFactory(quote=quote, rate=Decimal(rate))
    assert measure_holdings(portfolio=portfolio, as_of=DAY).totals.cost_basis == 640


def test_stored_entries_come_in_booking_order_and_equal_those_of_the_model():
    portfolio = PortfolioFactory()
    instrument, other = InstrumentFactory(), AccountFactory(portfolio=portfolio, name="Other")
    units = {"portfolio": portfolio, "instrument": instrument}
    sale = TransactionFactory(
        **units, kind="sell", quantity=Decimal("1.5"), lots=[{"transaction": "abc", "quantity": "1.5"}], fx_rate=Decimal("1.25")
    )
    out = TransactionFactory(**units, kind="transfer_out", quantity=Decimal(1), price=None, counter_account=other)
    into = TransactionFactory(**units, kind="transfer_in", quantity=Decimal(1), price=None, account=other, counter_account=out.account)
    bought = TransactionFactory(**units, fee=Decimal(3))
    split = TransactionFactory(**units, kind="split", quantity=Decimal(2), price=None)
    cash = TransactionFactory(
        portfolio=portfolio, instrument=None, kind="deposit", quantity=None, price=None, amount=Decimal(5), trade_date=later(-1)
    )
    loaded = load_entries(portfolio)
    rows = [cash, split, bought, out, into, sale]
    for row in rows:
        row.refresh_from_db()
    made = [entry_of(row)._replace(fee=row.fee or None, tax=row.tax or None) for row in rows]
    # What was traded at a price is read as its gross money.
    made = [entry._replace(price=None, amount=entry.quantity * entry.price) if entry.price else entry for entry in made]
    assert list(loaded) == made == list(order_entries(made))
    assert loaded[-1].lots == (("abc", Decimal("1.5")),)
    assert [one.kind for one in load_entries(portfolio, [InstrumentFactory().pk])] == []
    assert list(load_entries(portfolio, [None])) == made[:1]
    assert list(load_entries(portfolio, [instrument.pk])) == made[1:]
    assert list(load_entries(portfolio, [None, instrument.pk])) == made


def test_before_the_first_close_a_day_is_valued_at_the_last_trade():
    portfolio, instrument = PortfolioFactory(), InstrumentFactory(currency="EUR")
    TransactionFactory(portfolio=portfolio, instrument=instrument, currency="EUR")
    TransactionFactory(portfolio=portfolio, instrument=instrument, currency="EUR", quantity=Decimal(1), price=Decimal(110), trade_date=later(2))
    PriceFactory(instrument=instrument, date=later(3), close=Decimal(120))
    TransactionFactory(portfolio=portfolio, instrument=instrument, currency="EUR", quantity=Decimal(1), price=Decimal(999), trade_date=later(6))
    days = [later(day) for day in (0, 1, 2, 3, 6)]

    def values():
        report = measure_performance(portfolio=changed(portfolio), start=None, end=later(7))
        return [point.value for point in report.series if point.date in days]

    assert values() == [1000, 1000, 1210, 1320, 1440]
    PriceFactory(instrument=instrument, date=later(1), close=Decimal(105))
    Instrument.objects.filter(pk=instrument.pk).update(updated_at=F("updated_at") + dt.timedelta(seconds=1))
    assert values() == [1000, 1050, 1155, 1320, 1440]


def test_a_short_series_of_units_from_outside_is_valued_on_its_day(portfolio):
    instrument = instrument_of(portfolio)
    TransactionFactory(portfolio=portfolio, instrument=instrument, kind="transfer_in", quantity=Decimal(1), price=None, trade_date=later(35))
    report = measure_performance(portfolio=changed(portfolio), start=later(31), end=later(36))
    assert report.net_external_flow == Decimal("107.272727272727272727272727272727")
    assert report.gain.total == 0


def test_the_cache_forgets_the_least_recently_used_and_the_old():
    cache = FigureCache(most=2, weight=9, seconds=1000, weigh=len)
    made = []

    def ask(key):
        return cache.get_or_make(key, lambda: made.append(key) or key)

    for key in ("a", "b", "a", "c", "a", "b"):
        assert ask(key) == key
    assert made == ["a", "b", "c", "b"]
    small = FigureCache(most=9, weight=5, seconds=1000, weigh=len)
    for place, figure in enumerate(["aaa", "bbb", "cc"]):
        assert small.get_or_make(place, lambda figure=figure: figure) is figure
    assert [small.get_or_make(place, lambda: "") for place in (1, 2, 0)] == ["bbb", "cc", ""]
    assert small.get_or_make(4, lambda: "far too heavy") == "far too heavy"
    assert small.get_or_make(4, lambda: "made again") == "made again"
    short = FigureCache(most=9, weight=9, seconds=-1, weigh=lambda _: 1)
    assert [short.get_or_make("a", lambda number=number: number) for number in (1, 2)] == [1, 2]


def test_what_is_long_weighs_more(portfolio):
    short, long = (measure_performance(portfolio=portfolio, start=later(100), end=later(day)) for day in (110, 150))
    assert weigh_figure(long) - weigh_figure(short) == 4 * 8 * (len(long.series) - len(short.series)) > 0
    assert weigh_figure(measure_lots(portfolio=portfolio, as_of=later(150))) > weigh_figure(measure_holdings(portfolio=portfolio, as_of=later(150)))
