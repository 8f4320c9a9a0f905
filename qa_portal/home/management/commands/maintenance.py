"""`manage.py maintenance on|off`: close the portal with one plain page, and open it again."""

from argparse import ArgumentParser
from datetime import datetime
from typing import Any

from django.core.management.base import CommandError
from django.utils import timezone
from django.utils.dateparse import parse_datetime

from qa_portal.core.commands import PortalCommand
from qa_portal.home.maintenance import end_maintenance, start_maintenance


class Command(PortalCommand):
    help = "Shows everybody a page that says that the portal is under maintenance, or ends it."
    requires_system_checks: list[str] = []

    def add_arguments(self, parser: ArgumentParser) -> None:
        parser.add_argument("state", choices=("on", "off"))
        parser.add_argument("--until", metavar="TIME", help="when it ends, Shanghai time: '2026-11-23 06:00'")

    def handle(self, *args: Any, state: str, until: str | None, **options: Any) -> None:
        if state == "off":
            was_on = end_maintenance()
            self.stdout.write("maintenance is over" if was_on else "there was no maintenance")
            return
        end = parsed_end(until) if until else None
        start_maintenance(end)
        when = timezone.localtime(end).strftime("until %Y-%m-%d %H:%M") if end else "until it is switched off"
        self.stdout.write(f"maintenance {when}")


def parsed_end(text: str) -> datetime:
    """A time in the future. Raises CommandError for anything else."""
    try:
        found = parse_datetime(text)
    except ValueError:
        found = None
    if found is None:
        raise CommandError(f"--until {text!r} is no time; write it as '2026-11-23 06:00'.")
    end = found if timezone.is_aware(found) else timezone.make_aware(found)
    if end <= timezone.now():
        raise CommandError(f"--until {text!r} is in the past.")
    return end
