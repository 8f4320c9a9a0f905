"""Answers to the warnings of the check, kept until they are submitted with the application."""

from collections.abc import Mapping
from typing import Any

from django.db import transaction
from django.utils import timezone
from django.utils.translation import gettext as _

from qa_portal.audit.operations import record
from qa_portal.core.errors import Refusal
from submissions.models import Application, WarningAnswer
from submissions.policy import may_edit

LONGEST = 300


def answer_warnings(application: Application, answers: Mapping[str, str], *, by: Any) -> int:
    """Keep why warnings may stand, by key of the finding; an empty answer is taken back. Returns how many changed."""
    with transaction.atomic():
        row = Application.objects.select_for_update(of=("self",)).select_related("campaign").get(pk=application.pk)
        if not may_edit(by, row, timezone.now()):
            raise Refusal(_("This application cannot be changed now."), code="closed")
        kept = {one.finding: one for one in row.warning_answers.all()}
        changed = sorted(
            key for key, text in answers.items() if text.strip()[:LONGEST] != (kept[key].reason if key in kept else "")
        )
        for key in changed:
            _keep(row, key, answers[key].strip()[:LONGEST], by)
        if changed:
            record("application.warnings_answered", row, by=by, after={key: answers[key].strip() for key in changed})
    return len(changed)


def _keep(row: Application, key: str, reason: str, by: Any) -> None:
    if not reason:
        WarningAnswer.objects.filter(application=row, finding=key).delete()
        return
    WarningAnswer.objects.update_or_create(
        application=row,
        finding=key[:120],
        defaults={"reason": reason, "answered_by": by, "answered_at": timezone.now()},
    )
