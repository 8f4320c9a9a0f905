from argparse import ArgumentParser
from pathlib import Path
from typing import Any

from django.core.management.base import CommandError

from qa_portal.campaigns.queries import campaign_of
from qa_portal.core.commands import PortalCommand
from reports.circular import ENDINGS, CircularError, render
from reports.publication import circular_of


class Command(PortalCommand):
    help = "Write the circular of a campaign year; the ending picks the form: .pdf, .docx, .html, .txt."

    def add_arguments(self, parser: ArgumentParser) -> None:
        parser.add_argument("year", type=int, metavar="YEAR")
        parser.add_argument("--output", type=Path, required=True, metavar="FILE")

    def handle(self, *args: Any, **options: Any) -> None:
        output: Path = options["output"]
        ending = output.suffix.lower().removeprefix(".")
        if ending not in ENDINGS:
            known = ", ".join(f".{one}" for one in ENDINGS)
            raise CommandError(f"{output.name}: the ending picks the form; use one of {known}.")
        campaign = campaign_of(options["year"])
        try:
            content = render(circular_of(campaign), ending)
        except CircularError as error:
            raise CommandError(" ".join(str(error).split())) from error
        try:
            output.write_bytes(content)
        except OSError as error:
            raise CommandError(f"{output} cannot be written: {error.strerror}.") from error
        self.stdout.write(f"{output}: {len(content):,} bytes")
