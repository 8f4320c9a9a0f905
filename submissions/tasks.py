"""Background work about applications."""

from datetime import timedelta
from typing import Any

from celery import shared_task
from django.db import transaction
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from qa_portal.audit.operations import record
from qa_portal.campaigns.models import Campaign
from qa_portal.core.errors import Refusal
from qa_portal.files.operations import store
from qa_portal.files.registry import register_purpose
from qa_portal.jobs.registry import job_kind
from qa_portal.jobs.running import JobRun
from submissions.book import BOOK_FILE, MAKE_BOOK, book_of
from submissions.models import Application
from submissions.policy import files_applications, recommends_for_a_unit
from submissions.recommending.letters import PURPOSE as LETTER
from submissions.recommending.letters import letter_scope, scan_letters, works_with_letters
from submissions.recommending.queries import unit_of
from submissions.recommending.summary import MAKE_SUMMARY, SUMMARY_FILE, summary_of, summary_pdf
from submissions.tables import title_of

register_purpose(BOOK_FILE, may_fetch=files_applications, own_only=True, keep_for=timedelta(days=7))
register_purpose(SUMMARY_FILE, may_fetch=recommends_for_a_unit, own_only=True, keep_for=timedelta(days=7))
register_purpose(LETTER, may_fetch=works_with_letters, scope=letter_scope)


@job_kind(MAKE_BOOK, title=_("Application book"))
def make_book(run: JobRun) -> dict[str, Any]:
    """Set the book and keep it for the person who asked, who must still see the application."""
    visible = Application.objects.visible_to(run.job.owner).select_related("campaign", "applicant", "recommending_unit")
    application = visible.filter(pk=run.params["application"]).first()
    if application is None:
        raise Refusal(_("There is no such application."), code="gone")
    run.progress(0, 2)
    content = book_of(application, now=timezone.now())
    run.progress(1, 2)
    with transaction.atomic():
        name = f"{application.number or title_of(application)}.pdf"
        stored = store(content, name=name, purpose=BOOK_FILE, owner=run.job.owner, content_type="application/pdf")
        record("application.book_made", application, by=run.job.owner, after={"sha256": stored.sha256})
        result = {"url": reverse("files:download", args=[stored.pk]), "url_label": stored.name}
        run.succeed(result)
    return result


@job_kind(MAKE_SUMMARY, title=_("Summary table of recommendations"))
def make_summary(run: JobRun) -> dict[str, Any]:
    """Set the table of the unit to which the person who asked belongs now."""
    unit, campaign = unit_of(run.job.owner), Campaign.objects.filter(year=run.params["year"]).first()
    if unit is None or campaign is None or not recommends_for_a_unit(run.job.owner):
        raise Refusal(_("There is no such table."), code="gone")
    run.progress(0, 2)
    summary = summary_of(unit, campaign)
    content = summary_pdf(summary, now=timezone.now())
    run.progress(1, 2)
    with transaction.atomic():
        name = f"{campaign.year}年推荐汇总表-{unit.name}.pdf"
        stored = store(content, name=name, purpose=SUMMARY_FILE, owner=run.job.owner, content_type="application/pdf")
        after = {"unit": unit.pk, "digest": summary.digest, "rows": len(summary.rows), "sha256": stored.sha256}
        record("recommendations.summary_made", campaign, by=run.job.owner, after=after)
        result = {"url": reverse("files:download", args=[stored.pk]), "url_label": stored.name}
        run.succeed(result)
    return result


@shared_task(name="submissions.scan_letters")
def scan_waiting_letters() -> None:
    scan_letters()
