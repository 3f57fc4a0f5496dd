"""Which fields each kind of entry needs, takes and forbids: the one place, for forms, API and importers alike."""

import datetime as dt
from collections.abc import Iterator
from dataclasses import dataclass
from decimal import Decimal

from common.currencies import MINOR_UNITS, list_known_currencies
from common.decimals import fits_column, format_decimal
from common.text import has_unwanted
from portfolio.importers.drafts import ZERO, Problem, TransactionDraft
from portfolio.models import Transaction

Kind = Transaction.Kind
FIRST_DATE = dt.date(1900, 1, 1)
MATCH_SHARE = Decimal("0.01")
HUNDREDTH = Decimal("0.01")

# numeric(digits, decimals) of the columns.
COLUMNS = {
    "quantity": (28, 10),
    "price": (28, 10),
    "amount": (28, 8),
    "fee": (28, 8),
    "tax": (28, 8),
    "fx_rate": (28, 12),
}
TEXTS = {"note": 500, "external_id": 100, "account": 100, "counter_account": 100, "symbol": 40}


@dataclass(frozen=True, slots=True)
class KindRules:
    """`needs` must be given, `takes` may be, every other field must be empty. `priced` asks for a price or an amount."""

    label: str
    needs: tuple[str, ...]
    takes: tuple[str, ...]
    priced: bool = False
    positive: tuple[str, ...] = ("quantity",)
    signed: tuple[str, ...] = ("fee", "tax")

    @property
    def fields(self) -> frozenset[str]:
        return frozenset(self.needs) | frozenset(self.takes)

    @property
    def has_symbol(self) -> bool:
        return "symbol" in self.fields


_MONEY = ("currency", "fx_rate")
_TRADE = KindRules("", ("symbol", "quantity"), ("price", "amount", "fee", "tax", *_MONEY), priced=True)


def _trade(label: str, *more: str) -> KindRules:
    return KindRules(label, _TRADE.needs, (*_TRADE.takes, *more), priced=True)


RULES: dict[str, KindRules] = {
    Kind.BUY: _trade("Buy"),
    Kind.SELL: _trade("Sell", "lots"),
    Kind.SHORT_SELL: _trade("Short sell"),
    Kind.BUY_TO_COVER: _trade("Buy to cover"),
    Kind.OPENING_BALANCE: _trade("Opening balance"),
    Kind.DIVIDEND: KindRules("Dividend", ("symbol", "amount"), ("quantity", "price", "fee", "tax", *_MONEY), signed=("fee", "tax", "amount")),
    Kind.INTEREST: KindRules("Interest", ("amount",), ("symbol", "fee", "tax", *_MONEY), signed=("fee", "tax", "amount")),
    Kind.FEE: KindRules("Fee", ("amount",), ("symbol", *_MONEY), signed=("amount",)),
    Kind.TAX: KindRules("Tax", ("amount",), ("symbol", *_MONEY), signed=("amount",)),
    Kind.DEPOSIT: KindRules("Deposit", ("amount",), _MONEY, positive=("amount",)),
    Kind.WITHDRAWAL: KindRules("Withdrawal", ("amount",), _MONEY, positive=("amount",)),
    Kind.TRANSFER_IN: KindRules("Transfer in", ("symbol", "quantity"), ("price", "amount", "counter_account", *_MONEY)),
    Kind.TRANSFER_OUT: KindRules("Transfer out", ("symbol", "quantity"), ("price", "amount", "counter_account", "lots", *_MONEY)),
    # A split moves no money; the currency is only that of its row.
    Kind.SPLIT: KindRules("Split", ("symbol", "quantity"), ("currency",)),
}
# Every kind takes these.
COMMON_FIELDS = frozenset({"kind", "trade_date", "settlement_date", "account", "note", "external_id"})


def list_kind_choices() -> list[tuple[str, str]]:
    """Return (kind, label) of the kinds that can be recorded."""
    return [(str(kind), rules.label) for kind, rules in RULES.items()]


def complete_draft(draft: TransactionDraft) -> Decimal | None:
    """Return the amount to store: the given one, for a dividend also quantity × price."""
    if draft.amount is None and draft.kind == Kind.DIVIDEND and draft.quantity is not None and draft.price is not None:
        return draft.quantity * draft.price
    return draft.amount


def check_draft(draft: TransactionDraft, *, latest: dt.date, line: int = 0) -> list[Problem]:
    """Return what is wrong with the entry by itself; `latest` is the last day that may be booked. Looks at no other row."""
    rules = RULES.get(draft.kind)
    if rules is None:
        return [Problem(line, "kind", "unknown_kind", f"{draft.kind[:40]!r} is none of the kinds {', '.join(RULES)}.")]
    found = [*_numbers(draft), *_dates(draft, latest), *_texts(draft), *_codes(draft)]
    if not found:
        found = [*_presence(draft, rules), *_signs(draft, rules), *_relations(draft, rules)]
    return [Problem(line, field, code, message) for field, code, message in found]


Finding = tuple[str, str, str]


def _numbers(draft: TransactionDraft) -> Iterator[Finding]:
    for field, (digits, decimals) in COLUMNS.items():
        value: Decimal | None = getattr(draft, field)
        if not value:
            continue
        if not value.is_finite():
            yield field, "not_a_number", f"{field}: must be a plain number."
        elif not fits_column(value, digits=digits, decimals=decimals):
            yield field, "too_many_digits", f"{field}: at most {digits - decimals} digits before the point and {decimals} after it can be stored."


def _dates(draft: TransactionDraft, latest: dt.date) -> Iterator[Finding]:
    if draft.trade_date < FIRST_DATE:
        yield "trade_date", "date_too_early", f"trade_date: {draft.trade_date.isoformat()} is before 1900-01-01."
    elif draft.trade_date > latest:
        yield "trade_date", "date_in_future", f"trade_date: {draft.trade_date.isoformat()} is in the future."
    if draft.settlement_date is not None and not draft.trade_date <= draft.settlement_date <= latest + dt.timedelta(days=366):
        yield "settlement_date", "settles_before_trade", "settlement_date: must be on or soon after the trade date."


def _texts(draft: TransactionDraft) -> Iterator[Finding]:
    for field, longest in TEXTS.items():
        text: str | None = getattr(draft, field)
        if not text:
            continue
        if len(text) > longest:
            yield field, "too_long", f"{field}: longer than {longest} characters."
        elif not text.isprintable() and has_unwanted(text, several_lines=field == "note"):
            yield field, "bad_characters", f"{field}: contains characters that cannot be stored."


def _codes(draft: TransactionDraft) -> Iterator[Finding]:
    if draft.currency is not None and draft.currency not in list_known_currencies():
        yield "currency", "unknown_currency", f"currency: {draft.currency[:20]!r} is not an ISO 4217 currency code."


def _presence(draft: TransactionDraft, rules: KindRules) -> Iterator[Finding]:
    allowed = rules.fields
    values = {name: getattr(draft, name) for name in (*COLUMNS, "symbol", "currency", "counter_account", "lots")}
    values["amount"] = complete_draft(draft)
    for name in rules.needs:
        if values[name] is None or values[name] == "":
            yield name, "required", f"{name}: a {rules.label.lower()} needs one."
    for name, value in values.items():
        if value and name not in allowed:
            yield name, "unexpected_field", f"{name}: a {rules.label.lower()} has none; leave it empty."
    if rules.priced and draft.price is None and draft.amount is None:
        yield "price", "required", "price: give the price of one unit or the gross amount."


def _signs(draft: TransactionDraft, rules: KindRules) -> Iterator[Finding]:
    for name in COLUMNS:
        value: Decimal | None = getattr(draft, name)
        if value is None:
            continue
        if name in rules.positive and value <= 0:
            yield name, "not_positive", f"{name}: must be greater than zero."
        elif value < 0 and name not in rules.signed:
            yield name, "negative", f"{name}: may not be negative; the kind says which way it goes."
    if draft.fx_rate is not None and draft.fx_rate <= 0:
        yield "fx_rate", "not_positive", "fx_rate: must be greater than zero."


def _relations(draft: TransactionDraft, rules: KindRules) -> Iterator[Finding]:
    if None not in (draft.quantity, draft.price, draft.amount) and not amounts_agree(draft):
        told = format_decimal((draft.quantity or ZERO) * (draft.price or ZERO))
        yield "amount", "amount_mismatch", f"amount: {format_decimal(draft.amount or Decimal(0))} is not quantity × price, which is {told}."
    if draft.counter_account and draft.counter_account == draft.account:
        yield "counter_account", "same_account", "counter_account: a transfer needs two different accounts."
    if draft.lots:
        yield from _lot_findings(draft)
    amount = complete_draft(draft)
    if amount is not draft.amount and amount is not None and not fits_column(amount, digits=28, decimals=8):
        yield "amount", "required", "amount: quantity × price has too many digits; give the amount."


def _lot_findings(draft: TransactionDraft) -> Iterator[Finding]:
    lots = draft.lots or ()
    if any(not choice.quantity.is_finite() or choice.quantity <= 0 for choice in lots):
        yield "lots", "not_positive", "lots: every quantity must be greater than zero."
    elif sum(choice.quantity for choice in lots) != draft.quantity:
        yield "lots", "lots_mismatch", "lots: their quantities must add up to the quantity of the entry."
    if len({choice.transaction for choice in lots}) != len(lots):
        yield "lots", "lot_twice", "lots: each acquisition may be named once."


def amounts_agree(draft: TransactionDraft) -> bool:
    """Tell whether amount is quantity × price within 1 % or a hundredth per unit: brokers print rounded prices."""
    quantity, price, amount = draft.quantity, draft.price, draft.amount
    if quantity is None or price is None or amount is None:
        return True
    difference = abs(abs(amount) - abs(quantity * price))
    return difference <= abs(amount) * MATCH_SHARE or difference <= abs(quantity) * HUNDREDTH


def check_rate(*, currency: str, base_currency: str, fx_rate: Decimal | None) -> str:
    """Return what is wrong with a rate between a currency and itself, or nothing."""
    if fx_rate is None or MINOR_UNITS.get(currency, currency) != MINOR_UNITS.get(base_currency, base_currency):
        return ""
    expected = Decimal(1)
    if currency in MINOR_UNITS and base_currency not in MINOR_UNITS:
        expected = HUNDREDTH
    return "" if fx_rate == expected else f"fx_rate: 1 {currency} is {format_decimal(expected)} {base_currency}."
