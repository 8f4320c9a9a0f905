"""`python manage.py anchor_audit`: note the end of the audit trail outside the database."""

from argparse import ArgumentParser
from pathlib import Path
from typing import Any

from django.conf import settings
from django.utils.translation import gettext as _

from qa_portal.audit.operations import note_end
from qa_portal.core.commands import PortalCommand


class Command(PortalCommand):
    help = "Append the end of the audit trail to a file; copy the file to another machine."

    def add_arguments(self, parser: ArgumentParser) -> None:
        parser.add_argument("--anchor", type=Path, default=settings.AUDIT_ANCHOR, help="the file")

    def handle(self, *args: Any, **options: Any) -> None:
        path: Path = options["anchor"]
        end = note_end(path)
        if not end.sequence:
            self.stdout.write(_("The audit trail is empty; nothing to note."))
            return
        self.stdout.write(_("Entry %(sequence)d noted in %(path)s") % {
            "sequence": end.sequence, "path": path})  # fmt: skip
