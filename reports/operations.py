"""Writing what the circular of a year needs beyond its data, and starting its jobs."""

import json
from datetime import date
from pathlib import Path
from typing import Any

from django.core.files.uploadedfile import UploadedFile
from django.db import transaction
from django.utils.translation import gettext as _

from qa_portal.audit.operations import record
from qa_portal.campaigns.models import Campaign
from qa_portal.core.errors import Refusal
from qa_portal.files.operations import store
from qa_portal.jobs.models import Job
from qa_portal.jobs.operations import enqueue
from reports.circular import DEFAULT_TEXTS
from reports.enums import EXPORT_CIRCULAR, IMPORT_CAMPAIGN, IMPORT_TABLE
from reports.models import TextBlock
from reports.rules import may_edit_circular, may_export_circular, may_import_year

STANDING = Path(__file__).parent / "circular" / "demo"


def prefill_circular(campaign: Campaign) -> None:
    """Give a new year the document settings and texts that the portal ships for it, if any.

    2020 is the circular as it was issued; 2019 is made up for demonstration. The caller holds the
    transaction.
    """
    path = STANDING / f"{campaign.year}.json"
    if not path.exists():
        return
    shipped = json.loads(path.read_text(encoding="utf-8"))
    settings = shipped["settings"]
    campaign.document_number = settings["document_number"]
    campaign.signed_on = date.fromisoformat(settings["signed_on"])
    campaign.printed_on = date.fromisoformat(settings["printed_on"])
    campaign.main_recipients = settings["main_recipients"]
    campaign.cc_units = settings["cc_units"]
    campaign.save(update_fields=["document_number", "signed_on", "printed_on", "main_recipients", "cc_units"])
    TextBlock.objects.bulk_create(
        TextBlock(campaign=campaign, key=key, text=text) for key, text in shipped["texts"].items()
    )


def _locked_unpublished(campaign: Campaign, user_may: bool) -> Campaign:
    """The year, locked for a change of its circular; Refusal once the circular is out."""
    if not user_may:
        raise Refusal(_("Only bureau staff may change the circular."), code="forbidden")
    row = Campaign.objects.select_for_update().get(pk=campaign.pk)
    if row.is_published:
        raise Refusal(_("The circular of %(year)s is published and stays as it is.") % {"year": row.year})
    return row


def update_circular_settings(campaign: Campaign, values: dict[str, Any], *, by: Any) -> Campaign:
    """Save document number, dates and recipients. Raises Refusal once the circular is published."""
    with transaction.atomic():
        row = _locked_unpublished(campaign, may_edit_circular(by))
        before = {name: getattr(row, name) for name in values}
        for name, value in values.items():
            setattr(row, name, value)
        row.save(update_fields=list(values))
        record("campaign.circular_settings", row, by=by, before=before, after=dict(values))
    return row


def update_texts(campaign: Campaign, texts: dict[str, str], *, by: Any) -> list[str]:
    """Save the texts that differ from what is saved or shipped; returns their keys."""
    with transaction.atomic():
        row = _locked_unpublished(campaign, may_edit_circular(by))
        before = DEFAULT_TEXTS | dict(row.text_blocks.values_list("key", "text"))
        changed = {key: text for key, text in texts.items() if text != before[key]}
        for key, text in changed.items():
            TextBlock.objects.update_or_create(campaign=row, key=key, defaults={"text": text})
        if changed:
            record("campaign.circular_texts", row, by=by, before={key: before[key] for key in changed}, after=changed)
    return sorted(changed)


def start_import(tables: dict[str, UploadedFile], *, dry_run: bool, replace: bool, by: Any) -> Job:
    """Keep the uploaded tables for a day and start the job that checks or imports them."""
    if not may_import_year(by):
        raise Refusal(_("Only bureau staff may import a year."), code="forbidden")
    with transaction.atomic():
        files = {
            name: str(store(file, name=file.name or name, purpose=IMPORT_TABLE, owner=by).pk)
            for name, file in tables.items()
        }
        title = _("Check of a year's tables") if dry_run else _("Import of a year's tables")
        return enqueue(
            IMPORT_CAMPAIGN, by=by, params={"files": files, "dry_run": dry_run, "replace": replace}, title=title
        )


def start_export(campaign: Campaign, ending: str, *, by: Any) -> Job:
    """Start the job that writes the circular of a year in one of its forms."""
    if not may_export_circular(by):
        raise Refusal(_("Only the bureau may export the circular."), code="forbidden")
    title = _("Circular of %(year)s (%(form)s)") % {"year": campaign.year, "form": ending.upper()}
    return enqueue(EXPORT_CIRCULAR, by=by, params={"year": campaign.year, "ending": ending}, title=title)
