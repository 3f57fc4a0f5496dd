"""Instruments, prices and exchange rates: who may write them, what is refused, and which portfolios hear of it."""

import datetime as dt
from decimal import Decimal
from typing import Any

import pytest

from accounts.models import User
from common.errors import ConflictError, InvalidInputError, NotAllowedError, NotFoundError
from portfolio.importers.fx_csv import FxRow
from portfolio.models import FxRate, Instrument, Portfolio, Price
from portfolio.selectors.instruments import get_instrument, get_quote, list_instruments, list_recent_closes
from portfolio.services.fx import delete_fx_rate, import_fx_csv, record_fx_rates
from portfolio.services.instruments import create_instrument, delete_instrument, update_instrument
from portfolio.services.prices import delete_price, import_prices_csv, record_prices
from tests.factories_portfolio import FxRateFactory, InstrumentFactory, PortfolioFactory, PriceFactory, TransactionFactory

DAY = dt.date(2024, 3, 1)


def revision(portfolio: Portfolio) -> int:
    return Portfolio.objects.values_list("revision", flat=True).get(pk=portfolio.pk)


def rate(value: str = "1.1", date: dt.date = DAY, base: str = "EUR", quote: str = "USD") -> FxRow:
    return FxRow(0, date, base, quote, Decimal(value))


def test_users_keep_private_instruments_and_staff_the_shared_ones(alice: User, staff: User) -> None:
    own = create_instrument(actor=alice, symbol="ACME", currency="EUR")
    shared = create_instrument(actor=staff, symbol="ACME", currency="USD", shared=True)
    assert (own.owner, shared.owner) == (alice, None)
    with pytest.raises(NotAllowedError):
        create_instrument(actor=alice, symbol="OTHER", currency="EUR", shared=True)
    with pytest.raises(NotAllowedError):
        update_instrument(actor=alice, instrument=shared, name="mine")
    with pytest.raises(NotFoundError):
        update_instrument(actor=staff, instrument=own, name="not yours")


def test_a_private_instrument_hides_the_shared_one_of_its_symbol_from_its_owner_only(alice: User, bob: User) -> None:
    shared = InstrumentFactory(symbol="ACME")
    own = InstrumentFactory(symbol="ACME", owner=alice)
    assert list(list_instruments(user=alice)) == [own]
    assert list(list_instruments(user=bob)) == [shared]
    assert get_instrument(user=alice, symbol="acme") == own
    assert get_instrument(user=bob, symbol="ACME") == shared


@pytest.mark.parametrize(
    ("facts", "field"),
    [
        ({"symbol": ""}, "symbol"),
        ({"symbol": "a/b"}, "symbol"),
        ({"symbol": "=A"}, "symbol"),
        ({"symbol": "x" * 41}, "symbol"),
        ({"symbol": ".."}, "symbol"),
        ({"currency": "EURO"}, "currency"),
        ({"currency": "XXX"}, "currency"),
        ({"kind": "house"}, "kind"),
        ({"isin": "US03"}, "isin"),
        ({"country": "USA"}, "country"),
        ({"exchange_mic": "X"}, "exchange_mic"),
        ({"name": "a\x00"}, "name"),
    ],
)
def test_an_instrument_is_checked(alice: User, facts: dict[str, Any], field: str) -> None:
    with pytest.raises(InvalidInputError) as refusal:
        create_instrument(actor=alice, **({"symbol": "ACME", "currency": "EUR"} | facts))
    assert refusal.value.detail["field"] == field
    assert not Instrument.objects.exists()


def test_a_symbol_is_taken_once_on_each_level(alice: User) -> None:
    create_instrument(actor=alice, symbol="ACME", currency="EUR")
    with pytest.raises(ConflictError):
        create_instrument(actor=alice, symbol="ACME", currency="EUR")


def test_what_is_in_use_keeps_its_currency_and_stays(alice: User) -> None:
    instrument = InstrumentFactory(owner=alice)
    TransactionFactory(portfolio=PortfolioFactory(owner=alice), instrument=instrument)
    with pytest.raises(ConflictError):
        update_instrument(actor=alice, instrument=instrument, currency="USD")
    with pytest.raises(ConflictError):
        delete_instrument(actor=alice, instrument=instrument)


def test_prices_are_written_once_and_replaced_by_day(alice: User) -> None:
    instrument = InstrumentFactory(owner=alice)
    rows = [(DAY, Decimal(1)), (DAY + dt.timedelta(days=1), Decimal(2))]
    assert record_prices(actor=alice, instrument=instrument, rows=rows) == 2
    assert record_prices(actor=alice, instrument=instrument, rows=rows) == 0
    assert record_prices(actor=alice, instrument=instrument, rows=[(DAY, Decimal(3))]) == 1
    assert list(Price.objects.order_by("date").values_list("close", flat=True)) == [3, 2]


@pytest.mark.parametrize(
    ("date", "close"),
    [
        (DAY, Decimal("NaN")),
        (DAY, Decimal("Infinity")),
        (DAY, Decimal(-1)),
        (DAY, Decimal("1E+400")),
        (DAY, Decimal("1" * 40)),
        (dt.date(1, 1, 1), Decimal(1)),
        (dt.date(2199, 1, 1), Decimal(1)),
    ],
)
def test_impossible_prices_are_refused_whole(alice: User, date: dt.date, close: Decimal) -> None:
    with pytest.raises(InvalidInputError) as refusal:
        record_prices(actor=alice, instrument=InstrumentFactory(owner=alice), rows=[(DAY, Decimal(1)), (date, close)])
    assert refusal.value.detail["field"].startswith("[1].")
    assert not Price.objects.exists()


def test_only_portfolios_that_depend_on_a_price_hear_of_it(alice: User, staff: User) -> None:
    instrument = InstrumentFactory()
    holder, measured, other = PortfolioFactory(owner=alice), PortfolioFactory(owner=alice, benchmark=instrument), PortfolioFactory(owner=alice)
    TransactionFactory(portfolio=holder, instrument=instrument)
    record_prices(actor=staff, instrument=instrument, rows=[(DAY, Decimal(1))])
    assert [revision(book) for book in (holder, measured, other)] == [2, 2, 1]
    record_prices(actor=staff, instrument=instrument, rows=[(DAY, Decimal(1))])
    assert revision(holder) == 2
    delete_price(actor=staff, instrument=instrument, date=DAY)
    assert revision(holder) == 3


def test_prices_of_others_cannot_be_written(alice: User, bob: User) -> None:
    with pytest.raises(NotAllowedError):
        record_prices(actor=alice, instrument=InstrumentFactory(), rows=[(DAY, Decimal(1))])
    with pytest.raises(NotFoundError):
        record_prices(actor=alice, instrument=InstrumentFactory(owner=bob), rows=[(DAY, Decimal(1))])


def test_a_file_of_prices_of_several_symbols_is_all_or_nothing(alice: User) -> None:
    InstrumentFactory(symbol="OWN", owner=alice)
    good = b"symbol,date,close,currency\nOWN,2024-01-02,1.5,EUR\nNEW,2024-01-02,7,USD\n"
    refused = import_prices_csv(actor=alice, content=good)
    assert [(problem.line, problem.field, problem.code) for problem in refused.problems] == [(3, "symbol", "unknown_symbol")]
    assert not Price.objects.exists()
    done = import_prices_csv(actor=alice, content=good, create_instruments=True)
    assert (done.received, done.written, done.created_instruments, done.problems) == (2, 2, ("NEW",), ())
    assert Instrument.objects.get(symbol="NEW").currency == "USD"


@pytest.mark.parametrize(
    ("line", "code"),
    [
        ("OWN,2024-01-02,abc,EUR", "not_a_number"),
        ("OWN,2024-01-02,,EUR", "required"),
        ("OWN,2024-01-32,1,EUR", "not_a_date"),
        ("OWN,2024-01-02,1,USD", "currency_mismatch"),
        ("OWN,2024-01-01,2,EUR", "day_twice"),
        (",2024-01-02,1,EUR", "required"),
    ],
)
def test_a_bad_price_line_is_named(alice: User, line: str, code: str) -> None:
    InstrumentFactory(symbol="OWN", owner=alice)
    result = import_prices_csv(actor=alice, content=f"symbol,date,close,currency\nOWN,2024-01-01,1,EUR\n{line}\n".encode())
    assert [(problem.line, problem.code) for problem in result.problems] == [(3, code)]
    assert not Price.objects.exists()


def test_a_refused_price_file_leaves_no_instrument_behind(alice: User) -> None:
    result = import_prices_csv(
        actor=alice, content=b"symbol,date,close,currency\nNEW,2024-01-01,1,EUR\nNEW,2024-01-02,x,EUR\n", create_instruments=True
    )
    assert result.problems
    assert not Instrument.objects.exists()


def test_rates_are_ones_own_or_shared_by_staff(alice: User, staff: User) -> None:
    mine, others = PortfolioFactory(owner=alice), PortfolioFactory()
    assert record_fx_rates(actor=alice, rows=[rate()]) == 1
    assert (revision(mine), revision(others)) == (2, 1)
    assert record_fx_rates(actor=staff, rows=[rate()], shared=True) == 1
    assert (revision(mine), revision(others)) == (3, 2)
    assert record_fx_rates(actor=staff, rows=[rate()], shared=True) == 0
    with pytest.raises(NotAllowedError):
        record_fx_rates(actor=alice, rows=[rate("2")], shared=True)
    assert set(FxRate.objects.values_list("owner", flat=True)) == {alice.pk, None}


@pytest.mark.parametrize(
    "row",
    [
        rate("0"),
        rate("-1"),
        rate("NaN"),
        rate("1E+30"),
        rate("1.1234567890123"),
        rate(base="EUR", quote="EUR"),
        rate(quote="ZZZ"),
        rate(quote="GBX"),
        rate(date=dt.date(1, 1, 1)),
    ],
)
def test_impossible_rates_are_refused(alice: User, row: FxRow) -> None:
    with pytest.raises(InvalidInputError):
        record_fx_rates(actor=alice, rows=[row])
    assert not FxRate.objects.exists()


def test_a_file_of_rates_is_all_or_nothing(alice: User) -> None:
    result = import_fx_csv(actor=alice, content=b"date;base;quote;rate\n2024-01-02;EUR;USD;1.1\n2024-01-02;EUR;USD;1.2\n")
    assert [(problem.line, problem.code) for problem in result.problems] == [(3, "day_twice")]
    assert not FxRate.objects.exists()
    assert import_fx_csv(actor=alice, content=b"date;base;quote;rate\n2024-01-02;EUR;USD;1.1\n").written == 1


def test_only_ones_own_rate_can_be_removed(alice: User, bob: User) -> None:
    FxRateFactory(owner=alice, date=DAY)
    with pytest.raises(NotFoundError):
        delete_fx_rate(actor=bob, date=DAY, base="EUR", quote="USD")
    delete_fx_rate(actor=alice, date=DAY, base="EUR", quote="USD")
    assert not FxRate.objects.exists()


def test_a_quote_is_the_last_close_and_the_change_before_it(alice: User) -> None:
    instrument = InstrumentFactory(symbol="ACME")
    assert get_quote(instrument=instrument, as_of=DAY).reason == "no_price"
    for offset, close in ((0, 100), (1, 110), (5, 200)):
        PriceFactory(instrument=instrument, date=DAY + dt.timedelta(days=offset), close=close)
    quote = get_quote(instrument=instrument, as_of=DAY + dt.timedelta(days=4))
    assert (quote.price, quote.previous_price, quote.change, quote.change_ratio, quote.stale) == (110, 100, 10, 0.1, False)
    assert get_quote(instrument=instrument, as_of=DAY + dt.timedelta(days=30)).stale


def test_recent_closes_are_oldest_first_and_not_of_the_future(alice: User) -> None:
    one, none = InstrumentFactory(), InstrumentFactory()
    for offset in range(5):
        PriceFactory(instrument=one, date=DAY + dt.timedelta(days=offset), close=offset)
    assert list_recent_closes(instruments=[one, none], as_of=DAY + dt.timedelta(days=3), days=3) == {one.pk: [1, 2, 3], none.pk: []}
