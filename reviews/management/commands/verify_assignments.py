"""Check the draw of a year, and that the assignments of the portal are those of its certificate."""

from typing import Any

from django.core.management.base import CommandError

from qa_portal.campaigns.queries import campaign_of
from qa_portal.core.commands import PortalCommand
from reviews.drawing.checking import differences_of
from reviews.models import Draw


class Command(PortalCommand):
    help = "Check the certificate of a year's draw and compare it with the assignments; exit 1 and the first fault."

    def add_arguments(self, parser: Any) -> None:
        parser.add_argument("year", type=int)

    def handle(self, *args: Any, **options: Any) -> None:
        campaign = campaign_of(options["year"])
        draw = Draw.objects.filter(campaign=campaign, released_at__isnull=False).order_by("-counter").first()
        if draw is None:
            raise CommandError(f"{campaign.year} has no released draw")
        faults = differences_of(draw)
        if faults:
            raise CommandError(faults[0])
        self.stdout.write(f"{campaign.year}: draw {draw.counter} holds, digest {draw.digest}")
