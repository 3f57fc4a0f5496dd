"""Figures in pages."""

from decimal import Decimal
from types import SimpleNamespace

import pytest
from django.template import Context, Template


def render(source: str, *, locale: str = "en", **values: object) -> str:
    request = SimpleNamespace(user=SimpleNamespace(locale=locale, time_zone="UTC"))
    return Template("{% load figures ui %}" + source).render(Context({"request": request, **values}))


def test_an_amount_is_coloured_by_the_number_people_see() -> None:
    source = "{% money value 'EUR' signed=True tone=True %}"
    assert render(source, value=Decimal(5)) == '<span class="figure gain">+€5.00</span>'
    assert render(source, value=Decimal("-5")) == '<span class="figure loss">−€5.00</span>'
    assert render(source, value=Decimal("0.001")) == '<span class="figure">€0.00</span>'
    assert render(source, value=Decimal(5), locale="de") == '<span class="figure gain">+5,00\u00a0€</span>'


@pytest.mark.parametrize(
    "source", ["{% money None 'EUR' %}", "{% percent None %}", "{% quantity None %}", "{% price None 'EUR' %}", "{% hero_money None 'EUR' %}"]
)
def test_the_unknown_is_a_dash_and_never_zero(source: str) -> None:
    text = render(source)
    assert "–" in text
    assert "0" not in text
    assert 'title="' in text


def test_the_reason_is_told_in_words() -> None:
    assert "An exchange rate is missing." in render("{% money None 'EUR' reason='missing_rate' %}")
    assert "The cost is not known." in render("{% money None 'EUR' reason='The cost is not known.' %}")
    assert "some_new_code" not in render("{% money None 'EUR' reason='some_new_code' %}")


def test_the_big_amount_has_quiet_decimals_in_every_locale() -> None:
    assert render("{% hero_money value 'EUR' %}", value=Decimal("1234.5")) == '<span class="figure">€1,234<span class="money-minor">.50</span></span>'
    german = render("{% hero_money value 'EUR' %}", value=Decimal("1234.5"), locale="de")
    assert german == '<span class="figure">1.234<span class="money-minor">,50</span>\u00a0€</span>'
    assert render("{% hero_money value 'JPY' %}", value=Decimal(1234)) == '<span class="figure">¥1,234</span>'


def test_a_share_is_drawn_without_any_inline_style() -> None:
    assert 'width="25.00"' in render("{% bar 0.25 %}")
    assert "style=" not in render("{% bar 0.25 %}{% sparkline values %}", values=[1, 2, 3])
    assert render("{% bar None %}") == ""


@pytest.mark.parametrize(("values", "tone"), [([1, 2, 3], "gain"), ([3, 2, 1], "loss"), ([2, 3, 2], "")])
def test_a_trend_is_coloured_from_first_to_last(values: list[int], tone: str) -> None:
    assert f'class="spark {tone}"' in render("{% sparkline values %}", values=values)


@pytest.mark.parametrize("values", [[], [1], None])
def test_a_trend_needs_two_closes(values: list[int] | None) -> None:
    assert render("{% sparkline values %}", values=values) == ""


def test_a_flat_trend_is_a_line() -> None:
    assert "nan" not in render("{% sparkline values %}", values=[5, 5, 5]).lower()


def test_names_are_escaped() -> None:
    assert "<b>" not in render("{% sparkline values label %}", values=[1, 2], label='"><b>')
    assert "<b>" not in render("{% money None 'EUR' reason=why %}", why="<b> x")


def test_days_and_instants() -> None:
    assert render("{% day None %}") == '<span class="muted">–</span>'
