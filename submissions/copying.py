"""A new draft with the text of a former application: sections only, without evidence and declarations."""

from typing import Any

from django.db import transaction
from django.utils import timezone
from django.utils.translation import gettext as _

from qa_portal.audit.operations import record
from qa_portal.campaigns.models import Campaign
from qa_portal.core.errors import Refusal
from submissions.form.sections import DECLARATIONS
from submissions.models import Application, SectionContent
from submissions.operations import mirror_project, start_application
from submissions.policy import owns


def may_copy(user: Any, application: Application) -> bool:
    """Members of the enterprise copy what it wrote in the portal; an imported application has no text."""
    return owns(user, application) and application.sections.exists()


def copy_application(source: Application, campaign: Campaign, *, by: Any) -> Application:
    """Begin a draft of `campaign` with the sections of `source`; declarations are made anew each time."""
    if not may_copy(by, source):
        raise Refusal(_("This application cannot be copied."), code="copy")
    with transaction.atomic():
        made = start_application(campaign, by=by)
        kept = source.sections.exclude(section=DECLARATIONS.key)
        SectionContent.objects.bulk_create(
            SectionContent(
                application=made,
                section=one.section,
                data=one.data,
                version=1,
                updated_by=by,
                updated_at=timezone.now(),
            )
            for one in kept
        )
        for one in kept:
            mirror_project(made, one.section, one.data)
        record("application.copied", made, by=by, after={"source": source.pk, "year": source.campaign.year})
    return made
