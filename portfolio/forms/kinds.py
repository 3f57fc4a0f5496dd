"""How the form shows each kind of entry: which of the fields that the rules allow, in which order, by which names."""

from collections.abc import Mapping
from dataclasses import dataclass, field

from portfolio.services.kinds import RULES, KindRules

PAPER_EXTRAS = ("settlement_date", "note", "external_id")
MONEY_EXTRAS = ("fx_rate", *PAPER_EXTRAS)
TRADE_FIELDS = ("symbol", "quantity", "price", "fee", "tax", "currency", "account")
TRADE_EXTRAS = ("amount", *MONEY_EXTRAS)
TRADE_LABELS = {"quantity": "Units", "price": "Price per unit", "amount": "Amount before fee and tax"}
CASH_FIELDS = ("amount", "currency", "account")
# What the form asks for instead of a rule's field: a split's ratio is two numbers to people.
ASKED_AS = {"split_new": "quantity", "split_old": "quantity"}


@dataclass(frozen=True, slots=True)
class KindLayout:
    """One kind of entry on the form. `extras` are behind "More details"; `insists` on fields that the rules leave open."""

    kind: str
    group: str
    hint: str
    fields: tuple[str, ...]
    extras: tuple[str, ...] = MONEY_EXTRAS
    labels: Mapping[str, str] = field(default_factory=dict)
    helps: Mapping[str, str] = field(default_factory=dict)
    insists: frozenset[str] = frozenset()
    name: str = ""
    is_offered: bool = True

    @property
    def rules(self) -> KindRules:
        return RULES[self.kind]

    @property
    def label(self) -> str:
        return self.name or self.rules.label

    @property
    def names(self) -> tuple[str, ...]:
        """Every field of the kind in the order of the form."""
        return ("trade_date", *self.fields, *self.extras)

    def requires(self, name: str) -> bool:
        return name == "trade_date" or name in self.insists or ASKED_AS.get(name, name) in self.rules.needs

    def may_be_negative(self, name: str) -> bool:
        return name in self.rules.signed

    def must_be_positive(self, name: str) -> bool:
        return name == "fx_rate" or ASKED_AS.get(name, name) in self.rules.positive


def _trade(kind: str, hint: str) -> KindLayout:
    helps = {"amount": "Only if your broker's figure differs from units × price."}
    return KindLayout(kind, "Trade", hint, TRADE_FIELDS, TRADE_EXTRAS, TRADE_LABELS, helps)


def _cost(kind: str, hint: str) -> KindLayout:
    labels = {"symbol": "Instrument it belongs to"}
    helps = {"amount": "A refund is a negative amount.", "symbol": "Leave empty if it belongs to the account as a whole."}
    return KindLayout(kind, "Costs", hint, CASH_FIELDS, ("symbol", *MONEY_EXTRAS), labels, helps)


LAYOUTS: Mapping[str, KindLayout] = {
    layout.kind: layout
    for layout in (
        _trade("buy", "Units bought for money."),
        _trade("sell", "Units sold for money."),
        _trade("short_sell", "Units sold that you do not hold."),
        _trade("buy_to_cover", "Units bought to close a short sale."),
        KindLayout(
            "dividend",
            "Income",
            "A payment from something you hold.",
            ("symbol", "amount", "tax", "fee", "currency", "account"),
            ("quantity", "price", *MONEY_EXTRAS),
            labels={"amount": "Gross amount", "tax": "Tax withheld", "price": "Payment per unit"},
            helps={"amount": "Before tax and fee."},
        ),
        KindLayout(
            "interest",
            "Income",
            "Interest on cash, or on a bond.",
            ("amount", "tax", "currency", "account"),
            ("symbol", "fee", *MONEY_EXTRAS),
            {"amount": "Gross amount", "tax": "Tax withheld", "symbol": "Instrument it belongs to"},
            {"amount": "Before tax and fee. Interest that you paid is a negative amount."},
        ),
        KindLayout("deposit", "Cash", "Money paid into the account.", CASH_FIELDS),
        KindLayout("withdrawal", "Cash", "Money taken out of the account.", CASH_FIELDS),
        _cost("fee", "A charge of its own, such as a custody fee."),
        _cost("tax", "A tax of its own, not withheld from a payment."),
        KindLayout(
            "split",
            "Changes",
            "Each old unit becomes several new ones, or fewer. Cost and value stay the same.",
            ("symbol", "split_new", "split_old"),
            PAPER_EXTRAS,
            helps={"split_new": "2 new for 1 old doubles the units; 1 new for 10 old is a reverse split."},
        ),
        KindLayout(
            "transfer_out",
            "Changes",
            "Units moved between two of your accounts. They keep their date and cost.",
            ("symbol", "quantity", "account", "counter_account"),
            PAPER_EXTRAS,
            {"account": "From account", "counter_account": "To account"},
            insists=frozenset({"account", "counter_account"}),
            name="Transfer",
        ),
        # The other leg of a transfer is changed here; a new transfer begins at the account that it leaves.
        KindLayout(
            "transfer_in",
            "Changes",
            "Units moved between two of your accounts. They keep their date and cost.",
            ("symbol", "quantity", "counter_account", "account"),
            PAPER_EXTRAS,
            {"account": "To account", "counter_account": "From account"},
            insists=frozenset({"account", "counter_account"}),
            name="Transfer",
            is_offered=False,
        ),
        KindLayout(
            "opening_balance",
            "Changes",
            "Units that you held before your records begin, or that came from elsewhere, with what they cost.",
            ("symbol", "quantity", "price", "currency", "account"),
            TRADE_EXTRAS,
            {"price": "Cost per unit", "amount": "Cost altogether"},
            {"amount": "Instead of the cost per unit."},
        ),
    )
}
SHORT_KINDS = frozenset({"short_sell", "buy_to_cover"})
TRANSFER_KINDS = frozenset({"transfer_out", "transfer_in"})


def list_layouts(*, allow_short: bool) -> list[KindLayout]:
    """Return the kinds that can be entered by hand; short trades only where the portfolio allows them."""
    return [layout for layout in LAYOUTS.values() if layout.is_offered and (allow_short or layout.kind not in SHORT_KINDS)]
