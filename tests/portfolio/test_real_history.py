"""Real prices, real rates and thousands of trades go in through the API as files; what comes out agrees with another computation."""

from typing import Any

import pytest
import pyxirr
from rest_framework.test import APIClient

from accounts.models import User
from tests.data.ledger_generator import INDEX, generate_ledger, read_file
from tests.portfolio.recomputation import Recomputed, recompute

pytestmark = pytest.mark.django_db
LAST_DAY = "2022-12-28"
TOLERANCE = 1e-9


@pytest.fixture
def api(alice: User) -> APIClient:
    client = APIClient()
    client.force_authenticate(alice)
    return client


def send(api: APIClient, address: str, content: bytes) -> dict[str, Any]:
    answer = api.post(address, content, content_type="text/csv")
    assert answer.status_code in {200, 201}, answer.content
    return answer.json()


def read(api: APIClient, address: str) -> dict[str, Any]:
    answer = api.get(address)
    assert answer.status_code == 200, answer.content
    return answer.json()


def load(api: APIClient, ledger: bytes) -> str:
    """Send the three files and return the address of the portfolio."""
    send(api, "/api/v1/prices?create_instruments=1", read_file("prices.csv.gz"))
    send(api, "/api/v1/fx-rates", read_file("fx_rates.csv.gz"))
    made = api.post("/api/v1/portfolios", {"name": "History", "base_currency": "EUR"}, format="json")
    address = f"/api/v1/portfolios/{made.json()['id']}"
    report = send(api, f"{address}/imports", ledger)
    assert (report["created"], report["duplicates"], report["problems"]) == (ledger.count(b"\n") - 1, 0, [])
    return address


def expect(ledger: bytes) -> Recomputed:
    return recompute(ledger=ledger, prices=read_file("prices.csv.gz"), rates=read_file("fx_rates.csv.gz"), benchmark=INDEX)


def check_holdings(found: dict[str, Any], expected: Recomputed) -> None:
    totals = found["totals"]
    assert {row["symbol"]: float(row["quantity"]) for row in found["holdings"]} == pytest.approx(expected.units, rel=TOLERANCE)
    for name in ("market_value", "realized_gain", "unrealized_gain", "income", "taxes"):
        assert float(totals[name]) == pytest.approx(getattr(expected, name), rel=TOLERANCE), name


def check_performance(found: dict[str, Any], expected: Recomputed) -> None:
    assert float(found["end_value"]) == pytest.approx(expected.market_value, rel=TOLERANCE)
    assert float(found["net_external_flow"]) == pytest.approx(expected.net_external_flow, rel=TOLERANCE)
    assert float(found["gain"]["total"]) == pytest.approx(expected.market_value - expected.net_external_flow, rel=TOLERANCE)
    assert found["time_weighted_return"] == pytest.approx(expected.time_weighted_return, rel=TOLERANCE)
    assert found["benchmark"]["time_weighted_return"] == pytest.approx(expected.benchmark_return, rel=TOLERANCE)
    assert found["series"][-1]["cumulative_return"] == pytest.approx(expected.time_weighted_return, rel=TOLERANCE)
    # pyxirr stops some 1e-9 from the root, so the rate is compared to that and its present value to nothing.
    rate = found["money_weighted_return"]
    assert rate == pytest.approx(expected.money_weighted_return, abs=TOLERANCE)
    present_value = pyxirr.xnpv(rate, expected.flows.index.date, expected.flows.to_numpy())
    assert abs(present_value) < TOLERANCE * expected.market_value


@pytest.mark.parametrize("count", [2_000, 10_000])
def test_figures_of_a_real_history_agree_with_another_computation(api: APIClient, count: int) -> None:
    ledger = generate_ledger(count=count)
    address = load(api, ledger)
    expected = expect(ledger)
    check_holdings(read(api, f"{address}/holdings?as_of={LAST_DAY}"), expected)
    check_performance(read(api, f"{address}/performance?to={LAST_DAY}&benchmark={INDEX}"), expected)


def test_the_same_files_again_change_nothing(api: APIClient) -> None:
    ledger = generate_ledger(count=500)
    address = load(api, ledger)
    before = read(api, f"{address}/holdings?as_of={LAST_DAY}")
    again = send(api, f"{address}/imports", ledger)
    assert (again["created"], again["duplicates"]) == (0, 500)
    assert send(api, "/api/v1/prices?create_instruments=1", read_file("prices.csv.gz"))["written"] == 0
    assert send(api, "/api/v1/fx-rates", read_file("fx_rates.csv.gz"))["written"] == 0
    assert read(api, f"{address}/holdings?as_of={LAST_DAY}") == before


def test_the_generator_writes_the_same_file_again() -> None:
    assert generate_ledger(count=300, seed=5) == generate_ledger(count=300, seed=5) != generate_ledger(count=300, seed=6)
