"""The Celery application: worker and beat."""

import os
import warnings

from celery import Celery
from celery.exceptions import SecurityWarning

from config.schedule import SCHEDULE

os.environ.setdefault("DJANGO_SETTINGS_MODULE", "config.settings")

# Root is warned at every start. Messages are JSON only, so that running one does not run its sender's code.
warnings.filterwarnings("ignore", category=SecurityWarning, module="celery")

app = Celery("portfolio")
app.config_from_object("django.conf:settings", namespace="CELERY")
app.conf.beat_schedule = SCHEDULE
app.autodiscover_tasks()
