"""`python manage.py verify_reviews 2026`: are the locked reviews of a year as they were locked?"""

from argparse import ArgumentParser
from typing import Any

from django.core.management.base import CommandError

from qa_portal.campaigns.queries import campaign_of
from qa_portal.core.commands import PortalCommand
from reviews.models import Review
from reviews.scoring.sealing import faults


class Command(PortalCommand):
    help = "Compare each locked review with the audit trail; prints the count, or every fault with exit status 1."

    def add_arguments(self, parser: ArgumentParser) -> None:
        parser.add_argument("year", type=int)

    def handle(self, *args: Any, **options: Any) -> None:
        campaign = campaign_of(options["year"])
        found = list(faults(campaign.year))
        if found:
            raise CommandError("\n".join(found))
        count = Review.objects.filter(application__campaign=campaign, locked_at__isnull=False).count()
        self.stdout.write(f"{count} locked reviews, each as it was locked")
