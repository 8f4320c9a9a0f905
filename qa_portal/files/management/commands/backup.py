"""`python manage.py backup [--output FILE]`: the whole portal in one file."""

from argparse import ArgumentParser
from pathlib import Path
from typing import Any

from django.conf import settings
from django.core.management.base import CommandError
from django.utils import timezone

from qa_portal.core.commands import PortalCommand
from qa_portal.files.backup.operations import make_backup


class Command(PortalCommand):
    help = "Back up database, stored files and anchors into one tar with checksums."

    def add_arguments(self, parser: ArgumentParser) -> None:
        parser.add_argument("--output", type=Path, metavar="FILE", help="default: backups/portal-TIME.tar in var")

    def handle(self, *args: Any, **options: Any) -> None:
        name = f"portal-{timezone.localtime():%Y%m%d-%H%M%S}.tar"
        target: Path = options["output"] or Path(settings.VAR_DIR) / "backups" / name
        if target.exists():
            raise CommandError(f"{target} exists; choose another name.")
        try:
            manifest = make_backup(target)
        except OSError as error:
            raise CommandError(f"{target} cannot be written: {error.strerror}.") from error
        rows, files = sum(manifest.rows.values()), len(manifest.stored_files)
        self.stdout.write(
            f"{target}: {rows} rows, {files} files, {manifest.audit_sequence} audit entries, "
            f"{target.stat().st_size:,} bytes"
        )
        if manifest.missing:
            raise CommandError(f"{len(manifest.missing)} files are missing or damaged, first {manifest.missing[0]}.")
