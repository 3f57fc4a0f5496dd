"""Which providers are in use: those that MARKET_DATA names, in that order."""

from collections.abc import Callable

from django.conf import settings

from portfolio.providers.base import FxProvider, PriceProvider
from portfolio.providers.ecb import EcbFile
from portfolio.providers.simulated import SimulatedMarket


def list_price_providers() -> list[PriceProvider]:
    return [get_simulated_market()] if "simulated" in settings.MARKET_DATA else []


def list_fx_providers() -> list[FxProvider]:
    makers: dict[str, Callable[[], FxProvider]] = {"simulated": get_simulated_market, "ecb": get_ecb_file}
    return [makers[name]() for name in settings.MARKET_DATA]


def get_simulated_market() -> SimulatedMarket:
    return SimulatedMarket(settings.DEMO_SEED)


def get_ecb_file() -> EcbFile:
    """Return the reader of the bank's file that the operator keeps in the data folder."""
    return EcbFile(settings.VAR_DIR / "market" / "eurofxref-hist.csv")
