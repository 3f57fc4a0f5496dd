"""Names and icons of the kinds of entries."""

from decimal import Decimal

from django import template

from portfolio.engine.ledger import read_ratio
from portfolio.forms.kinds import LAYOUTS

register = template.Library()

ICONS = {
    "buy": "plus",
    "sell": "minus",
    "short_sell": "trending-down",
    "buy_to_cover": "undo-2",
    "dividend": "coins",
    "interest": "percent",
    "deposit": "arrow-down-to-line",
    "withdrawal": "arrow-up-from-line",
    "fee": "receipt",
    "tax": "landmark",
    "split": "split",
    "transfer_in": "arrow-left-right",
    "transfer_out": "arrow-left-right",
    "opening_balance": "flag",
}


@register.filter
def split_ratio(told: Decimal) -> str:
    """Return "1 : 3" for what is stored as 0.3333333333."""
    ratio = read_ratio(told)
    return f"{ratio.numerator} : {ratio.denominator}"


@register.filter
def kind_icon(kind: str) -> str:
    """Return the name of the kind's icon; all of them are in frontend/icons.json."""
    return ICONS.get(kind, "circle")


@register.filter
def kind_label(kind: str) -> str:
    """Return what people call the kind."""
    rules = LAYOUTS.get(kind)
    return rules.rules.label if rules else kind.replace("_", " ").capitalize()
