from pathlib import Path
from typing import Any

from django.conf import settings
from django.core.management.base import CommandError

from qa_portal.accounts.operations import create_demonstration_accounts
from qa_portal.campaigns.models import Campaign
from qa_portal.core.commands import PortalCommand
from qa_portal.organisations.operations import create_demonstration_memberships
from reports.importing.year import import_campaign
from submissions.demonstration import create_demonstration_call

FOLDER = Path(__file__).resolve().parents[2] / "demonstration"


class Command(PortalCommand):
    help = "Load the reference years and the demonstration accounts; what is there already stays as it is."

    def handle(self, *args: Any, **options: Any) -> None:
        if not settings.IS_DEMONSTRATION:
            raise CommandError("Demonstration data and accounts exist only in the demonstration profile.")
        present = set(Campaign.objects.values_list("year", flat=True))
        for folder in sorted(path for path in FOLDER.iterdir() if path.is_dir()):
            if int(folder.name) in present:
                continue
            report = import_campaign(folder, by=None)
            if not report.is_ok:
                raise CommandError("\n".join(str(problem) for problem in report.problems))
            self.stdout.write(f"{report.year}: {report.applications} applications, {report.reviews} reviews")
        create_demonstration_accounts()
        create_demonstration_memberships()
        # with the unit of the demonstration there: a call needs somebody who recommends
        if (call := create_demonstration_call()) is not None:
            self.stdout.write(f"{call.year}: open for applications")
        for email, password, role in settings.DEMONSTRATION_ACCOUNTS:
            self.stdout.write(f"{role}: {email} / {password}")
