"""The web process: granian serves pages and API over WSGI (measured best: docs/adr). Run as `python -m ops.runtime.web`."""

import multiprocessing
import os
import signal
from typing import Any

from ops.runtime.children import die_with_parent


def serve() -> None:
    os.environ.setdefault("DJANGO_SETTINGS_MODULE", "config.settings")
    from django.conf import settings
    from granian.constants import Interfaces
    from granian.http import HTTP1Settings
    from granian.log import LogLevels
    from granian.server import Server

    # Workers are copies of this process: they share its memory, and a new one is there at once.
    multiprocessing.set_start_method("fork")
    server = Server(
        "config.wsgi:application",
        address=settings.BIND,
        port=settings.PORT,
        interface=Interfaces.WSGI,
        workers=settings.WEB_WORKERS,
        blocking_threads=settings.WEB_THREADS,
        # A thread keeps its database connection; it may as well stay.
        blocking_threads_idle_timeout=600,
        backlog=1024,
        # More requests than this at once wait in the backlog instead of piling up in memory.
        backpressure=128,
        http1_settings=HTTP1Settings(header_read_timeout=15_000),
        log_level=LogLevels.warning,
        respawn_failed_workers=True,
        workers_kill_timeout=30,
        websockets=False,
    )
    server.on_startup(_load_application)
    server.serve(target_loader=_bind_worker, wrap_loader=False)


def _load_application() -> Any:
    """Load everything before the first worker is made. Opens no connection: none may be shared between processes."""
    from django.conf import settings
    from django.utils.module_loading import import_string

    return import_string(settings.WSGI_APPLICATION)


def _bind_worker() -> Any:
    """Return the application to a worker just made, and have it die with this process: it would go on answering on the port."""
    die_with_parent(signal.SIGKILL)
    parent = multiprocessing.parent_process()
    if parent is None or os.getppid() != parent.pid:
        os._exit(1)
    return _load_application()


if __name__ == "__main__":
    serve()
