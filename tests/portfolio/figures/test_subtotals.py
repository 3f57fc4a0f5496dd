"""After a change only the changed instrument is folded anew, and the figures are those of a fresh look."""

import datetime as dt
from decimal import Decimal
from random import Random

import pytest
from django.db import connection
from django.db.models import F

from portfolio.importers.fx_csv import FxRow
from portfolio.models import FxRate, LedgerRevision, Portfolio, Transaction
from portfolio.selectors.cache import forget_everything
from portfolio.selectors.figures import measure_holdings, measure_performance
from portfolio.selectors.subtotals import LARGE, load_summary
from portfolio.services.fx import record_fx_rates
from portfolio.services.prices import record_prices
from portfolio.services.transactions import delete_transaction
from tests.factories import UserFactory
from tests.factories_portfolio import FxRateFactory, InstrumentFactory, PortfolioFactory, PriceFactory, TransactionFactory

pytestmark = pytest.mark.django_db
DAY = dt.date(2024, 1, 2)
END = dt.date(2024, 3, 1)


@pytest.fixture(autouse=True)
def _forget_figures():
    forget_everything()


@pytest.fixture
def staff():
    return UserFactory(is_staff=True)


@pytest.fixture
def portfolio():
    """Two instruments, one of them in USD, and a deposit."""
    found = PortfolioFactory()
    for symbol, currency in (("AAA", "EUR"), ("BBB", "USD")):
        instrument = InstrumentFactory(symbol=symbol, currency=currency)
        TransactionFactory(portfolio=found, instrument=instrument, currency=currency)
        PriceFactory(instrument=instrument, date=DAY)
    TransactionFactory(portfolio=found, instrument=None, kind="deposit", quantity=None, price=None, amount=Decimal(5))
    FxRateFactory(date=DAY)
    return found


def fresh(portfolio):
    """Return the portfolio as the next request sees it."""
    Portfolio.objects.filter(pk=portfolio.pk).update(revision=F("revision") + 1)
    return Portfolio.objects.get(pk=portfolio.pk)


def parts_of(portfolio, **options):
    """Return the subtotal of each symbol."""
    summary = load_summary(fresh(portfolio), end=END, **options)
    return {(part.positions[0].symbol if part.positions else None): part for part in summary.parts}


def kept(before, after):
    return {symbol for symbol in after if before.get(symbol) is after[symbol]}


def test_nothing_changed_nothing_is_folded(portfolio):
    assert kept(parts_of(portfolio), parts_of(portfolio)) == {"AAA", "BBB", None}


def test_only_the_changed_instrument_is_folded_anew(portfolio):
    before = parts_of(portfolio)
    TransactionFactory(portfolio=portfolio, instrument=portfolio.transactions.get(instrument__symbol="AAA").instrument)
    after = parts_of(portfolio)
    assert kept(before, after) == {"BBB", None}
    assert after["AAA"].positions[0].quantity == 20


def test_every_way_to_change_an_entry_is_noticed(portfolio):
    one = portfolio.transactions.get(instrument__symbol="AAA")
    other = portfolio.transactions.get(instrument__symbol="BBB")

    def change_by_sql(text):
        with connection.cursor() as cursor:
            cursor.execute(text, [one.pk])

    ways = {
        "update of a query": lambda: Transaction.objects.filter(pk=one.pk).update(quantity=Decimal(3)),
        "raw SQL": lambda: change_by_sql("UPDATE portfolio_transaction SET quantity = 4 WHERE id = %s"),
        "bulk_create": lambda: Transaction.objects.bulk_create([copy_of(one)]),
        "delete of a query": lambda: Transaction.objects.filter(pk=one.pk).delete(),
    }
    for name, act in ways.items():
        before = parts_of(portfolio)
        act()
        assert kept(before, parts_of(portfolio)) == {"BBB", None}, name
    TransactionFactory(portfolio=portfolio, instrument=other.instrument, currency="USD")
    before = parts_of(portfolio)
    Transaction.objects.filter(pk=other.pk).update(instrument=one.instrument, currency="EUR")
    assert kept(before, parts_of(portfolio)) == {None}


def copy_of(entry):
    return Transaction(
        portfolio=entry.portfolio, account=entry.account, instrument=entry.instrument, kind="buy", trade_date=DAY, quantity=1, price=1,
        currency="EUR", sequence=entry.sequence + 1_000,
    )  # fmt: skip


def test_emptying_the_table_is_noticed(portfolio):
    before = parts_of(portfolio)
    with connection.cursor() as cursor:
        cursor.execute("SET CONSTRAINTS ALL IMMEDIATE")
        cursor.execute("TRUNCATE portfolio_transaction")
    after = parts_of(portfolio)
    assert not kept(before, after)
    assert all(part.first_day is None for part in after.values())


def test_with_the_portfolio_goes_what_is_known_of_its_changes(portfolio):
    assert LedgerRevision.objects.filter(portfolio_id=portfolio.pk).count() == 3
    key = portfolio.pk
    Transaction.objects.filter(portfolio=portfolio).delete()
    portfolio.delete()
    assert not LedgerRevision.objects.filter(portfolio_id=key).exists()


def test_a_new_rate_concerns_everything_a_new_close_only_what_it_went_into(portfolio, staff):
    whole, period = parts_of(portfolio), parts_of(portfolio, start=DAY)
    instrument = portfolio.transactions.get(instrument__symbol="AAA").instrument
    record_prices(actor=staff, instrument=instrument, rows=[(DAY, Decimal(7))])
    assert kept(whole, parts_of(portfolio)) == {"AAA", "BBB", None}
    assert kept(period, parts_of(portfolio, start=DAY)) == {"BBB", None}
    record_fx_rates(actor=staff, rows=[FxRow(0, DAY, "EUR", "USD", Decimal(2))], shared=True)
    assert not kept(whole, parts_of(portfolio))
    assert FxRate.objects.get().rate == 2


def test_what_holds_today_holds_tomorrow_but_not_before_its_last_entry(portfolio):
    load_summary(portfolio, end=END)
    later = load_summary(portfolio, end=END + dt.timedelta(days=1))
    assert {id(part) for part in later.parts} == {id(part) for part in load_summary(portfolio, end=END).parts}
    assert load_summary(portfolio, end=DAY - dt.timedelta(days=1)).parts[0].positions == ()
    TransactionFactory(portfolio=portfolio, trade_date=END + dt.timedelta(days=5))
    assert len(load_summary(fresh(portfolio), end=END).positions) == 3
    assert len(load_summary(fresh(portfolio), end=END + dt.timedelta(days=5)).positions) == 4


@pytest.mark.parametrize("cash_tracking", [False, True])
def test_figures_after_many_changes_are_those_of_a_fresh_look(portfolio, cash_tracking):
    """Entries come, change and go in random order; a process that keeps subtotals shows what one that starts anew would."""
    source = Random(5)
    Portfolio.objects.filter(pk=portfolio.pk).update(cash_tracking=cash_tracking)
    instruments = [entry.instrument for entry in portfolio.transactions.filter(kind="buy")] + [InstrumentFactory(symbol="CCC")]
    for step in range(25):
        instrument = source.choice(instruments)
        facts = {"trade_date": DAY + dt.timedelta(days=source.randrange(40)), "fee": Decimal(source.randrange(3))}
        entries = list(Transaction.objects.filter(portfolio=portfolio, kind="buy"))
        act = source.choice(["add", "add", "change", "drop"])
        if act == "add" or not entries:
            TransactionFactory(portfolio=portfolio, instrument=instrument, currency=instrument.currency, price=Decimal(step + 1), **facts)
        elif act == "change":
            Transaction.objects.filter(pk=source.choice(entries).pk).update(**facts)
        else:
            delete_transaction(actor=portfolio.owner, transaction=source.choice(entries))
        shown = look(portfolio)
        forget_everything()
        assert shown == look(portfolio)


def look(portfolio):
    book = fresh(portfolio)
    periods = [measure_performance(portfolio=book, start=start, end=END) for start in (None, DAY + dt.timedelta(days=20))]
    return measure_holdings(portfolio=book, as_of=END), periods


def test_rates_of_somebody_else_change_nothing_and_ones_own_do(portfolio, staff):
    whole = parts_of(portfolio)
    record_fx_rates(actor=staff, rows=[FxRow(0, DAY, "EUR", "USD", Decimal(9))])
    assert kept(whole, parts_of(portfolio)) == {"AAA", "BBB", None}
    record_fx_rates(actor=portfolio.owner, rows=[FxRow(0, DAY, "EUR", "USD", Decimal(4))])
    assert not kept(whole, parts_of(portfolio))
    assert measure_holdings(portfolio=fresh(portfolio), as_of=END).holdings[1].market_value_base == 250


def test_a_large_ledger_is_read_one_instrument_at_a_time(portfolio, django_assert_num_queries):
    together = look(portfolio)
    forget_everything()
    Portfolio.objects.filter(pk=portfolio.pk).update(next_sequence=LARGE + 1)
    large = fresh(portfolio)
    with django_assert_num_queries(9):  # the outline in three, the entries of each in one, pairs of currencies, rates, closes
        load_summary(large, end=END)
    assert look(portfolio) == together
