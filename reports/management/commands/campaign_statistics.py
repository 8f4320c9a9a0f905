import json
from argparse import ArgumentParser
from typing import Any

from qa_portal.campaigns.queries import campaign_of
from qa_portal.core.commands import PortalCommand
from reports.statistics import statistics_of


class Command(PortalCommand):
    help = "Print the statistics of a campaign year as JSON."

    def add_arguments(self, parser: ArgumentParser) -> None:
        parser.add_argument("year", type=int, metavar="YEAR")

    def handle(self, *args: Any, **options: Any) -> None:
        statistics = statistics_of(campaign_of(options["year"]))
        self.stdout.write(json.dumps(statistics.as_json(), ensure_ascii=False, indent=2))
