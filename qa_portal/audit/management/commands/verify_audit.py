"""`python manage.py verify_audit`: is the audit trail complete and unchanged?"""

from argparse import ArgumentParser
from pathlib import Path
from typing import Any

from django.conf import settings
from django.core.management.base import CommandError
from django.utils.translation import gettext as _

from qa_portal.audit.queries import read_anchors, verify_trail
from qa_portal.core.commands import PortalCommand


class Command(PortalCommand):
    help = "Check the audit trail; prints the count, or the first broken entry with exit status 1."

    def add_arguments(self, parser: ArgumentParser) -> None:
        parser.add_argument("--anchor", type=Path, default=settings.AUDIT_ANCHOR, help="file of anchor_audit")

    def handle(self, *args: Any, **options: Any) -> None:
        try:
            anchors = read_anchors(options["anchor"])
        except ValueError as error:
            raise CommandError(_("%s is not an anchor; restore the file from its copy.") % error) from error
        finding = verify_trail(anchors)
        if finding.fault:
            raise CommandError(finding.fault)
        self.stdout.write(_("%(count)d entries, chain unbroken, %(anchors)d anchors agree") % {
            "count": finding.count, "anchors": len(anchors)})  # fmt: skip
