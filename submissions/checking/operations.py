"""Writing the formal check: judgements and confirmed values."""

from collections.abc import Mapping
from typing import Any

from django.db import transaction
from django.utils import timezone
from django.utils.translation import gettext as _

from qa_portal.audit.operations import record
from qa_portal.core.errors import Refusal
from submissions.checking.items import BY_NUMBER
from submissions.enums import CheckVerdict, State
from submissions.models import Application, FormalCheckItem
from submissions.policy import checks

# What the bureau confirms beside what the enterprise claimed; the claim stays in the frozen submission
CONFIRMED = (
    "level",
    "industry",
    "high_end_category",
    "bottleneck",
    "digital_technologies",
    "size_class",
    "specialised",
)


def _locked(application: Application, by: Any) -> Application:
    row = Application.objects.select_for_update().get(pk=application.pk)
    if not checks(by, row) or row.state != State.FORMAL_CHECK:
        raise Refusal(_("The formal check of this application is not open."), code="closed")
    return row


def judge(application: Application, judgements: Mapping[int, tuple[str, str]], *, by: Any) -> list[int]:
    """Save judgements (item → verdict, reason) that differ from what is saved; returns their numbers.

    Raises Refusal for an unknown item or verdict, and for "fix" or "fail" without a reason.
    """
    with transaction.atomic():
        row = _locked(application, by)
        saved = {one.item: one for one in row.check_items.all()}
        changed: dict[int, str] = {}
        for number, (verdict, reason) in judgements.items():
            if number not in BY_NUMBER or verdict not in CheckVerdict.values:
                raise Refusal(_("There is no such item."), code="item")
            if verdict != CheckVerdict.PASS and not reason.strip():
                raise Refusal(
                    _("Item %(number)s: give a reason.") % {"number": number}, field=f"reason-{number}", code="reason"
                )
            before = saved.get(number)
            if before and (before.verdict, before.reason) == (verdict, reason.strip()):
                continue
            FormalCheckItem.objects.update_or_create(
                application=row,
                item=number,
                defaults={
                    "verdict": verdict,
                    "reason": reason.strip(),
                    "checked_by": by,
                    "checked_at": timezone.now(),
                },
            )
            changed[number] = verdict
        if changed:
            record("check.judged", row, by=by, after={str(key): value for key, value in changed.items()})
    return sorted(changed)


def confirm(application: Application, values: Mapping[str, Any], *, by: Any) -> list[str]:
    """Write the values that count where the bureau finds otherwise than claimed; returns what changed."""
    with transaction.atomic():
        row = _locked(application, by)
        unknown = set(values) - set(CONFIRMED)
        if unknown:
            raise Refusal(_("This value is not confirmed here."), code="field")
        before = {key: getattr(row, key) for key in values}
        changed = [key for key, value in values.items() if value != before[key]]
        if changed:
            for key in changed:
                setattr(row, key, values[key])
            row.version += 1
            row.save(update_fields=[*changed, "version"])
            record(
                "check.confirmed",
                row,
                by=by,
                before={key: before[key] for key in changed},
                after={key: values[key] for key in changed},
            )
    return changed


def open_items(application: Application) -> list[int]:
    """Items without a judgement, and those that are not passed."""
    verdicts = dict(application.check_items.values_list("item", "verdict"))
    return [number for number in BY_NUMBER if verdicts.get(number) != CheckVerdict.PASS]
