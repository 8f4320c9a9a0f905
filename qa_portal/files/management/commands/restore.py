"""`python manage.py restore FILE`: a backup into an empty installation."""

from argparse import ArgumentParser
from pathlib import Path
from typing import Any

from qa_portal.core.commands import PortalCommand
from qa_portal.files.backup.operations import restore_backup


class Command(PortalCommand):
    help = "Restore a backup into an empty database and storage, and prove that it is whole."

    def add_arguments(self, parser: ArgumentParser) -> None:
        parser.add_argument("file", type=Path, metavar="FILE")

    def handle(self, *args: Any, **options: Any) -> None:
        manifest = restore_backup(options["file"])
        self.stdout.write(
            f"{options['file']} of {manifest.made_at}: {sum(manifest.rows.values())} rows, "
            f"{len(manifest.stored_files)} files, {manifest.audit_sequence} audit entries, chain unbroken"
        )
        if manifest.missing:
            self.stdout.write(f"Missing since the backup was made: {', '.join(manifest.missing)}")
