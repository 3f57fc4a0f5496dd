"""The part of `start` that needs the database: run by the runner between the servers and the application."""

import sys
from typing import Any

from django.conf import settings
from django.core.management import call_command
from django.db import connection
from django.db.migrations.executor import MigrationExecutor
from django.utils import timezone

from accounts.models import User
from accounts.services.users import ensure_first_admin
from common.errors import DomainError
from common.management import OperatorCommand
from ops.runtime.locks import hold_lock
from ops.runtime.statics import is_collected, note_collected
from portfolio.services.demo import DEMO_EMAIL, DEMO_PASSWORD, load_demo

# Any number; every process of the system that migrates takes the same.
MIGRATION_LOCK = 7_203_111


class Command(OperatorCommand):
    help = "Bring database and static files up to date and make the first logins. Part of `start`; safe to repeat."

    def run_command(self, **options: Any) -> dict[str, Any]:
        self._migrate()
        self._collect_static_files()
        is_first_start = not User.objects.exists()
        return {"logins": [*self._prepare_demo(is_first_start=is_first_start), *self._prepare_admin()]}

    def _migrate(self) -> None:
        """Apply what is missing. Of several machines that start at once, one migrates and the others wait."""
        with connection.cursor() as cursor:
            cursor.execute("SET statement_timeout = 0; SET lock_timeout = '10min'")
            cursor.execute("SELECT pg_advisory_lock(%s)", [MIGRATION_LOCK])
        executor = MigrationExecutor(connection)
        if plan := executor.migration_plan(executor.loader.graph.leaf_nodes()):
            self._tell(f"applying {len(plan)} database migrations")
            call_command("migrate", interactive=False, verbosity=0)
        # Also takes back the settings and the lock.
        connection.close()

    def _collect_static_files(self) -> None:
        with hold_lock(settings.LAYOUT.run_dir / "static.lock", seconds=120):
            if not is_collected():
                self._tell("collecting static files")
                # Old files stay: a page that is open in a browser still asks for them. Their names have a hash.
                call_command("collectstatic", interactive=False, verbosity=0)
                note_collected()

    def _prepare_demo(self, *, is_first_start: bool) -> list[dict[str, Any]]:
        if not settings.DEMO:
            return []
        if is_first_start:
            self._tell("loading the demo: ten years of simulated prices")
            try:
                load_demo(today=timezone.now().date())
            except DomainError as error:
                # The system is of use without its demo.
                self._tell(f"the demo could not be loaded: {error.message}")
        if not User.objects.filter(email=DEMO_EMAIL, is_active=True).exists():
            return []
        return [{"label": "demo login", "email": DEMO_EMAIL, "password": DEMO_PASSWORD, "is_new": False}]

    def _prepare_admin(self) -> list[dict[str, Any]]:
        made = ensure_first_admin()
        return [{"label": "admin login", "email": made[0], "password": made[1], "is_new": True}] if made else []

    def _tell(self, text: str) -> None:
        """Progress goes to stderr: the runner shows it while it waits for the answer."""
        sys.stderr.write(f"{text}\n")
        sys.stderr.flush()
