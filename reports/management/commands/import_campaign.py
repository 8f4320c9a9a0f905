from argparse import ArgumentParser
from pathlib import Path
from typing import Any

from django.core.management.base import CommandError

from qa_portal.core.commands import PortalCommand
from reports.importing.year import import_campaign


class Command(PortalCommand):
    help = "Import a campaign year from a folder of tables (applications, experts, reviews; CSV or Excel)."

    def add_arguments(self, parser: ArgumentParser) -> None:
        parser.add_argument("folder", type=Path, metavar="DIR")
        parser.add_argument("--dry-run", action="store_true", help="check only, write nothing")
        parser.add_argument("--replace", action="store_true", help="replace a year that exists")

    def handle(self, *args: Any, **options: Any) -> None:
        folder: Path = options["folder"]
        if not folder.is_dir():
            raise CommandError(f"{folder} is not a folder; give the folder that holds applications.csv.")
        report = import_campaign(folder, by=None, dry_run=options["dry_run"], replace=options["replace"])
        if not report.is_ok:
            raise CommandError("\n".join(str(problem) for problem in report.problems))
        verb = "would import" if report.dry_run else "imported"
        self.stdout.write(
            f"{report.year}: {verb} {report.applications} applications, {report.experts} experts, "
            f"{report.reviews} reviews"
        )
        if report.new_units:
            self.stdout.write("new recommending units: " + "、".join(report.new_units))
