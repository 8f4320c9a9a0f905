"""`python manage.py clear_records --days 400`: remove old jobs, notices and messages."""

from argparse import ArgumentParser
from dataclasses import asdict
from typing import Any

from django.utils.translation import gettext as _

from qa_portal.core.commands import PortalCommand
from qa_portal.home.cleaning import LEAST_DAYS, clear_records


class Command(PortalCommand):
    help = "Remove finished jobs, notices and messages that are older than so many days; the audit trail stays."

    def add_arguments(self, parser: ArgumentParser) -> None:
        parser.add_argument("--days", type=int, required=True, help=f"at least {LEAST_DAYS}")

    def handle(self, *args: Any, **options: Any) -> None:
        cleared = clear_records(options["days"])
        text = _("%(jobs)d jobs, %(notices)d notices and %(messages)d messages removed")
        self.stdout.write(text % asdict(cleared))
