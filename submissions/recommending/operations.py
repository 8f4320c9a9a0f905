"""Writing guidance notes, and recommending several applications at once."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from datetime import date
from typing import Any

from django.db import transaction
from django.utils import timezone
from django.utils.translation import gettext as _

from qa_portal.audit.operations import record
from qa_portal.core.errors import Refusal
from submissions.enums import State, Step
from submissions.form.sections import BY_KEY
from submissions.mails import tell_note, tell_reply
from submissions.models import Application, GuidanceNote
from submissions.operations import take_step
from submissions.policy import checks, owns, recommends

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
    """Hang a note on a section or field, or on the whole application (section "")."""
    if not text.strip():
        raise Refusal(_("Write what should be improved."), field="text", code="text")
    if section and section not in BY_KEY and section != "evidence":
        raise Refusal(_("There is no such section."), field="section", code="section")
    with transaction.atomic():
        row = Application.objects.select_for_update().get(pk=application.pk)
        if not may_guide(by, row):
            raise Refusal(_("You may not guide this application now."), code="forbidden")
        note = GuidanceNote.objects.create(
            application=row, section=section, field=field_key, text=text.strip(), due_on=due_on, author=by
        )
        tell_note(note)
        record("guidance.added", row, by=by, after={"note": note.pk, "section": section})
    return note


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
