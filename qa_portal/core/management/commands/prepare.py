"""`manage.py prepare`: everything between an installed portal and `manage.py serve`, in one process."""

from typing import Any

from django.conf import settings
from django.core.management import call_command
from django.core.management.base import BaseCommand, CommandError
from django.db import DatabaseError, connection
from django.db.migrations.executor import MigrationExecutor

from qa_portal.core.management.commands.compile_translations import compile_catalogues


class Command(BaseCommand):
    help = "Compiles translations, migrates and loads the demonstration; skips what is done already."
    requires_system_checks: list[str] = []

    def handle(self, *args: Any, **options: Any) -> None:
        compile_catalogues()
        try:
            migrate()
            if settings.IS_DEMONSTRATION:
                call_command("load_demonstration", stdout=self.stdout, stderr=self.stderr)
        except DatabaseError as error:
            reason = str(error).strip().splitlines()[0]
            raise CommandError(f"the database refuses ({reason}); check DATABASE_URL.") from error


def migrate() -> None:
    """Apply what is not applied yet; the migrate command itself takes a second to find nothing."""
    executor = MigrationExecutor(connection)
    if executor.migration_plan(executor.loader.graph.leaf_nodes()):
        call_command("migrate", interactive=False, verbosity=0)
