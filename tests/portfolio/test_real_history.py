"""Real prices, real rates and thousands of trades go in as files; what comes out agrees with a recomputation in another library."""

import datetime as dt

import pytest
import pyxirr

from accounts.models import User
from portfolio.models import Portfolio, Transaction
from portfolio.selectors.figures import measure_holdings, measure_performance
from portfolio.selectors.instruments import get_instrument
from portfolio.services.fx import import_fx_csv
from portfolio.services.imports import run_import
from portfolio.services.portfolios import create_portfolio
from portfolio.services.prices import import_prices_csv
from tests.data.ledger_generator import INDEX, generate_ledger, read_file
from tests.portfolio.recomputation import Recomputed, recompute

pytestmark = pytest.mark.django_db
LAST_DAY = dt.date(2022, 12, 28)
TOLERANCE = 1e-9


def load(owner: User, ledger: bytes) -> Portfolio:
    assert import_prices_csv(actor=owner, content=read_file("prices.csv.gz"), create_instruments=True).problems == ()
    assert import_fx_csv(actor=owner, content=read_file("fx_rates.csv.gz")).problems == ()
    portfolio = create_portfolio(actor=owner, name="History", base_currency="EUR")
    assert run_import(actor=owner, portfolio=portfolio, content=ledger).problems == ()
    portfolio.refresh_from_db()
    return portfolio


def expect(ledger: bytes) -> Recomputed:
    return recompute(ledger=ledger, prices=read_file("prices.csv.gz"), rates=read_file("fx_rates.csv.gz"), benchmark=INDEX)


@pytest.mark.parametrize("count", [2_000, 10_000])
def test_figures_of_a_real_history_agree_with_another_computation(alice: User, count: int) -> None:
    ledger = generate_ledger(count=count)
    portfolio = load(alice, ledger)
    assert Transaction.objects.filter(portfolio=portfolio).count() == count
    expected = expect(ledger)
    holdings = measure_holdings(portfolio=portfolio, as_of=LAST_DAY)
    totals = holdings.totals
    assert {row.symbol: float(row.quantity) for row in holdings.holdings} == pytest.approx(expected.units, rel=TOLERANCE)
    assert float(totals.market_value) == pytest.approx(expected.market_value, rel=TOLERANCE)
    assert float(totals.realized_gain) == pytest.approx(expected.realized_gain, rel=TOLERANCE)
    assert float(totals.unrealized_gain) == pytest.approx(expected.unrealized_gain, rel=TOLERANCE)
    assert float(totals.income) == pytest.approx(expected.income, rel=TOLERANCE)
    assert float(totals.taxes) == pytest.approx(expected.taxes, rel=TOLERANCE)
    performance = measure_performance(portfolio=portfolio, start=None, end=LAST_DAY, benchmark=get_instrument(user=alice, symbol=INDEX))
    assert float(performance.net_external_flow) == pytest.approx(expected.net_external_flow, rel=TOLERANCE)
    assert float(performance.gain.total) == pytest.approx(expected.market_value - expected.net_external_flow, rel=TOLERANCE)
    assert performance.time_weighted_return == pytest.approx(expected.time_weighted_return, rel=TOLERANCE)
    # pyxirr stops some 1e-9 from the root, so the rate is compared to that and its present value to nothing.
    rate = performance.money_weighted_return
    assert rate == pytest.approx(expected.money_weighted_return, abs=TOLERANCE)
    present_value = pyxirr.xnpv(rate, expected.flows.index.date, expected.flows.to_numpy())
    assert abs(present_value) < TOLERANCE * expected.market_value
    assert performance.benchmark is not None
    assert performance.benchmark.time_weighted_return == pytest.approx(expected.benchmark_return, rel=TOLERANCE)


def test_the_generator_writes_the_same_file_again() -> None:
    assert generate_ledger(count=300, seed=5) == generate_ledger(count=300, seed=5) != generate_ledger(count=300, seed=6)
