"""Writing the formal check: judgements, confirmed values, and the decision that rests on them."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any, NamedTuple

from django.db import transaction
from django.utils import timezone
from django.utils.translation import gettext as _

from qa_portal.audit.operations import record
from qa_portal.campaigns.models import Campaign
from qa_portal.core.errors import Refusal
from submissions.checking.items import BY_NUMBER
from submissions.enums import CheckReason, CheckVerdict, State, Step
from submissions.models import Application, FormalCheckItem
from submissions.operations import Stale, take_step
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
LONGEST_REASON = 300


class Judgement(NamedTuple):
    """What a person says of an item; `code` is one of CheckReason or ""."""

    verdict: str
    reason: str = ""
    code: str = ""


def _locked(application: Application, by: Any) -> Application:
    row = Application.objects.select_for_update().get(pk=application.pk)
    if not checks(by, row) or row.state != State.FORMAL_CHECK:
        raise Refusal(_("The formal check of this application is not open."), code="closed")
    return row


def judge(application: Application, judgements: Mapping[int, tuple[str, ...]], *, by: Any) -> list[int]:
    """Save judgements of this round that differ from what is saved; returns their numbers.

    `judgements`: item → verdict, reason, code (see Judgement). Raises Refusal for an unknown item, verdict
    or code, and for "fix" or "fail" without any reason.
    """
    with transaction.atomic():
        row = _locked(application, by)
        saved = {one.item: one for one in row.check_items.filter(round=row.corrections)}
        changed: dict[int, list[str]] = {}
        for number, given in judgements.items():
            new = _valid(number, Judgement(*given))
            before = saved.get(number)
            if before and (before.verdict, before.reason, before.code) == new:
                continue
            FormalCheckItem.objects.update_or_create(
                application=row,
                round=row.corrections,
                item=number,
                defaults={**new._asdict(), "checked_by": by, "checked_at": timezone.now()},
            )
            changed[number] = [part for part in new if part]
        if changed:
            after = {str(key): value for key, value in changed.items()}
            record("check.judged", row, by=by, after={"round": row.corrections, **after})
    return sorted(changed)


def _valid(number: int, given: Judgement) -> Judgement:
    """The judgement as it is kept; a passed item keeps no code."""
    known_codes = ("", *CheckReason.values)
    if number not in BY_NUMBER or given.verdict not in CheckVerdict.values or given.code not in known_codes:
        raise Refusal(_("There is no such item."), code="item")
    reason = given.reason.strip()[:LONGEST_REASON]
    if given.verdict == CheckVerdict.PASS:
        return Judgement(given.verdict, reason)
    if not reason and not given.code:
        raise Refusal(
            _("Item %(number)s: give a reason.") % {"number": number}, field=f"reason-{number}", code="reason"
        )
    return Judgement(given.verdict, reason, given.code)


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


@dataclass(frozen=True, slots=True)
class Decided:
    """What one save of the screen did."""

    application: Application
    judged: list[int]
    confirmed: list[str]


def decide(
    application: Application, step: Step | None, *, judgements: Mapping[int, tuple[str, ...]],
    values: Mapping[str, Any] | None = None, by: Any, seen_version: int | None = None, reason: str = "",
) -> Decided:  # fmt: skip
    """Save the whole screen, then accept, ask for correction or refuse; all of it or nothing.

    To accept, every item of this round must be passed, save those that are only a note. A correction or
    refusal without words of its own takes those of the items. Raises Stale, or Refusal with the field.
    """
    with transaction.atomic():
        # the year first, then the application: every step takes the locks in this order
        Campaign.objects.select_for_update(no_key=True).get(pk=application.campaign_id)
        row = _locked(application, by)
        if seen_version is not None and row.version != seen_version:
            raise Stale(_("This application has changed since you opened it."), fix=_("Open it again."), code="stale")
        judged = judge(row, judgements, by=by) if judgements else []
        confirmed = confirm(row, values, by=by) if values else []
        if step is None:
            return Decided(row, judged, confirmed)
        row.refresh_from_db()
        if step == Step.ACCEPT:
            _refuse_open(row)
        elif not reason.strip():
            reason = reasons_of(row)
        row = take_step(row, step, by=by, seen_version=row.version, reason=reason)
    return Decided(row, judged, confirmed)


def _refuse_open(row: Application) -> None:
    left = open_items(row)
    if left:
        raise Refusal(
            _("Not every item is passed: %(numbers)s.") % {"numbers": "、".join(str(number) for number in left)},
            fix=_("Judge them, ask for correction, or refuse."),
            field=f"verdict-{left[0]}",
            code="items",
        )


def open_items(application: Application) -> list[int]:
    """Items of this round without a judgement, and those that are not passed; a note holds nothing up."""
    verdicts = dict(application.check_items.filter(round=application.corrections).values_list("item", "verdict"))
    return [
        number
        for number, item in BY_NUMBER.items()
        if verdicts.get(number) != CheckVerdict.PASS and not (item.is_note and number in verdicts)
    ]


def reasons_of(application: Application) -> str:
    """The items of this round that are not passed, each with its reason, as one text; "" where all are."""
    items = application.check_items.filter(round=application.corrections).exclude(verdict=CheckVerdict.PASS)
    lines = [f"{one.item}. {BY_NUMBER[one.item].label}: {one.why}" for one in items if not BY_NUMBER[one.item].is_note]
    return "\n".join(lines)
