"""Writing guidance notes, and recommending several applications at once."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from datetime import date, timedelta
from typing import Any

from django.db import transaction
from django.utils import timezone
from django.utils.translation import gettext as _

from qa_portal.accounts.enums import Role
from qa_portal.accounts.rules import has_role
from qa_portal.audit.operations import record
from qa_portal.campaigns.models import Campaign
from qa_portal.core.errors import Refusal
from qa_portal.organisations.models import RecommendingUnit
from submissions.enums import EvidenceType, State, Step
from submissions.form.sections import BY_KEY, EVIDENCE_KEY
from submissions.mails import tell_filing_reminder, tell_note, tell_reply
from submissions.models import Application, FilingReminder, GuidanceNote
from submissions.operations import take_step
from submissions.policy import checks, organisation_id_of, owns, recommends
from submissions.recommending.dashboard import specialised_without_filing

REMINDER_PAUSE = timedelta(days=3)
GUIDED_STATES = (State.PENDING_RECOMMENDATION, State.RETURNED, State.FORMAL_CHECK, State.CORRECTION)


def may_guide(user: Any, application: Application) -> bool:
    """The unit guides what was submitted to it; bureau staff guide during the formal check."""
    return application.state in GUIDED_STATES and (recommends(user, application) or checks(user, application))


def may_answer(user: Any, application: Application) -> bool:
    """The enterprise and those who guide it talk below a note."""
    return owns(user, application) or may_guide(user, application)


def add_note(
    application: Application, *, text: str, by: Any, section: str = "", field_key: str = "", due_on: date | None = None
) -> GuidanceNote:
    """Hang a note on a section or field, or on the whole application (section "").

    The fields of the evidence are its types. A due day that is past is refused.
    """
    if not text.strip():
        raise Refusal(_("Write what should be improved."), field="text", code="text")
    if not is_place(section, field_key):
        raise Refusal(_("There is no such section."), field="section", code="section")
    if due_on is not None and due_on < timezone.localdate():
        raise Refusal(_("This day is past."), field="due_on", code="due")
    with transaction.atomic():
        row = Application.objects.select_for_update().get(pk=application.pk)
        if not may_guide(by, row):
            raise Refusal(_("You may not guide this application now."), code="forbidden")
        note = GuidanceNote.objects.create(
            application=row, section=section, field=field_key, text=text.strip(), due_on=due_on, author=by
        )
        tell_note(note)
        record("guidance.added", row, by=by, after={"note": note.pk, "section": section, "field": field_key})
    return note


def is_place(section: str, field_key: str = "") -> bool:
    """Whether a note may hang there: the whole, a section, a field of it, or a type of evidence."""
    if section == EVIDENCE_KEY:
        return field_key in ("", *EvidenceType.values)
    if not section:
        return not field_key
    return section in BY_KEY and (not field_key or any(one.key == field_key for one in BY_KEY[section].fields))


def reply(note: GuidanceNote, *, text: str, by: Any) -> GuidanceNote:
    """Answer below a note; notes have one level of replies."""
    if not text.strip():
        raise Refusal(_("Write an answer."), field="text", code="text")
    with transaction.atomic():
        application = Application.objects.select_for_update().get(pk=note.application_id)
        if note.parent_id is not None or not may_answer(by, application):
            raise Refusal(_("You may not answer here."), code="forbidden")
        answer = GuidanceNote.objects.create(application=application, parent=note, text=text.strip(), author=by)
        tell_reply(answer)
        record("guidance.answered", application, by=by, after={"note": note.pk, "answer": answer.pk})
    return answer


def set_resolved(note: GuidanceNote, *, resolved: bool, by: Any) -> GuidanceNote:
    """Mark a note as done, or open again; by those who guide."""
    with transaction.atomic():
        application = Application.objects.select_for_update().get(pk=note.application_id)
        row = GuidanceNote.objects.select_for_update().get(pk=note.pk)
        if row.parent_id is not None or not may_guide(by, application):
            raise Refusal(_("Only those who guide the application close its notes."), code="forbidden")
        row.resolved_at, row.resolved_by = (timezone.now(), by) if resolved else (None, None)
        row.save(update_fields=["resolved_at", "resolved_by"])
        record("guidance.resolved" if resolved else "guidance.reopened", application, by=by, after={"note": row.pk})
    return row


@dataclass
class BatchResult:
    """What a bulk action did: numbers that went through, and those that did not with the reason."""

    done: list[str] = field(default_factory=list)
    refused: list[tuple[str, str]] = field(default_factory=list)


def recommend_all(
    applications: Iterable[Application], *, given: Mapping[str, Any], versions: Mapping[int, int], by: Any
) -> BatchResult:
    """Recommend several applications, each in a transaction of its own; one refusal stops nothing else."""
    result = BatchResult()
    for application in applications:
        name = application.number or application.title
        try:
            take_step(application, Step.RECOMMEND, by=by, seen_version=versions.get(application.pk, -1), **given)
        except Refusal as refusal:
            result.refused.append((name, str(refusal)))
        else:
            result.done.append(name)
    return result


# ------------------------------------------------------------------ who has not filed


def may_remind(user: Any, unit: Any, campaign: Campaign) -> bool:
    """People of the unit, while filing is open."""
    if not has_role(user, Role.RECOMMENDER) or organisation_id_of(user) != unit.pk:
        return False
    opens_at, closes_at, now = campaign.filing_opens_at, campaign.filing_closes_at, timezone.now()
    return opens_at is not None and closes_at is not None and opens_at <= now < closes_at


def remind(unit: RecommendingUnit, campaign: Campaign, keys: Iterable[int], *, by: Any) -> BatchResult:
    """Tell the people of enterprises of the unit's list about the call, in the portal and by mail; each is reported.

    An enterprise without people, or one that somebody reminded in the last days, is left out with the
    reason. Raises Refusal while filing is not open.
    """
    if not may_remind(by, unit, campaign):
        raise Refusal(_("Filing is not open."), fix=_("See the dates on the page of the call."), code="closed")
    result, now = BatchResult(), timezone.now()
    with transaction.atomic():
        # one after the other: two people of a unit do not both remind
        Campaign.objects.select_for_update(no_key=True).get(pk=campaign.pk)
        for enterprise in specialised_without_filing(unit, campaign).filter(pk__in=list(keys)):
            if not enterprise.people:
                result.refused.append((enterprise.name, _("Nobody of it has an account.")))
            elif enterprise.reminded_at is not None and enterprise.reminded_at > now - REMINDER_PAUSE:
                result.refused.append((enterprise.name, _("It was reminded in the last three days.")))
            else:
                _remind(unit, campaign, enterprise, by)
                result.done.append(enterprise.name)
    return result


def _remind(unit: RecommendingUnit, campaign: Campaign, enterprise: Any, by: Any) -> None:
    made = FilingReminder.objects.create(campaign=campaign, unit=unit, enterprise=enterprise, sent_by=by)
    tell_filing_reminder(made)
    record("enterprise.reminded", enterprise, by=by, after={"unit": unit.pk, "year": campaign.year})
