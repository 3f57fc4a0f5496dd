"""Bring the exchange rates up to date."""

from pathlib import Path
from typing import Any

from django.core.management.base import CommandParser
from django.utils import timezone

from common.errors import NotFoundError
from common.management import OperatorCommand
from portfolio.providers.ecb import EcbFile
from portfolio.services.market_data import update_fx_rates


class Command(OperatorCommand):
    help = "Add the exchange rates that are missing up to today, from the providers in use or from a file of the European Central Bank."

    def add_arguments(self, parser: CommandParser) -> None:
        parser.add_argument("--file", type=Path, help="eurofxref-hist.csv, .zip or .xml as the bank publishes it; its rates become shared.")

    def run_command(self, *, file: Path | None, **options: Any) -> dict[str, Any]:
        if file is not None and not file.is_file():
            raise NotFoundError(f"There is no file {file}.", file=str(file))
        added = update_fx_rates(until=timezone.now().date(), provider=EcbFile(file) if file else None)
        self.say(f"{added} new exchange rates.")
        return {"rates": added}
