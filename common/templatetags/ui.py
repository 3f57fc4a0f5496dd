"""Template tags of every page: icons, form fields, the query string, days and instants in the user's locale and zone."""

from datetime import date, datetime, tzinfo
from functools import lru_cache
from typing import Any

from babel import Locale
from django import template
from django.forms import BaseForm, BoundField
from django.http import QueryDict
from django.template import Context
from django.templatetags.static import static
from django.utils import timezone
from django.utils.html import format_html
from django.utils.safestring import SafeString

from common import formatting

register = template.Library()


def find_reader_locale(context: Context) -> Locale:
    """Return the locale of the person who looks at the page."""
    user = getattr(context.get("request"), "user", None)
    return formatting.find_locale(getattr(user, "locale", "en"))


def find_reader_zone(context: Context) -> tzinfo:
    """Return the time zone of the person who looks at the page."""
    user = getattr(context.get("request"), "user", None)
    return formatting.find_zone(getattr(user, "time_zone", "UTC"))


@register.simple_tag
@lru_cache(maxsize=500)
def icon(name: str, css: str = "", title: str = "") -> SafeString:
    """Draw an icon of the sprite; decorative unless it has a title. A page has dozens, and all pages the same."""
    label = format_html('role="img" aria-label="{}"', title) if title else SafeString('aria-hidden="true"')
    return format_html('<svg class="icon {}" {}><use href="{}#{}"></use></svg>', css, label, static("dist/icons.svg"), name)


@register.inclusion_tag("_components/field.html")
def field(bound: BoundField, css: str = "") -> dict[str, Any]:
    """Render label, control, help and errors of one form field."""
    return {"field": bound, "css": css, "kind": getattr(bound.field.widget, "input_type", "") or ""}


@register.inclusion_tag("_components/form.html")
def form_fields(form: BaseForm) -> dict[str, Any]:
    """Render the errors of the whole form and all its fields."""
    return {"form": form}


@register.simple_tag(takes_context=True)
def query(context: Context, **changes: Any) -> str:
    """Return the present query string with the changes; None removes a parameter."""
    parameters: QueryDict = context["request"].GET.copy()
    for name, value in changes.items():
        if value is None or value == "":
            parameters.pop(name, None)
        else:
            parameters[name] = str(value)
    return f"?{parameters.urlencode()}" if parameters else "?"


@register.simple_tag(takes_context=True)
def day(context: Context, value: date | None, style: str = "medium") -> SafeString:
    """Write a date; None is a dash. Besides the styles of CLDR there is "brief": no year if it is the present one."""
    if value is None:
        return SafeString('<span class="muted">–</span>')
    locale = find_reader_locale(context)
    if style == "brief":
        text = formatting.format_brief_day(value, this_year=timezone.now().year, locale=locale)
    else:
        text = formatting.format_day(value, locale=locale, style=style)
    return format_html('<time datetime="{}">{}</time>', value.isoformat(), text)


@register.simple_tag(takes_context=True)
def moment(context: Context, value: datetime | None, style: str = "short") -> SafeString:
    """Write an instant in the reader's zone; None is a dash."""
    if value is None:
        return SafeString('<span class="muted">–</span>')
    text = formatting.format_moment(value, locale=find_reader_locale(context), zone=find_reader_zone(context), style=style)
    return format_html('<time datetime="{}">{}</time>', value.isoformat(), text)


@register.simple_tag(takes_context=True)
def ago(context: Context, value: datetime | None) -> SafeString:
    """Write how long ago an instant was, the instant itself as its title."""
    if value is None:
        return SafeString('<span class="muted">–</span>')
    locale = find_reader_locale(context)
    exact = formatting.format_moment(value, locale=locale, zone=find_reader_zone(context))
    age = formatting.format_age(value, now=timezone.now(), locale=locale)
    return format_html('<time datetime="{}" title="{}">{}</time>', value.isoformat(), exact, age)


@register.filter
def undo_address(tags: str | None) -> str:
    """Return the address in the tags "undo:/portfolios/…/restore/" of a message, or nothing."""
    return next((tag.removeprefix("undo:") for tag in (tags or "").split() if tag.startswith("undo:/")), "")
