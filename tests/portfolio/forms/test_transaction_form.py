"""The form of a transaction: fields by kind, what it makes of them."""

import datetime as dt
from decimal import Decimal
from typing import Any

import pytest

from common.errors import InvalidInputError
from portfolio.forms.kinds import ASKED_AS, LAYOUTS, list_layouts
from portfolio.forms.transactions import TransactionForm, keep_values, read_values
from portfolio.models import Portfolio, Transaction
from portfolio.services.kinds import COMMON_FIELDS, RULES
from portfolio.templatetags.ledger import ICONS
from tests.factories_portfolio import AccountFactory, InstrumentFactory, TransactionFactory

PORTFOLIO = Portfolio(name="Savings", base_currency="EUR")


def make_form(kind: str, entry: Transaction | None = None, **data: str) -> TransactionForm:
    values = {"trade_date": "2026-03-02", **data}
    return TransactionForm(values, layout=LAYOUTS[kind], portfolio=PORTFOLIO, entry=entry)


def read_errors(form: TransactionForm) -> dict[str, str]:
    form.is_valid()
    return {name: found[0].code or "" for name, found in form.errors.as_data().items()}


def test_every_kind_that_can_be_recorded_has_a_form_and_an_icon() -> None:
    assert set(LAYOUTS) == {str(kind) for kind in RULES}
    assert set(ICONS) == set(LAYOUTS)


@pytest.mark.parametrize("kind", sorted(LAYOUTS))
def test_a_form_asks_only_for_what_the_rules_take(kind: str) -> None:
    layout = LAYOUTS[kind]
    asked = {ASKED_AS.get(name, name) for name in layout.names}
    assert asked - RULES[kind].fields - COMMON_FIELDS == set()
    assert set(RULES[kind].needs) <= asked


def test_short_trades_are_offered_only_where_they_are_allowed() -> None:
    assert "short_sell" not in {layout.kind for layout in list_layouts(allow_short=False)}
    assert "short_sell" in {layout.kind for layout in list_layouts(allow_short=True)}


def test_a_purchase_becomes_a_draft() -> None:
    form = make_form("buy", symbol="ACME", quantity="10", price="12,50", fee="4.95", note="first")
    assert form.is_valid(), form.errors
    draft = form.draft()
    assert (draft.kind, draft.trade_date, draft.symbol) == ("buy", dt.date(2026, 3, 2), "ACME")
    assert (draft.quantity, draft.price, draft.fee, draft.tax) == (Decimal(10), Decimal("12.5"), Decimal("4.95"), Decimal(0))
    assert (draft.currency, draft.account, draft.amount, draft.note) == (None, None, None, "first")


@pytest.mark.parametrize(
    ("kind", "data", "errors"),
    [
        ("buy", {}, {"symbol": "required", "quantity": "required"}),
        ("buy", {"symbol": "ACME", "quantity": "1"}, {"price": "required"}),
        ("buy", {"symbol": "ACME", "quantity": "0", "price": "1"}, {"quantity": "zero"}),
        ("buy", {"symbol": "ACME", "quantity": "-1", "price": "1"}, {"quantity": "negative"}),
        ("buy", {"symbol": "ACME", "quantity": "1", "price": "NaN"}, {"price": "invalid"}),
        ("buy", {"symbol": "ACME", "quantity": "1", "price": "1", "currency": "QQQ"}, {"currency": "unknown"}),
        ("deposit", {}, {"amount": "required"}),
        ("deposit", {"amount": "-5"}, {"amount": "negative"}),
        ("transfer_out", {"symbol": "ACME", "quantity": "1"}, {"account": "required", "counter_account": "required"}),
        ("split", {"symbol": "ACME", "split_new": "1", "split_old": "1234567"}, {"split_new": "inexact"}),
        ("split", {"symbol": "ACME"}, {"split_new": "required", "split_old": "required"}),
        ("buy", {"trade_date": "0000-01-01", "symbol": "ACME", "quantity": "1", "price": "1"}, {"trade_date": "invalid"}),
    ],
)
def test_a_wrong_field_is_named(kind: str, data: dict[str, str], errors: dict[str, str]) -> None:
    assert read_errors(make_form(kind, **data)) == errors


@pytest.mark.parametrize(("new", "old", "ratio"), [("2", "1", "2"), ("1", "10", "0.1"), ("3", "2", "1.5"), ("1", "8", "0.125")])
def test_a_split_is_the_ratio_of_two_numbers(new: str, old: str, ratio: str) -> None:
    form = make_form("split", symbol="ACME", split_new=new, split_old=old)
    assert form.is_valid(), form.errors
    assert form.draft().quantity == Decimal(ratio)


def test_a_fee_may_be_a_refund() -> None:
    form = make_form("fee", amount="-5")
    assert form.is_valid(), form.errors
    assert form.draft().amount == Decimal(-5)


def test_an_amount_stands_in_for_the_price() -> None:
    form = make_form("buy", symbol="ACME", quantity="3", amount="100")
    assert form.is_valid(), form.errors
    assert (form.draft().price, form.draft().amount) == (None, Decimal(100))
    assert form.has_filled_extras


def test_what_a_service_refuses_stands_beside_its_field() -> None:
    form = make_form("buy", symbol="ACME", quantity="1", price="1")
    assert form.is_valid()
    problems = [{"field": "symbol", "code": "unknown_symbol", "message": "symbol: there is no instrument 'ACME'; create it first."}]
    form.add_service_error(InvalidInputError(problems[0]["message"], code="unknown_symbol", field="symbol", problems=problems))
    assert form.errors["symbol"] == ["There is no instrument 'ACME'; create it first."]
    assert form.offers_creation


def test_what_belongs_to_no_field_stands_above_the_form() -> None:
    form = make_form("deposit", amount="1")
    assert form.is_valid()
    form.add_service_error(InvalidInputError("Not today.", field="kind"))
    assert form.non_field_errors() == ["Not today."]


@pytest.mark.django_db
def test_changing_an_entry_keeps_what_the_form_does_not_show() -> None:
    entry = TransactionFactory(kind="transfer_out", counter_account=None, price=Decimal(7), fx_rate=Decimal("1.25"))
    values: dict[str, Any] = {name: str(value) for name, value in read_values(entry).items() if value not in (None, "")}
    form = TransactionForm({**values, "quantity": "4"}, layout=LAYOUTS["transfer_out"], portfolio=entry.portfolio, entry=entry)
    assert form.is_valid(), form.errors
    assert "counter_account" not in form.fields
    draft = form.draft()
    assert (draft.quantity, draft.price, draft.fx_rate) == (Decimal(4), Decimal(7), Decimal("1.25"))


@pytest.mark.django_db
def test_an_entry_is_shown_as_it_was_written() -> None:
    portfolio = TransactionFactory().portfolio
    entry = TransactionFactory(
        portfolio=portfolio,
        account=AccountFactory(portfolio=portfolio, name="Broker"),
        instrument=InstrumentFactory(symbol="ACME"),
        quantity=Decimal("10.5000000000"),
        fee=Decimal("4.95000000"),
    )
    form = TransactionForm(initial=read_values(entry), layout=LAYOUTS["buy"], portfolio=portfolio, entry=entry)
    shown = {name: form[name].value() for name in ("symbol", "quantity", "price", "fee", "tax", "account")}
    assert shown == {"symbol": "ACME", "quantity": "10.5", "price": "100", "fee": "4.95", "tax": None, "account": "Broker"}


def test_changing_the_kind_keeps_what_was_typed() -> None:
    typed = {"symbol": "ACME", "quantity": "10", "price": "", "note": "hello", "csrfmiddlewaretoken": "x"}
    assert keep_values(typed, LAYOUTS["sell"]) == {"symbol": "ACME", "quantity": "10", "note": "hello"}


def test_changing_the_kind_leaves_no_hidden_units() -> None:
    assert keep_values({"symbol": "ACME", "quantity": "10", "price": "5"}, LAYOUTS["dividend"]) == {"symbol": "ACME"}
