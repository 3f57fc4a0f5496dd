"""Recording, changing, removing and restoring entries of a ledger."""

import datetime as dt
from dataclasses import replace
from decimal import Decimal
from typing import Any

import pytest

from accounts.models import User
from common.errors import ConflictError, InvalidInputError, NotFoundError, PreconditionError
from portfolio.importers.drafts import LotChoice, TransactionDraft
from portfolio.models import Instrument, Portfolio, Transaction
from portfolio.services.portfolios import update_portfolio
from portfolio.services.transactions import delete_transaction, draft_of, record_transaction, restore_transaction, update_transaction
from portfolio.signals import ledger_changed
from tests.factories_portfolio import InstrumentFactory, PortfolioFactory

DAY = dt.date(2024, 3, 1)


@pytest.fixture
def acme(alice: User) -> Instrument:
    return InstrumentFactory(symbol="ACME")


@pytest.fixture
def book(alice: User, acme: Instrument) -> Portfolio:
    return PortfolioFactory(owner=alice)


def draft(kind: str = "buy", **values: Any) -> TransactionDraft:
    facts: dict[str, Any] = {"kind": kind, "trade_date": DAY, "symbol": "ACME", "quantity": Decimal(10), "price": Decimal(100)}
    return TransactionDraft(**(facts | values))


def record(book: Portfolio, kind: str = "buy", **values: Any) -> Transaction:
    return record_transaction(actor=book.owner, portfolio=book, draft=draft(kind, **values))


def cash(kind: str, amount: str, **values: Any) -> TransactionDraft:
    return TransactionDraft(kind=kind, trade_date=DAY, amount=Decimal(amount), **values)


def test_an_entry_is_stored_as_it_was_given(book: Portfolio) -> None:
    row = record(book, quantity=Decimal("0.1234567891"), price=Decimal("123456789.0123456789"), fee=Decimal("1.50"), note="first", external_id="X1")
    stored = Transaction.objects.get(pk=row.pk)
    assert (stored.quantity, stored.price, stored.fee) == (Decimal("0.1234567891"), Decimal("123456789.0123456789"), Decimal("1.5"))
    assert (stored.currency, stored.account.name, stored.note, stored.external_id) == ("EUR", "Main", "first", "X1")


def test_every_change_raises_the_revision_and_is_told_after_the_commit(book: Portfolio, django_capture_on_commit_callbacks: Any) -> None:
    heard = []
    ledger_changed.connect(lambda **news: heard.append(news["portfolio"].pk), weak=False, dispatch_uid="test")
    try:
        with django_capture_on_commit_callbacks(execute=True):
            row = record(book)
            assert heard == []
        delete_transaction(actor=book.owner, transaction=row)
    finally:
        ledger_changed.disconnect(dispatch_uid="test")
    assert heard == [book.pk]
    book.refresh_from_db()
    assert book.revision == 3


@pytest.mark.parametrize(
    ("values", "code", "field"),
    [
        ({"quantity": Decimal("NaN")}, "not_a_number", "quantity"),
        ({"price": Decimal("Infinity")}, "not_a_number", "price"),
        ({"quantity": Decimal("1E+400")}, "too_many_digits", "quantity"),
        ({"price": Decimal("1" * 40)}, "too_many_digits", "price"),
        ({"quantity": Decimal("0.12345678901")}, "too_many_digits", "quantity"),
        ({"quantity": Decimal(0)}, "not_positive", "quantity"),
        ({"quantity": Decimal(-1)}, "not_positive", "quantity"),
        ({"price": Decimal(-1)}, "negative", "price"),
        ({"price": None}, "required", "price"),
        ({"quantity": None}, "required", "quantity"),
        ({"symbol": None}, "required", "symbol"),
        ({"symbol": "NOPE"}, "unknown_symbol", "symbol"),
        ({"currency": "XYZ"}, "unknown_currency", "currency"),
        ({"currency": "eur"}, "unknown_currency", "currency"),
        ({"amount": Decimal(2000)}, "amount_mismatch", "amount"),
        ({"trade_date": dt.date(1, 1, 1)}, "date_too_early", "trade_date"),
        ({"trade_date": dt.date.today() + dt.timedelta(days=3)}, "date_in_future", "trade_date"),  # noqa: DTZ011 three days leave room for any zone
        ({"settlement_date": dt.date(2024, 2, 1)}, "settles_before_trade", "settlement_date"),
        ({"fx_rate": Decimal(2)}, "fx_rate_mismatch", "fx_rate"),
        ({"fx_rate": Decimal(0), "currency": "USD"}, "not_positive", "fx_rate"),
        ({"note": "x" * 501}, "too_long", "note"),
        ({"note": "a\x00b"}, "bad_characters", "note"),
        ({"note": "a\ud800b"}, "bad_characters", "note"),
        ({"account": "a\nb"}, "bad_characters", "account"),
        ({"lots": (LotChoice("x", Decimal(1)),)}, "unexpected_field", "lots"),
        ({"counter_account": "Other"}, "unexpected_field", "counter_account"),
        ({"kind": "gift"}, "unknown_kind", "kind"),
    ],
)
def test_what_is_wrong_is_refused_by_name_and_nothing_is_stored(book: Portfolio, values: dict[str, Any], code: str, field: str) -> None:
    with pytest.raises(InvalidInputError) as refusal:
        record_transaction(actor=book.owner, portfolio=book, draft=replace(draft(), **values))
    assert (refusal.value.code, refusal.value.detail["field"]) == (code, field)
    assert refusal.value.message.startswith(field) or field == "kind"
    assert not Transaction.objects.exists()


@pytest.mark.parametrize(
    ("entry", "code"),
    [
        (cash("deposit", "0"), "not_positive"),
        (cash("deposit", "-5"), "not_positive"),
        (cash("deposit", "5", symbol="ACME"), "unexpected_field"),
        (cash("deposit", "5", fee=Decimal(1)), "unexpected_field"),
        (cash("fee", "5", quantity=Decimal(1)), "unexpected_field"),
        (cash("dividend", "5"), "required"),
        (TransactionDraft(kind="interest", trade_date=DAY), "required"),
        (TransactionDraft(kind="split", trade_date=DAY, symbol="ACME", quantity=Decimal(2), price=Decimal(1)), "unexpected_field"),
        (cash("withdrawal", "1" * 21), "too_many_digits"),
    ],
)
def test_each_kind_takes_its_own_fields_only(book: Portfolio, entry: TransactionDraft, code: str) -> None:
    with pytest.raises(InvalidInputError) as refusal:
        record_transaction(actor=book.owner, portfolio=book, draft=entry)
    assert refusal.value.code == code


@pytest.mark.parametrize(
    "entry", [cash("fee", "-5"), cash("tax", "-0.01"), cash("interest", "3.21"), cash("deposit", "100"), cash("fee", "5", symbol="ACME")]
)
def test_cash_entries_and_refunds_are_recorded(book: Portfolio, entry: TransactionDraft) -> None:
    row = record_transaction(actor=book.owner, portfolio=book, draft=entry)
    assert (row.amount, row.currency) == (entry.amount, "EUR")


def test_the_amount_of_a_dividend_follows_from_units_and_payment_per_unit(book: Portfolio) -> None:
    record(book)
    row = record(book, "dividend", quantity=Decimal(10), price=Decimal("0.25"))
    assert row.amount == Decimal("2.5")


def test_more_than_is_held_cannot_be_sold(book: Portfolio) -> None:
    record(book)
    with pytest.raises(ConflictError) as refusal:
        record(book, "sell", quantity=Decimal(11), trade_date=dt.date(2024, 3, 2))
    assert refusal.value.code == "oversold"
    assert refusal.value.detail == {"symbol": "ACME", "date": "2024-03-02", "held": "10", "asked": "11"}
    assert "2024-03-02" in refusal.value.message
    assert Transaction.objects.count() == 1


def test_a_back_dated_sale_is_checked_against_what_comes_after(book: Portfolio) -> None:
    record(book)
    record(book, "sell", trade_date=dt.date(2024, 6, 1))
    with pytest.raises(ConflictError) as refusal:
        record(book, "sell", quantity=Decimal(1), trade_date=dt.date(2024, 4, 1))
    assert (refusal.value.code, refusal.value.detail["date"]) == ("oversold", "2024-06-01")


def test_what_later_entries_need_cannot_be_deleted_or_made_smaller(book: Portfolio) -> None:
    bought = record(book)
    record(book, "sell", trade_date=dt.date(2024, 6, 1))
    with pytest.raises(ConflictError):
        delete_transaction(actor=book.owner, transaction=bought)
    with pytest.raises(ConflictError):
        update_transaction(actor=book.owner, transaction=bought, draft=draft(quantity=Decimal(9)))
    bought.refresh_from_db()
    assert bought.quantity == 10


def test_a_portfolio_that_allows_it_may_sell_short(book: Portfolio) -> None:
    update_portfolio(actor=book.owner, portfolio=book, allow_short=True)
    assert record(book, "sell").kind == "sell"


def test_settings_that_the_history_contradicts_are_refused(book: Portfolio) -> None:
    update_portfolio(actor=book.owner, portfolio=book, allow_short=True)
    record(book, "sell")
    with pytest.raises(ConflictError) as refusal:
        update_portfolio(actor=book.owner, portfolio=book, allow_short=False)
    assert refusal.value.code == "oversold"
    book.refresh_from_db()
    assert book.allow_short


def test_an_update_replaces_the_entry_and_keeps_its_place(book: Portfolio) -> None:
    row = record(book, note="old", fee=Decimal(1))
    changed = update_transaction(actor=book.owner, transaction=row, draft=draft(quantity=Decimal(7), note="new"))
    assert (changed.pk, changed.sequence, changed.quantity, changed.note, changed.fee) == (row.pk, row.sequence, 7, "new", 0)


def test_an_update_of_an_older_version_is_refused(book: Portfolio) -> None:
    row = record(book)
    seen = row.version
    update_transaction(actor=book.owner, transaction=row, draft=draft(note="faster"), expected_version=seen)
    with pytest.raises(PreconditionError):
        update_transaction(actor=book.owner, transaction=row, draft=draft(note="slower"), expected_version=seen)
    assert Transaction.objects.get(pk=row.pk).note == "faster"


def test_a_number_of_the_broker_is_taken_once(book: Portfolio) -> None:
    record(book, external_id="A1")
    with pytest.raises(ConflictError) as refusal:
        record(book, external_id="A1")
    assert refusal.value.code == "duplicate_external_id"


def test_a_deleted_entry_comes_back_with_its_id_and_place(book: Portfolio) -> None:
    first = record(book, note="a", fee=Decimal("0.5"), external_id="N1", settlement_date=dt.date(2024, 3, 3))
    before = draft_of(first)
    snapshot = delete_transaction(actor=book.owner, transaction=first)
    record(book)
    back = restore_transaction(actor=book.owner, portfolio=book, snapshot=snapshot)
    assert (back.pk, back.sequence, draft_of(back)) == (first.pk, first.sequence, before)
    with pytest.raises(ConflictError) as refusal:
        restore_transaction(actor=book.owner, portfolio=book, snapshot=snapshot)
    assert refusal.value.code == "already_restored"


@pytest.mark.parametrize("snapshot", [{}, {"rows": []}, {"rows": [{}]}, {"rows": [{"id": 1}]}, {"rows": "x"}])
def test_what_is_no_snapshot_restores_nothing(book: Portfolio, snapshot: dict[str, Any]) -> None:
    with pytest.raises(InvalidInputError):
        restore_transaction(actor=book.owner, portfolio=book, snapshot=snapshot)


def test_a_snapshot_that_was_tampered_with_is_checked_like_any_input(book: Portfolio) -> None:
    snapshot = delete_transaction(actor=book.owner, transaction=record(book))
    snapshot["rows"][0]["quantity"] = "-5"
    with pytest.raises(InvalidInputError):
        restore_transaction(actor=book.owner, portfolio=book, snapshot=snapshot)


def move(book: Portfolio, quantity: str = "4", **values: Any) -> Transaction:
    entry = TransactionDraft(kind="transfer_out", trade_date=DAY, symbol="ACME", quantity=Decimal(quantity), counter_account="Wallet", **values)
    return record_transaction(actor=book.owner, portfolio=book, draft=entry)


def test_a_transfer_between_accounts_is_two_entries_that_live_together(book: Portfolio) -> None:
    record(book)
    out = move(book)
    rows = list(Transaction.objects.filter(kind__startswith="transfer").order_by("sequence"))
    assert [(row.kind, row.account.name, row.counter_account.name, row.quantity) for row in rows if row.counter_account] == [
        ("transfer_out", "Main", "Wallet", 4),
        ("transfer_in", "Wallet", "Main", 4),
    ]
    update_transaction(actor=book.owner, transaction=rows[1], draft=replace(draft_of(rows[1]), quantity=Decimal(3)))
    assert set(Transaction.objects.filter(kind__startswith="transfer").values_list("quantity", flat=True)) == {Decimal(3)}
    snapshot = delete_transaction(actor=book.owner, transaction=rows[1])
    assert Transaction.objects.count() == 1
    restore_transaction(actor=book.owner, portfolio=book, snapshot=snapshot)
    assert set(Transaction.objects.values_list("pk", flat=True)) >= {out.pk, rows[1].pk}


def test_a_transfer_needs_the_units_in_its_account(book: Portfolio) -> None:
    record(book)
    with pytest.raises(ConflictError) as refusal:
        move(book, "11")
    assert refusal.value.code == "oversold"
    assert Transaction.objects.count() == 1


def test_a_transfer_stays_a_transfer(book: Portfolio) -> None:
    record(book)
    out = move(book)
    with pytest.raises(ConflictError) as refusal:
        update_transaction(actor=book.owner, transaction=out, draft=draft("sell", quantity=Decimal(1)))
    assert refusal.value.code == "transfer_pair"


def test_a_sale_may_name_its_lots(book: Portfolio) -> None:
    update_portfolio(actor=book.owner, portfolio=book, lot_method="specific")
    first, _ = record(book), record(book)
    sold = record(book, "sell", quantity=Decimal(5), trade_date=dt.date(2024, 4, 1), lots=(LotChoice(str(first.pk), Decimal(5)),))
    assert sold.lots == [{"transaction": str(first.pk), "quantity": "5"}]
    with pytest.raises(InvalidInputError) as refusal:
        record(book, "sell", quantity=Decimal(1), trade_date=dt.date(2024, 4, 1), lots=(LotChoice("nonsense", Decimal(1)),))
    assert refusal.value.code == "lot_not_found"
    with pytest.raises(ConflictError):
        delete_transaction(actor=book.owner, transaction=first)


def test_a_stranger_finds_no_portfolio_to_write_in(book: Portfolio, charlie: User) -> None:
    row = record(book)
    for act in (
        lambda: record_transaction(actor=charlie, portfolio=book, draft=draft()),
        lambda: update_transaction(actor=charlie, transaction=row, draft=draft()),
        lambda: delete_transaction(actor=charlie, transaction=row),
    ):
        with pytest.raises(NotFoundError):
            act()
    assert Transaction.objects.count() == 1


def test_another_users_private_instrument_is_unknown(book: Portfolio, charlie: User) -> None:
    InstrumentFactory(symbol="SECRET", owner=charlie)
    with pytest.raises(InvalidInputError) as refusal:
        record(book, symbol="SECRET")
    assert refusal.value.code == "unknown_symbol"


def test_the_own_instrument_goes_before_the_shared_one(book: Portfolio) -> None:
    own = InstrumentFactory(symbol="ACME", owner=book.owner, currency="USD")
    assert record(book).instrument == own
