"""Who sees percentages only finds no amount anywhere."""

import dataclasses
import datetime as dt
import json
from typing import Any

import pytest

from accounts.models import User
from portfolio.engine import reports
from portfolio.models import Portfolio
from portfolio.selectors.access import get_portfolio
from portfolio.selectors.figures import measure_holdings, measure_performance
from portfolio.selectors.percentages import SAFE, conceal
from portfolio.services.sharing import change_grant
from tests.portfolio.sharing.conftest import SECRETS, Grant, browse, call

DAY = dt.date(2024, 3, 1)
FIGURES = ["holdings?as_of=2024-03-01", "performance?to=2024-03-01", "allocation?as_of=2024-03-01", "allocation?as_of=2024-03-01&by=kind"]
REFUSED = ["transactions", "lots", "export", "export?format=json", "imports", "accounts", "allocation?by=account"]


def assert_no_amounts(text: str) -> None:
    assert [secret for secret in SECRETS if secret in text] == []


@pytest.fixture
def narrow(grant: Grant) -> None:
    """Bob sees percentages only."""
    grant("percentages")


@pytest.mark.parametrize("path", FIGURES)
def test_figures_come_without_amounts_and_say_so(alice: User, bob: User, url: str, narrow: None, path: str) -> None:
    whole, part = call(alice).get(f"{url}/{path}"), call(bob).get(f"{url}/{path}")
    assert (whole.status_code, part.status_code) == (200, 200)
    assert any(secret in whole.content.decode() for secret in SECRETS)
    assert_no_amounts(part.content.decode())
    assert part.json()["percentages_only"] is True
    assert "percentages_only" not in whole.json()


def test_weights_and_returns_are_those_of_the_owner(alice: User, bob: User, url: str, narrow: None) -> None:
    whole, part = (call(person).get(f"{url}/performance?to=2024-03-01").json() for person in (alice, bob))
    assert part["time_weighted_return"] == whole["time_weighted_return"]
    assert part["money_weighted_return"] == whole["money_weighted_return"]
    assert [point["cumulative_return"] for point in part["series"]] == [point["cumulative_return"] for point in whole["series"]]
    assert float(part["series"][-1]["value"]) == pytest.approx(100 * (1 + part["series"][-1]["cumulative_return"]))
    assert {point["net_flow"] for point in part["series"]} == {None}
    held = call(bob).get(f"{url}/holdings?as_of=2024-03-01").json()
    assert [(row["symbol"], row["weight"], row["quantity"], row["price"]) for row in held["holdings"]] == [("HOUSE", 1.0, None, None)]
    assert set(held["totals"].values()) == {None}


@pytest.mark.parametrize("path", REFUSED)
def test_what_is_all_amounts_is_refused(bob: User, charlie: User, url: str, narrow: None, path: str) -> None:
    answer = call(bob).get(f"{url}/{path}")
    assert (answer.status_code, json.loads(answer.content)["code"]) == (403, "amounts_hidden")
    assert_no_amounts(answer.content.decode())
    assert call(charlie).get(f"{url}/{path}").status_code == 404


@pytest.mark.parametrize("path", FIGURES)
def test_a_tag_of_the_one_form_never_answers_for_the_other(alice: User, bob: User, url: str, grant: Grant, path: str) -> None:
    share, client = grant("reader"), call(bob)
    whole = client.get(f"{url}/{path}")
    change_grant(actor=alice, share=share, role="percentages")
    part = client.get(f"{url}/{path}", headers={"If-None-Match": whole["ETag"]})
    assert (part.status_code, part["ETag"] != whole["ETag"]) == (200, True)
    assert_no_amounts(part.content.decode())
    assert call(alice).get(f"{url}/{path}", headers={"If-None-Match": part["ETag"]}).content == whole.content


@pytest.mark.parametrize("path", ["/", "/portfolios/{id}/", "/portfolios/{id}/?range=Max", "/portfolios/summaries/", "/instruments/", "/?by=account"])
def test_pages_show_no_amount(alice: User, bob: User, book: Portfolio, narrow: None, path: str) -> None:
    address = path.format(id=book.pk)
    browse(alice).get(address)
    answer = browse(bob).get(address)
    assert answer.status_code == 200
    assert_no_amounts(answer.content.decode())


@pytest.mark.parametrize("path", ["period/?range=Max", "allocation/", "allocation/?by=account"])
def test_parts_of_pages_show_no_amount(bob: User, book: Portfolio, narrow: None, path: str) -> None:
    answer = browse(bob).get(f"/portfolios/{book.pk}/{path}", headers={"HX-Request": "true"})
    assert answer.status_code == 302
    assert_no_amounts(answer.content.decode())


@pytest.mark.parametrize("path", ["transactions/", "imports/", "settings/", "sharing/"])
def test_closed_pages_say_why(bob: User, book: Portfolio, narrow: None, path: str) -> None:
    answer = browse(bob).get(f"/portfolios/{book.pk}/{path}")
    assert answer.status_code == 403
    assert "portfolio" in answer.content.decode()
    assert_no_amounts(answer.content.decode())


def test_a_part_drawn_for_the_owner_is_not_shown_to_others(alice: User, bob: User, book: Portfolio, grant: Grant) -> None:
    share, page = grant("editor"), browse(bob)
    assert "transactions/new/" in page.get(f"/portfolios/{book.pk}/").content.decode()
    change_grant(actor=alice, share=share, role="reader")
    assert "transactions/new/" not in page.get(f"/portfolios/{book.pk}/").content.decode()
    change_grant(actor=alice, share=share, role="percentages")
    assert_no_amounts(page.get(f"/portfolios/{book.pk}/").content.decode())


def test_a_field_that_is_not_listed_is_hidden(bob: User, book: Portfolio, narrow: None) -> None:
    """Every field of every report: shown if listed, else empty."""
    portfolio = get_portfolio(user=bob, portfolio_id=book.pk)
    for report in (measure_holdings(portfolio=portfolio, as_of=DAY), measure_performance(portfolio=portfolio, start=None, end=DAY)):
        for field in dataclasses.fields(report):
            assert field.name in SAFE[type(report)] or not getattr(report, field.name), field.name


def test_no_listed_field_is_of_money() -> None:
    """Besides the lists of rows and the rebased value, nothing of type Decimal is safe."""
    for report in vars(reports).values():
        if dataclasses.is_dataclass(report) and report in SAFE:
            money = {field.name for field in dataclasses.fields(report) if "Decimal" in str(field.type)}
            assert not money & SAFE[report]


def test_a_report_that_nobody_thought_of_is_not_shown() -> None:
    @dataclasses.dataclass(frozen=True)
    class NewReport:
        amount: int = 1

    with pytest.raises(KeyError):
        conceal(NewReport())


def test_the_tag_of_a_portfolio_follows_what_one_may_do(alice: User, bob: User, url: str, grant: Grant) -> None:
    share, client = grant("reader"), call(bob)
    first = client.get(url)
    change_grant(actor=alice, share=share, role="editor")
    second: Any = client.get(url, headers={"If-None-Match": first["ETag"]})
    assert (second.status_code, second.json()["access"], second.json()["shared_by"]) == (200, "editor", "Alice")
    assert (call(alice).get(url).json()["access"], call(alice).get(url).json()["shared_by"]) == ("owner", None)
