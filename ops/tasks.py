"""Work of the queue that concerns the system itself."""

from celery import shared_task

from ops.health.liveness import note_life


@shared_task(ignore_result=True)
def record_heartbeat() -> None:
    """Prove that what beat sends comes through the queue."""
    note_life("queue")
