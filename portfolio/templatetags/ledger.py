"""Names and icons of the kinds of entries."""

from django import template

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
def kind_icon(kind: str) -> str:
    """Return the name of the kind's icon; all of them are in frontend/icons.json."""
    return ICONS.get(kind, "circle")


@register.filter
def kind_label(kind: str) -> str:
    """Return what people call the kind."""
    rules = LAYOUTS.get(kind)
    return rules.rules.label if rules else kind.replace("_", " ").capitalize()
