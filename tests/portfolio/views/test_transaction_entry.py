"""Adding, changing and copying a transaction; the instruments offered while typing."""

import datetime as dt
from decimal import Decimal
from uuid import uuid4

import pytest
import time_machine
from django.test import Client
from django.urls import reverse

from accounts.models import User
from portfolio.forms.kinds import LAYOUTS
from portfolio.models import Instrument, Portfolio, Transaction
from tests.factories_portfolio import InstrumentFactory, PortfolioFactory
from tests.portfolio.views.conftest import HTMX, Record, browse, count_queries, read_events

BUY = {"kind": "buy", "trade_date": "2024-03-04", "symbol": "ACME", "quantity": "10", "price": "100"}


@pytest.fixture
def new(book: Portfolio) -> str:
    return reverse("portfolio:transaction_create", args=[book.pk])


def edit_url(entry: Transaction) -> str:
    return reverse("portfolio:transaction_update", args=[entry.portfolio_id, entry.pk])


def test_the_form_begins_with_today_where_the_person_is(alice: User, page: Client, new: str) -> None:
    alice.time_zone = "Pacific/Auckland"
    alice.save()
    with time_machine.travel(dt.datetime(2026, 3, 1, 20, 0, tzinfo=dt.UTC), tick=False):
        form = browse(alice).get(new).context["form"]
    assert form["trade_date"].value() == dt.date(2026, 3, 2)


@pytest.mark.parametrize("kind", sorted(set(LAYOUTS) - {"transfer_in"}))
def test_every_kind_has_a_page_and_a_fragment(page: Client, book: Portfolio, new: str, kind: str) -> None:
    full = page.get(f"{new}?kind={kind}").content.decode()
    part = page.get(f"{new}?kind={kind}", headers=HTMX).content.decode()
    assert "<html" in full
    assert "<html" not in part
    for name in LAYOUTS[kind].names:
        assert f'name="{name}"' in full
        assert f'name="{name}"' in part


def test_an_unknown_kind_is_not_found(page: Client, new: str) -> None:
    assert page.get(f"{new}?kind=gift").status_code == 404


def test_the_address_can_begin_the_form(page: Client, new: str) -> None:
    form = page.get(f"{new}?kind=sell&symbol=ACME&quantity=5").context["form"]
    assert (form.layout.kind, form["symbol"].value(), form["quantity"].value()) == ("sell", "ACME", "5")


def test_the_account_used_last_is_proposed(page: Client, new: str, record: Record) -> None:
    record(account="Broker")
    assert page.get(new).context["form"]["account"].value() == "Broker"


def test_a_purchase_is_recorded(page: Client, book: Portfolio, new: str) -> None:
    answer = page.post(new, {**BUY, "price": "1.234,50", "fee": "4.95", "account": "Broker"}, follow=True)
    assert "Buy of ACME recorded." in answer.content.decode()
    entry = Transaction.objects.get()
    assert (entry.kind, entry.quantity, entry.price, entry.fee) == ("buy", Decimal(10), Decimal("1234.5"), Decimal("4.95"))
    assert (entry.currency, entry.account.name, entry.portfolio) == ("USD", "Broker", book)


def test_htmx_closes_the_dialog_and_tells_the_page(page: Client, new: str) -> None:
    answer = page.post(new, BUY, headers=HTMX)
    assert answer.status_code == 204
    events = read_events(answer)
    assert set(events) == {"toast", "closeModal", "ledgerChanged"}
    assert events["toast"]["message"] == "Buy of ACME recorded."


def test_save_and_add_another_brings_a_fresh_form_of_the_same_day(page: Client, new: str) -> None:
    answer = page.post(new, {**BUY, "account": "Broker", "again": "1"}, headers=HTMX)
    form = answer.context["form"]
    assert answer.status_code == 200
    assert (form["trade_date"].value(), form["account"].value()) == (dt.date(2024, 3, 4), "Broker")
    assert form["symbol"].value() is None
    assert Transaction.objects.count() == 1
    assert "ledgerChanged" in read_events(answer)
    assert "closeModal" not in read_events(answer)


@pytest.mark.parametrize("headers", [{}, HTMX])
def test_changing_the_kind_keeps_what_was_typed_and_stores_nothing(page: Client, new: str, headers: dict[str, str]) -> None:
    answer = page.post(new, {**BUY, "kind": "dividend", "refresh": "1", "note": "hello"}, headers=headers)
    form = answer.context["form"]
    assert answer.status_code == 200
    assert (form.layout.kind, form["symbol"].value(), form["note"].value()) == ("dividend", "ACME", "hello")
    assert not form.errors
    assert not Transaction.objects.exists()


@pytest.mark.parametrize(
    ("values", "field", "message"),
    [
        ({"symbol": ""}, "symbol", "This field is required."),
        ({"symbol": "NOPE"}, "symbol", "There is no instrument"),
        ({"quantity": "many"}, "quantity", "Write a number like 12.50."),
        ({"quantity": "NaN"}, "quantity", "Write a number like 12.50."),
        ({"quantity": "1,000"}, "quantity", "write 1000 or 1.000"),
        ({"quantity": "9" * 40}, "quantity", "too large"),
        ({"price": "1e400"}, "price", "Write a number like 12.50."),
        ({"price": ""}, "price", "Fill in the price per unit"),
        ({"price": "-1"}, "price", "cannot be negative"),
        ({"trade_date": "0000-01-01"}, "trade_date", "Write a date like"),
        ({"trade_date": "2190-01-01"}, "trade_date", "is in the future"),
        ({"currency": "QQQ"}, "currency", "no currency code"),
        ({"amount": "5"}, "amount", "quantity × price"),
        ({"settlement_date": "2024-03-01"}, "settlement_date", "on or soon after"),
        ({"fx_rate": "2", "currency": "EUR"}, "fx_rate", "1 EUR is 1 EUR"),
        ({"note": "n" * 501}, "note", "at most 500"),
    ],
)
def test_what_is_wrong_stands_beside_its_field(page: Client, new: str, values: dict[str, str], field: str, message: str) -> None:
    for headers in ({}, HTMX):
        answer = page.post(new, {**BUY, **values}, headers=headers)
        assert answer.status_code == 422
        assert message in answer.context["form"].errors[field][0]
        assert message in answer.content.decode()
    assert not Transaction.objects.exists()


def test_more_is_sold_than_is_held(page: Client, new: str, record: Record) -> None:
    record()
    answer = page.post(new, {**BUY, "kind": "sell", "quantity": "11", "trade_date": "2024-05-06"})
    assert answer.status_code == 422
    assert "On 2024-05-06 only 10 ACME would be held" in answer.context["form"].non_field_errors()[0]
    assert Transaction.objects.count() == 1


def test_an_unknown_symbol_can_be_created_on_the_spot(alice: User, page: Client, new: str) -> None:
    answer = page.post(new, {**BUY, "symbol": "HOUSE"})
    assert "Create it as an instrument of my own" in answer.content.decode()
    page.post(new, {**BUY, "symbol": "HOUSE", "create_instrument": "on", "currency": "CHF"})
    entry = Transaction.objects.get()
    assert (entry.instrument.symbol, entry.instrument.currency, entry.instrument.owner) == ("HOUSE", "CHF", alice)


def test_an_instrument_is_not_created_for_an_entry_that_is_refused(page: Client, new: str) -> None:
    page.post(new, {**BUY, "kind": "sell", "symbol": "HOUSE", "create_instrument": "on"})
    assert not Transaction.objects.exists()
    assert not Instrument.objects.filter(symbol="HOUSE").exists()


def test_a_symbol_that_cannot_be_one_is_explained(page: Client, new: str) -> None:
    answer = page.post(new, {**BUY, "symbol": "a/b", "create_instrument": "on"})
    assert answer.status_code == 422
    assert "symbol" in answer.context["form"].errors


def test_a_transfer_is_two_entries(page: Client, new: str, record: Record) -> None:
    record()
    values = {"kind": "transfer_out", "trade_date": "2024-04-01", "symbol": "ACME", "quantity": "4", "account": "Main", "counter_account": "Bank"}
    page.post(new, values)
    legs = Transaction.objects.filter(kind__startswith="transfer").order_by("sequence")
    assert [(leg.kind, leg.account.name, leg.counter_account.name) for leg in legs] == [
        ("transfer_out", "Main", "Bank"),
        ("transfer_in", "Bank", "Main"),
    ]
    answer = page.post(new, {**values, "counter_account": "Main"})
    assert answer.status_code == 422
    assert "counter_account" in answer.context["form"].errors


def test_a_split_is_recorded_as_its_ratio(page: Client, new: str, record: Record) -> None:
    record()
    page.post(new, {"kind": "split", "trade_date": "2024-04-01", "symbol": "ACME", "split_new": "3", "split_old": "2"})
    assert Transaction.objects.get(kind="split").quantity == Decimal("1.5")


def test_cash_is_in_the_portfolio_s_currency(page: Client, new: str) -> None:
    page.post(new, {"kind": "deposit", "trade_date": "2024-04-01", "amount": "500"})
    entry = Transaction.objects.get()
    assert (entry.amount, entry.currency, entry.instrument) == (Decimal(500), "EUR", None)


def test_an_entry_is_changed(page: Client, record: Record) -> None:
    entry = record()
    shown = page.get(edit_url(entry)).content.decode()
    assert f'name="version" value="{entry.version}"' in shown
    answer = page.post(edit_url(entry), {**BUY, "quantity": "12", "version": entry.version}, headers=HTMX)
    assert read_events(answer)["toast"]["message"] == "Buy of ACME saved."
    entry.refresh_from_db()
    assert entry.quantity == Decimal(12)


def test_the_kind_of_an_entry_is_changed(page: Client, record: Record) -> None:
    entry = record(fee=Decimal(1))
    page.post(edit_url(entry), {**BUY, "kind": "opening_balance"})
    entry.refresh_from_db()
    assert (entry.kind, entry.fee) == ("opening_balance", Decimal(0))


def test_who_was_slower_overwrites_nothing(page: Client, record: Record) -> None:
    entry = record()
    version = entry.version
    page.post(edit_url(entry), {**BUY, "quantity": "12", "version": version})
    answer = page.post(edit_url(entry), {**BUY, "quantity": "99", "version": version})
    assert answer.status_code == 422
    assert "changed in the meantime" in answer.context["form"].non_field_errors()[0]
    entry.refresh_from_db()
    assert entry.quantity == Decimal(12)


def test_a_change_that_would_oversell_is_refused(page: Client, record: Record) -> None:
    bought = record()
    record("sell", trade_date=dt.date(2024, 5, 6))
    answer = page.post(edit_url(bought), {**BUY, "quantity": "9"})
    assert answer.status_code == 422
    assert "only 9 ACME would be held" in answer.content.decode()
    bought.refresh_from_db()
    assert bought.quantity == Decimal(10)


@pytest.mark.parametrize("leg", ["transfer_out", "transfer_in"])
def test_either_leg_of_a_transfer_changes_both(page: Client, record: Record, leg: str) -> None:
    record()
    record("transfer_out", symbol="ACME", quantity=Decimal(4), account="Main", counter_account="Bank", trade_date=dt.date(2024, 4, 1))
    entry = Transaction.objects.get(kind=leg)
    form = page.get(edit_url(entry)).context["form"]
    assert form.layout.label == "Transfer"
    values = {name: form[name].value() for name in ("symbol", "account", "counter_account")}
    page.post(edit_url(entry), {**values, "kind": leg, "trade_date": "2024-04-01", "quantity": "5"})
    assert set(Transaction.objects.filter(kind__startswith="transfer").values_list("quantity", flat=True)) == {Decimal(5)}


def test_a_copy_is_of_today_and_has_no_broker_s_number(page: Client, new: str, record: Record) -> None:
    entry = record(external_id="X-1", note="monthly", fee=Decimal("1.5"))
    form = page.get(f"{new}?copy={entry.pk}").context["form"]
    assert form["trade_date"].value() > entry.trade_date
    assert (form["note"].value(), form["external_id"].value(), form["fee"].value()) == ("monthly", "", "1.5")
    assert page.get(f"{new}?copy={uuid4()}").status_code == 404
    assert page.get(f"{new}?copy=nonsense").status_code == 404


def test_instruments_are_offered_by_symbol_and_name(alice: User, bob: User, page: Client, acme: Instrument) -> None:
    InstrumentFactory(symbol="SECRET", name="Corporation of Bob", owner=bob)
    url = reverse("portfolio:instrument_options")
    by_name = page.get(f"{url}?symbol=corporation").content.decode()
    assert 'value="ACME"' in by_name
    assert 'data-currency="USD"' in by_name
    assert "SECRET" not in by_name
    assert page.get(f"{url}?benchmark=zzz").content.strip() == b""
    assert browse(None).get(url).status_code == 302


def test_more_instruments_and_accounts_take_no_more_queries(page: Client, new: str, record: Record) -> None:
    record()
    page.get(new)
    few = count_queries(page, new)
    for number in range(20):
        InstrumentFactory()
        record("deposit", amount=Decimal(1), account=f"Account {number}")
    assert count_queries(page, new) == few


def test_a_stranger_can_neither_add_nor_change(charlie: User, new: str, record: Record) -> None:
    entry = record()
    stranger = browse(charlie)
    for url in (new, edit_url(entry)):
        assert stranger.get(url).status_code == 404
        assert stranger.post(url, BUY).status_code == 404
    own = PortfolioFactory(owner=charlie)
    assert stranger.get(reverse("portfolio:transaction_create", args=[own.pk]) + f"?copy={entry.pk}").status_code == 404
    assert Transaction.objects.count() == 1


def test_a_stranger_s_private_instrument_cannot_be_traded(bob: User, page: Client, new: str) -> None:
    InstrumentFactory(symbol="SECRET", owner=bob)
    answer = page.post(new, {**BUY, "symbol": "SECRET"})
    assert answer.context["form"].has_error("symbol", "unknown_symbol")


def test_who_is_not_signed_in_is_led_to_the_sign_in(new: str, record: Record) -> None:
    for url in (new, edit_url(record())):
        assert browse(None).get(url).status_code == 302
        assert browse(None).post(url, BUY).status_code == 302
    assert Transaction.objects.count() == 1


def test_a_form_without_its_token_is_refused(alice: User, new: str) -> None:
    strict = Client(enforce_csrf_checks=True)
    strict.force_login(alice)
    assert strict.post(new, BUY).status_code == 403
    assert not Transaction.objects.exists()


@pytest.fixture
def lots(book: Portfolio, record: Record) -> list[Transaction]:
    """Two purchases in a portfolio whose sales name their lots."""
    book.lot_method = "specific"
    book.save()
    return [record(), record(trade_date=dt.date(2024, 4, 2), price=Decimal(110))]


SELL = {"kind": "sell", "trade_date": "2024-05-06", "symbol": "ACME", "quantity": "6", "price": "120"}


def test_a_sale_offers_the_lots_of_its_account(page: Client, new: str, lots: list[Transaction], record: Record) -> None:
    record(account="Elsewhere")
    text = page.post(new, {**SELL, "account": "Main", "refresh": "1"}).content.decode()
    assert [f'name="lot-{lot.pk}"' in text for lot in lots] == [True, True]
    assert text.count('name="lot-') == 2
    assert page.get(f"{new}?kind=buy&symbol=ACME").content.decode().count('name="lot-') == 0


def test_a_sale_takes_from_the_lots_that_are_chosen(page: Client, new: str, lots: list[Transaction]) -> None:
    first, second = lots
    answer = page.post(new, {**SELL, f"lot-{first.pk}": "2", f"lot-{second.pk}": "4"})
    assert answer.status_code == 302
    sale = Transaction.objects.get(kind="sell")
    assert sale.lots == [{"transaction": str(first.pk), "quantity": "2"}, {"transaction": str(second.pk), "quantity": "4"}]
    shown = page.get(edit_url(sale)).content.decode()
    assert f'name="lot-{second.pk}" value="4"' in shown


def test_a_lot_used_up_by_the_sale_is_still_offered_when_it_is_changed(page: Client, new: str, lots: list[Transaction]) -> None:
    first, second = lots
    page.post(new, {**SELL, "quantity": "10", f"lot-{first.pk}": "10"})
    sale = Transaction.objects.get(kind="sell")
    assert f'name="lot-{first.pk}" value="10"' in page.get(edit_url(sale)).content.decode()
    page.post(edit_url(sale), {**SELL, "quantity": "10", f"lot-{second.pk}": "10"})
    sale.refresh_from_db()
    assert sale.lots == [{"transaction": str(second.pk), "quantity": "10"}]


@pytest.mark.parametrize(
    ("quantities", "message"),
    [
        (("2", "3"), "must add up"),
        (("many", ""), "Write a number like 12.50."),
        (("0", "6"), "more than zero"),
    ],
)
def test_lots_that_do_not_fit_are_refused(page: Client, new: str, lots: list[Transaction], quantities: tuple[str, str], message: str) -> None:
    answer = page.post(new, {**SELL, **{f"lot-{lot.pk}": text for lot, text in zip(lots, quantities, strict=True)}})
    assert answer.status_code == 422
    assert message in answer.context["form"].errors["lots"][0]
    assert message in answer.content.decode()
    assert not Transaction.objects.filter(kind="sell").exists()


def test_more_than_a_lot_has_is_refused(page: Client, new: str, lots: list[Transaction]) -> None:
    answer = page.post(new, {**SELL, "quantity": "11", f"lot-{lots[0].pk}": "11"})
    assert answer.status_code == 422
    assert not Transaction.objects.filter(kind="sell").exists()
