import json
from argparse import ArgumentParser
from typing import Any

from qa_portal.campaigns.queries import campaign_of
from qa_portal.core.commands import PortalCommand
from reviews.queries import ranking_as_json


class Command(PortalCommand):
    help = "Print the ranking of a campaign year as JSON."

    def add_arguments(self, parser: ArgumentParser) -> None:
        parser.add_argument("year", type=int, metavar="YEAR")

    def handle(self, *args: Any, **options: Any) -> None:
        ranking = ranking_as_json(campaign_of(options["year"]))
        self.stdout.write(json.dumps(ranking, ensure_ascii=False, indent=1))
