"""Pages and API: served over WSGI, which measured best (docs/adr)."""

import gc
import os

from django.core.wsgi import get_wsgi_application
from django.urls import get_resolver

os.environ.setdefault("DJANGO_SETTINGS_MODULE", "config.settings")

application = get_wsgi_application()
# Every view is loaded now, not while somebody waits for the first page.
get_resolver().url_patterns  # noqa: B018 - reading it imports them
# The program itself lives as long as the process. A full look of the collector through it would stop every request for 80 ms.
gc.collect()
gc.freeze()
