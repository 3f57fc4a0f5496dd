"""How the form shows each kind of entry: which fields, in which order, by which names."""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field

MONEY_EXTRAS = ("fx_rate", "settlement_date", "note", "external_id")
TRADE_FIELDS = ("symbol", "quantity", "price", "fee", "tax", "currency", "account")
TRADE_EXTRAS = ("amount", *MONEY_EXTRAS)
TRADE_LABELS = {"quantity": "Units", "price": "Price per unit", "amount": "Amount before fee and tax"}
CASH_FIELDS = ("amount", "currency", "account")


@dataclass(frozen=True, slots=True)
class KindLayout:
    """One kind of entry on the form. `extras` are behind "More details"; `required` must be filled in."""

    kind: str
    label: str
    group: str
    hint: str
    fields: tuple[str, ...]
    required: frozenset[str]
    extras: tuple[str, ...] = MONEY_EXTRAS
    labels: Mapping[str, str] = field(default_factory=dict)
    helps: Mapping[str, str] = field(default_factory=dict)
    negative_amount: bool = False

    @property
    def names(self) -> tuple[str, ...]:
        """Every field of the kind in the order of the form."""
        return ("trade_date", *self.fields, *self.extras)


def _trade(kind: str, label: str, hint: str) -> KindLayout:
    helps = {"amount": "Only if your broker's figure differs from units × price."}
    return KindLayout(kind, label, "Trade", hint, TRADE_FIELDS, frozenset({"symbol", "quantity"}), TRADE_EXTRAS, TRADE_LABELS, helps)


def _cash(kind: str, label: str, hint: str) -> KindLayout:
    return KindLayout(kind, label, "Cash", hint, CASH_FIELDS, frozenset({"amount"}), ("fee", "tax", *MONEY_EXTRAS))


def _cost(kind: str, label: str, hint: str) -> KindLayout:
    labels = {"symbol": "Instrument it belongs to"}
    helps = {"amount": "A refund is a negative amount.", "symbol": "Leave empty if it belongs to the account as a whole."}
    return KindLayout(kind, label, "Costs", hint, CASH_FIELDS, frozenset({"amount"}), ("symbol", *MONEY_EXTRAS), labels, helps, negative_amount=True)


LAYOUTS: Mapping[str, KindLayout] = {
    layout.kind: layout
    for layout in (
        _trade("buy", "Buy", "Units bought for money."),
        _trade("sell", "Sell", "Units sold for money."),
        _trade("short_sell", "Short sale", "Units sold that you do not hold."),
        _trade("buy_to_cover", "Buy to cover", "Units bought to close a short sale."),
        KindLayout(
            "dividend",
            "Dividend",
            "Income",
            "A payment from something you hold.",
            ("symbol", "amount", "tax", "fee", "currency", "account"),
            frozenset({"symbol", "amount"}),
            labels={"amount": "Gross amount", "tax": "Tax withheld"},
            helps={"amount": "Before tax and fee."},
        ),
        KindLayout(
            "interest",
            "Interest",
            "Income",
            "Interest on cash, or on a bond.",
            ("amount", "tax", "currency", "account"),
            frozenset({"amount"}),
            ("symbol", "fee", *MONEY_EXTRAS),
            labels={"amount": "Gross amount", "tax": "Tax withheld", "symbol": "Instrument it belongs to"},
            helps={"amount": "Before tax and fee. Interest that you paid is a negative amount."},
            negative_amount=True,
        ),
        _cash("deposit", "Deposit", "Money paid into the account."),
        _cash("withdrawal", "Withdrawal", "Money taken out of the account."),
        _cost("fee", "Fee", "A charge of its own, such as a custody fee."),
        _cost("tax", "Tax", "A tax of its own, not withheld from a payment."),
        KindLayout(
            "split",
            "Split",
            "Changes",
            "Each old unit becomes several new ones, or fewer. Cost and value stay the same.",
            ("symbol", "split_new", "split_old"),
            frozenset({"symbol", "split_new", "split_old"}),
            ("note", "external_id"),
            labels={"split_new": "New units", "split_old": "for old units"},
            helps={"split_new": "2 new for 1 old doubles the units; 1 new for 10 old is a reverse split."},
        ),
        KindLayout(
            "transfer_out",
            "Transfer",
            "Changes",
            "Units moved between two of your accounts. They keep their date and cost.",
            ("symbol", "quantity", "account", "counter_account"),
            frozenset({"symbol", "quantity", "account", "counter_account"}),
            ("settlement_date", "note", "external_id"),
            labels={"quantity": "Units", "account": "From account", "counter_account": "To account"},
        ),
        KindLayout(
            "opening_balance",
            "Opening balance",
            "Changes",
            "Units that you held before your records begin, or that came from elsewhere, with what they cost.",
            ("symbol", "quantity", "price", "currency", "account"),
            frozenset({"symbol", "quantity"}),
            ("amount", *MONEY_EXTRAS),
            labels={"quantity": "Units", "price": "Cost per unit", "amount": "Cost altogether"},
            helps={"amount": "Instead of the cost per unit."},
        ),
    )
}
SHORT_KINDS = frozenset({"short_sell", "buy_to_cover"})


def list_layouts(*, allow_short: bool) -> Iterator[KindLayout]:
    """Yield the kinds that can be entered by hand; short trades only where the portfolio allows them."""
    return (layout for layout in LAYOUTS.values() if allow_short or layout.kind not in SHORT_KINDS)
