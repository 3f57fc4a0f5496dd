"""Figures in pages: rounded once, in the reader's locale, coloured by sign; what is unknown is a dash that says why."""

from collections.abc import Callable, Sequence
from decimal import Decimal

from babel import Locale
from django import template
from django.template import Context
from django.utils.html import format_html
from django.utils.safestring import SafeString

from common import formatting
from common.templatetags.ui import find_reader_locale
from portfolio.models import Transaction
from portfolio.selectors.ledger_pages import measure_cash_effect

register = template.Library()

Number = Decimal | float | int

# What the codes of unknown figures mean, for people.
REASONS = {
    "no_price": "No price is known for this day.",
    "missing_price": "No price is known for this day.",
    "no_rate": "An exchange rate is missing.",
    "missing_rate": "An exchange rate is missing.",
    "missing_fx_rate": "An exchange rate is missing.",
    "no_root": "The cash flows have no rate of return that balances them.",
    "no_sign_change": "All cash flows go one way, so there is no rate of return.",
    "too_short": "Only shown for periods of a year or more.",
    "no_transactions": "There are no transactions yet.",
    "empty": "There is nothing to measure in this period.",
}
UNKNOWN = "Not known."
SPARK_WIDTH, SPARK_HEIGHT = 96, 28


def explain(reason: str) -> str:
    """Return the sentence for a reason code; a reason that is already a sentence stays as it is."""
    return REASONS.get(reason) or (reason if " " in reason else UNKNOWN)


def find_tone(value: Number) -> str:
    """Return the class of a figure by its sign."""
    return "gain" if value > 0 else "loss" if value < 0 else ""


def _render(value: Number | None, write: Callable[[], str], *, tone: bool, reason: str, css: str) -> SafeString:
    if value is None:
        return format_html(
            '<span class="unknown" title="{}"><span aria-hidden="true">–</span><span class="visually-hidden">unknown</span></span>', explain(reason)
        )
    classes = " ".join(filter(None, ("figure", find_tone(value) if tone else "", css)))
    return format_html('<span class="{}">{}</span>', classes, write())


@register.simple_tag(takes_context=True)
def money(
    context: Context, value: Decimal | None, currency: str, *, signed: bool = False, tone: bool = False, reason: str = "", css: str = ""
) -> SafeString:
    """Write an amount with its currency, rounded half-even to the currency's exponent."""
    locale = find_reader_locale(context)

    def write() -> str:
        return formatting.format_money(_exact(value), currency, locale=locale, is_signed=signed)

    # The colour is that of the number people see: what rounds to zero is neither gain nor loss.
    shown = None if value is None else formatting.round_money(_exact(value), currency)
    return _render(shown, write, tone=tone, reason=reason, css=css)


@register.simple_tag(takes_context=True)
def hero_money(context: Context, value: Decimal | None, currency: str, *, reason: str = "") -> SafeString:
    """Write the one big amount of a page, its decimals quieter than the rest."""
    if value is None:
        return _render(None, str, tone=False, reason=reason, css="")
    locale = find_reader_locale(context)
    text = formatting.format_money(_exact(value), currency, locale=locale)
    mark = locale.number_symbols["latn"]["decimal"]
    head, separator, tail = text.rpartition(mark)
    if not separator or not tail[:1].isdigit():
        return format_html('<span class="figure">{}</span>', text)
    digits = len(tail) - len(tail.lstrip("0123456789"))
    return format_html('<span class="figure">{}<span class="money-minor">{}{}</span>{}</span>', head, mark, tail[:digits], tail[digits:])


@register.simple_tag(takes_context=True)
def price(context: Context, value: Decimal | None, currency: str, *, reason: str = "", css: str = "") -> SafeString:
    """Write a unit price with as many decimals as it has, within reason."""
    return _render(
        value,
        lambda: formatting.format_price(_exact(value), currency, locale=find_reader_locale(context)),
        tone=False,
        reason=reason or "no_price",
        css=css,
    )


@register.simple_tag(takes_context=True)
def percent(
    context: Context, ratio: Number | None, *, signed: bool = False, tone: bool = False, decimals: int = 2, reason: str = "", css: str = ""
) -> SafeString:
    """Write the ratio 0.1234 as 12.34 %."""
    locale = find_reader_locale(context)

    def write() -> str:
        return formatting.format_percent(_exact(ratio), locale=locale, decimals=decimals, is_signed=signed)

    shown = None if ratio is None else round(_exact(ratio), decimals + 2)
    return _render(shown, write, tone=tone, reason=reason, css=css)


@register.simple_tag(takes_context=True)
def quantity(context: Context, value: Decimal | None, *, reason: str = "") -> SafeString:
    """Write a number of units with all its decimals."""
    return _render(value, lambda: formatting.format_quantity(_exact(value), locale=find_reader_locale(context)), tone=False, reason=reason, css="")


@register.simple_tag
def sparkline(values: Sequence[Number] | None, label: str = "") -> SafeString:
    """Draw closes, oldest first, as a small line coloured by the change from the first to the last."""
    if not values or len(values) < 2:
        return SafeString("")
    numbers = [float(value) for value in values]
    low, high = min(numbers), max(numbers)
    step, height = SPARK_WIDTH / (len(numbers) - 1), SPARK_HEIGHT - 4
    scale = height / (high - low) if high > low else 0
    points = " ".join(f"{index * step:.1f},{2 + height - (number - low) * scale:.1f}" for index, number in enumerate(numbers))
    access = format_html('role="img" aria-label="{}"', label) if label else SafeString('aria-hidden="true"')
    box = f"0 0 {SPARK_WIDTH} {SPARK_HEIGHT}"
    return format_html(
        '<svg class="spark {}" viewBox="{}" preserveAspectRatio="none" {}><polyline points="{}"></polyline></svg>',
        find_tone(numbers[-1] - numbers[0]),
        box,
        access,
        points,
    )


@register.simple_tag
def bar(ratio: Number | None) -> SafeString:
    """Draw a share of the whole as a thin bar; nothing for an unknown or negative one."""
    if ratio is None or ratio <= 0:
        return SafeString("")
    return format_html(
        '<svg class="bar" viewBox="0 0 100 4" preserveAspectRatio="none" aria-hidden="true"><rect width="{}" height="4"></rect></svg>',
        f"{min(float(ratio), 1.0) * 100:.2f}",
    )


@register.filter
def exact(value: Number | None) -> str:
    """Return the number in plain digits for data attributes; nothing for an unknown one."""
    if value is None:
        return ""
    return format(value, "f") if isinstance(value, Decimal) else repr(value)


@register.filter
def negated(value: Decimal | None) -> Decimal | None:
    """Turn costs into what they do to the gain."""
    return None if value is None else -value


@register.filter
def cash_effect(entry: Transaction) -> Decimal | None:
    """Return what an entry brought into the account (+) or took out of it (−), None when no cash moved."""
    return measure_cash_effect(entry)


@register.simple_tag(takes_context=True)
def reader_locale(context: Context) -> str:
    """Return the reader's locale as browsers name it ("de-CH"), for the charts."""
    locale: Locale = find_reader_locale(context)
    return str(locale).replace("_", "-")


def _exact(value: Number | None) -> Decimal:
    if isinstance(value, Decimal):
        return value
    return Decimal(repr(value)) if value is not None else Decimal(0)
