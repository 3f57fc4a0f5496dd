"""Bring the prices up to date."""

from typing import Any

from django.utils import timezone

from common.management import OperatorCommand
from portfolio.services.market_data import update_prices


class Command(OperatorCommand):
    help = "Fetch the closes that are missing up to today from the providers that MARKET_DATA names."

    def run_command(self, **options: Any) -> dict[str, Any]:
        update = update_prices(until=timezone.now().date())
        self.say(f"{update.prices} new prices of {update.instruments} instruments.")
        return {"prices": update.prices, "instruments": update.instruments}
