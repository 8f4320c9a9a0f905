"""`python manage.py verify_decision YEAR`: does the frozen decision still follow from the scores?"""

from argparse import ArgumentParser
from typing import Any

from django.core.management.base import CommandError
from django.utils.translation import gettext as _

from qa_portal.campaigns.queries import campaign_of
from qa_portal.core.commands import PortalCommand
from reviews.deciding.content import faults_of
from reviews.deciding.queries import current_round


class Command(PortalCommand):
    help = "Check the frozen decision of a year; prints its seal, or the first difference with exit status 1."

    def add_arguments(self, parser: ArgumentParser) -> None:
        parser.add_argument("year", type=int, metavar="YEAR")

    def handle(self, *args: Any, **options: Any) -> None:
        campaign = campaign_of(options["year"])
        found = current_round(campaign)
        if found is None or not found.is_frozen:
            raise CommandError(_("The decision of %(year)s is not frozen.") % {"year": campaign.year})
        if fault := next(faults_of(found), ""):
            raise CommandError(fault)
        count = found.results.count()
        self.stdout.write(_("%(count)d applications, seal %(seal)s agrees") % {"count": count, "seal": found.seal})
