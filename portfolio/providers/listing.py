"""The companies, funds and coins of the simulated market. All of them are invented."""

from dataclasses import dataclass


@dataclass(frozen=True, slots=True, kw_only=True)
class Listing:
    """One instrument and how its price moves.

    A day's return is beta × the market's return + drift + noise × a random number; drift, noise and dividend_yield
    are fractions a year. `start_price` is the close of the market's first day.
    """

    symbol: str
    name: str
    kind: str
    currency: str
    sector: str
    country: str
    start_price: float
    beta: float
    drift: float
    noise: float
    dividend_yield: float = 0.0
    dividend_months: tuple[int, ...] = ()
    # New units for one old unit; splits come in June of every fifth year (2015, 2020, 2025 …).
    split_ratio: int = 1


BENCHMARK = "WORLD.SIM"
QUARTERS = (3, 6, 9, 12)

LISTINGS = (
    Listing(
        symbol=BENCHMARK, name="Simulated World Index", kind="index", currency="EUR", sector="", country="",
        start_price=1000, beta=1, drift=0, noise=0,
    ),
    Listing(
        symbol="ORBIS.SIM", name="Orbis All-World ETF", kind="etf", currency="EUR", sector="Diversified", country="IE",
        start_price=38, beta=1, drift=-0.012, noise=0.006, dividend_yield=0.016, dividend_months=QUARTERS,
    ),
    Listing(
        symbol="NORDA.SIM", name="Norda Aggregate Bond Fund", kind="bond", currency="EUR", sector="Fixed income", country="LU",
        start_price=92, beta=0.05, drift=0.012, noise=0.035, dividend_yield=0.018, dividend_months=(5, 11),
    ),
    Listing(
        symbol="ALBION.SIM", name="Albion Gilt ETF", kind="etf", currency="GBP", sector="Fixed income", country="GB",
        start_price=54, beta=0.02, drift=0.015, noise=0.055, dividend_yield=0.022, dividend_months=(2, 8),
    ),
    Listing(
        symbol="HELIX.SIM", name="Helix Semiconductors", kind="stock", currency="USD", sector="Technology", country="US",
        start_price=46, beta=1.45, drift=0.09, noise=0.24, dividend_yield=0.005, dividend_months=QUARTERS, split_ratio=2,
    ),
    Listing(
        symbol="QUILLON.SIM", name="Quillon Software", kind="stock", currency="USD", sector="Technology", country="US",
        start_price=61, beta=1.2, drift=0.04, noise=0.2,
    ),
    Listing(
        symbol="MERIDA.SIM", name="Merida Energy", kind="stock", currency="USD", sector="Energy", country="US",
        start_price=72, beta=0.85, drift=-0.05, noise=0.22, dividend_yield=0.042, dividend_months=QUARTERS,
    ),
    Listing(
        symbol="SOLANO.SIM", name="Solano Biotech", kind="stock", currency="USD", sector="Health care", country="US",
        start_price=85, beta=1.3, drift=-0.2, noise=0.42,
    ),
    Listing(
        symbol="BRANT.SIM", name="Brant & Hale Foods", kind="stock", currency="GBX", sector="Consumer staples", country="GB",
        start_price=1180, beta=0.6, drift=-0.005, noise=0.15, dividend_yield=0.035, dividend_months=(4, 10),
    ),
    Listing(
        symbol="ALPINOVA.SIM", name="Alpinova Pharma", kind="stock", currency="CHF", sector="Health care", country="CH",
        start_price=64, beta=0.6, drift=0.01, noise=0.14, dividend_yield=0.028, dividend_months=(3,),
    ),
    Listing(
        symbol="ZUGERN.SIM", name="Zugern Precision", kind="stock", currency="CHF", sector="Industrials", country="CH",
        start_price=142, beta=1.1, drift=0, noise=0.19, dividend_yield=0.019, dividend_months=(4,),
    ),
    Listing(
        symbol="LUMERA.SIM", name="Lumera Elektro", kind="stock", currency="EUR", sector="Industrials", country="DE",
        start_price=58, beta=1.1, drift=-0.01, noise=0.18, dividend_yield=0.024, dividend_months=(5,),
    ),
    Listing(
        symbol="VESTINE.SIM", name="Vestine Mode", kind="stock", currency="EUR", sector="Consumer discretionary", country="FR",
        start_price=96, beta=1.05, drift=-0.15, noise=0.24, dividend_yield=0.012, dividend_months=(6,),
    ),
    Listing(
        symbol="CORALIS.SIM", name="Coralis Telecom", kind="stock", currency="EUR", sector="Communication", country="ES",
        start_price=24, beta=0.7, drift=-0.08, noise=0.17, dividend_yield=0.052, dividend_months=(6, 12),
    ),
    Listing(
        symbol="TERRANE.SIM", name="Terrane Property Trust", kind="fund", currency="EUR", sector="Real estate", country="NL",
        start_price=31, beta=0.75, drift=-0.02, noise=0.15, dividend_yield=0.038, dividend_months=QUARTERS,
    ),
    Listing(
        symbol="COBALT.SIM", name="Cobalt Coin", kind="crypto", currency="USD", sector="Digital assets", country="",
        start_price=120, beta=1.3, drift=0.28, noise=0.6,
    ),
)  # fmt: skip


def _make_load_listing(number: int) -> Listing:
    """Return one of the instruments that only load tests use; they differ in currency, size and temper."""
    return Listing(
        symbol=f"LOAD{number:02}.SIM",
        name=f"Load test company {number}",
        kind="stock",
        currency=("EUR", "USD", "GBP", "CHF")[number % 4],
        sector=("Technology", "Industrials", "Health care", "Energy", "Financials")[number % 5],
        country=("DE", "US", "GB", "CH")[number % 4],
        start_price=20.0 + 7 * number,
        beta=0.6 + 0.05 * number,
        drift=0.01 * (number % 7 - 3),
        noise=0.12 + 0.01 * number,
    )


LOAD_LISTINGS = tuple(_make_load_listing(number) for number in range(1, 21))
BY_SYMBOL = {listing.symbol: listing for listing in (*LISTINGS, *LOAD_LISTINGS)}


@dataclass(frozen=True, slots=True, kw_only=True)
class FxPair:
    """A rate against the euro that wanders around its centre; volatility is a fraction a year."""

    quote: str
    centre: float
    volatility: float


FX_PAIRS = (
    FxPair(quote="USD", centre=1.12, volatility=0.07),
    FxPair(quote="GBP", centre=0.86, volatility=0.06),
    FxPair(quote="CHF", centre=1.04, volatility=0.045),
)
