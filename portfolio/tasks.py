"""Work of the queue. Each may run twice or late: it brings things up to date and then finds nothing to do."""

from typing import Any

from celery import shared_task
from django.utils import timezone

from common.errors import ExternalServiceError
from portfolio.services import market_data, uploads

FIRST_PAUSE = 60
LONGEST_PAUSE = 900


@shared_task(bind=True, max_retries=5)
def update_prices(self: Any) -> None:
    """Fetch closes and exchange rates up to today (UTC)."""
    today = timezone.now().date()
    try:
        market_data.update_prices(until=today)
        market_data.update_fx_rates(until=today)
    except ExternalServiceError as error:
        if not error.retryable:
            raise
        raise self.retry(exc=error, countdown=min(FIRST_PAUSE * 2**self.request.retries, LONGEST_PAUSE)) from error


@shared_task
def remove_expired_uploads() -> int:
    """Forget files that somebody uploaded more than a day ago and neither imported nor dropped; return how many."""
    return uploads.remove_expired_uploads()
