"""Writing the pool and its conflicts: each locked, checked against the policy and audited."""

from collections.abc import Mapping
from typing import Any

from django.db import transaction
from django.db.models import Q
from django.utils import timezone
from django.utils.translation import gettext as _

from qa_portal.audit.operations import record
from qa_portal.campaigns.models import Campaign
from qa_portal.core.errors import Refusal
from qa_portal.organisations.models import Organisation
from reviews.enums import AssignmentEnd, ConflictCode, ConflictSource, FieldLevel, ReviewEnd, Tie
from reviews.models import (
    Assignment,
    Conflict,
    Employment,
    Expert,
    ExpertField,
    OrganisationTie,
    Review,
    review_settings_of,
)
from reviews.operations import refresh_standings
from reviews.pool.conflicts import Key, conflicts_of
from reviews.rules import may_manage_pool
from submissions.enums import Industry
from submissions.models import Application

BATCH = 2_000
KEY = ("application_id", "expert_id", "code", "source")
# what staff may change of an expert besides the fields of expertise
CHANGEABLE = ("title", "is_available", "unavailable_reason", "minimum_load", "maximum_load", "credentials")


def _require_staff(by: Any) -> None:
    if not may_manage_pool(by):
        raise Refusal(_("Only bureau staff may change the pool of experts."), code="forbidden")


# ------------------------------------------------------------------ experts


def confirm_expert(expert: Expert, *, levels: Mapping[str, int], by: Any, **changes: Any) -> Expert:
    """Confirm an expert's employer, fields and levels; only a confirmed expert can be drawn.

    `levels` maps industries (Industry) to a FieldLevel; at least one. Raises Refusal for unknown values, for
    an expert without an employer, whose conflicts nobody could know, and once the circular is out.
    """
    _require_staff(by)
    wanted = {str(industry): int(level) for industry, level in levels.items() if level}
    if not wanted or not set(wanted) <= set(Industry.values) or not set(wanted.values()) <= set(FieldLevel.values):
        raise Refusal(_("Choose at least one field with its level."), field="levels", code="levels")
    with transaction.atomic():
        row = Expert.objects.select_for_update(of=("self",)).select_related("campaign").get(pk=expert.pk)
        if row.campaign.is_published:
            raise Refusal(_("The circular of this year is published: its experts stay as they are."), code="published")
        if row.employer_id is None:
            raise Refusal(_("An expert without an employer cannot be confirmed."), code="employer")
        known = dict(row.levels.values_list("industry", "level"))
        before = {name: getattr(row, name) for name in CHANGEABLE} | {"levels": known}
        for name in CHANGEABLE:
            setattr(row, name, changes.get(name, getattr(row, name)))
        if not row.is_available and not row.unavailable_reason.strip():
            raise Refusal(_("Say why the expert is not available."), field="unavailable_reason", code="reason")
        row.confirmed_at, row.confirmed_by = timezone.now(), by
        row.save()
        if known != wanted:
            row.levels.all().delete()
            ExpertField.objects.bulk_create(
                ExpertField(expert=row, industry=industry, level=level) for industry, level in wanted.items()
            )
        after = {name: getattr(row, name) for name in CHANGEABLE} | {"levels": wanted}
        record("expert.confirmed", row, by=by, before=before, after=after)
    return row


def add_employment(expert: Expert, *, by: Any, **fields: Any) -> Employment:
    """Note where an expert worked, sat on the board or advised; the conflicts follow at once."""
    _require_staff(by)
    with transaction.atomic():
        employment = Employment.objects.create(expert=expert, **fields)
        record("expert.employment_added", expert, by=by, after={name: str(value) for name, value in fields.items()})
        recompute(expert.campaign, by=by)
    return employment


def remove_employment(employment: Employment, *, by: Any, reason: str) -> None:
    """Take a wrong entry away, with a reason."""
    _require_staff(by)
    if not reason.strip():
        raise Refusal(_("Give a reason."), field="reason", code="reason")
    with transaction.atomic():
        record("expert.employment_removed", employment.expert, by=by, before=employment.organisation, reason=reason)
        employment.delete()
        recompute(employment.expert.campaign, by=by)


def tie_organisations(one: Organisation, other: Organisation, *, kind: str, note: str, by: Any) -> OrganisationTie:
    """Declare two organisations to be one in questions of conflict."""
    _require_staff(by)
    if one.pk == other.pk:
        raise Refusal(_("Choose two organisations."), field="other", code="same")
    with transaction.atomic():
        first, second = sorted((one, other), key=lambda organisation: organisation.pk)
        tie, is_new = OrganisationTie.objects.get_or_create(
            organisation=first, other=second, defaults={"kind": Tie(kind), "note": note, "created_by": by}
        )
        if not is_new:
            raise Refusal(_("These two are tied already."), field="other", code="known")
        record("organisation.tied", first, by=by, after={"other": second.pk, "kind": tie.kind}, reason=note)
    return tie


# ------------------------------------------------------------------ conflicts


def declare_conflict(
    application: Application, expert: Expert, *, code: str, reason: str, source: ConflictSource, by: Any
) -> Conflict:
    """Write down a conflict that somebody declares; it holds at once, and ends an assignment of the pair.

    The caller checks who may speak for `source`: here staff for STAFF, the expert himself for EXPERT.
    """
    is_own = source == ConflictSource.EXPERT and expert.user_id is not None and expert.user_id == by.pk
    if not is_own:
        _require_staff(by)
    if code not in ConflictCode.values:
        raise Refusal(_("Choose the kind of conflict."), field="code", code="code")
    if not reason.strip():
        raise Refusal(_("Give a reason."), field="reason", code="reason")
    if application.campaign_id != expert.campaign_id:
        raise Refusal(_("The expert belongs to another year."), field="expert", code="year")
    with transaction.atomic():
        conflict, is_new = Conflict.objects.select_for_update().get_or_create(
            application=application,
            expert=expert,
            code=code,
            source=source,
            ended_at=None,
            defaults={"reason": reason.strip()[:300], "created_by": by},
        )
        if is_new:
            after = {"application": application.number, "code": code, "source": str(source)}
            record("conflict.declared", expert, by=by, after=after, reason=reason)
            end_conflicted(application.campaign, by=by)
    return conflict


def dismiss(conflict: Conflict, *, reason: str, by: Any) -> None:
    """Staff looked: there is no conflict. The rule does not find the same again."""
    _require_staff(by)
    if not reason.strip():
        raise Refusal(_("Give a reason."), field="reason", code="reason")
    with transaction.atomic():
        row = Conflict.objects.select_for_update().get(pk=conflict.pk)
        if row.ended_at is not None:
            raise Refusal(_("This conflict has ended already."), code="ended")
        row.ended_at, row.ended_by, row.ended_reason, row.is_dismissed = timezone.now(), by, reason.strip(), True
        row.save()
        record("conflict.dismissed", row.expert, by=by, before=str(row), reason=reason)


def recompute(campaign: Campaign, *, by: Any) -> dict[str, int]:
    """Bring the rows of the rule engine in line with the data; returns how many came and went.

    What people declared, and what staff dismissed, stays. Assignments of pairs that now have a conflict
    end, and a review that such an expert locked counts no more.
    """
    with transaction.atomic():
        # one look at a time: two would both add the same rows
        Campaign.objects.select_for_update(no_key=True).get(pk=campaign.pk)
        settings = review_settings_of(campaign)
        wanted = conflicts_of(campaign, on=timezone.localdate(), years=settings.conflict_years)
        by_machine = Conflict.objects.filter(application__campaign=campaign, created_by=None)
        rows = by_machine.filter(Q(ended_at=None) | Q(is_dismissed=True))
        known: dict[Key, int] = {}
        for key, a, e, code, source, is_dismissed in rows.values_list("pk", *KEY, "is_dismissed"):
            if is_dismissed:
                wanted.pop((a, e, code, source), None)
            else:
                known[a, e, code, source] = key
        gone = [key for pair, key in known.items() if pair not in wanted]
        new = [
            Conflict(application_id=a, expert_id=e, code=code, source=source, reason=wanted[a, e, code, source])
            for a, e, code, source in wanted
            if (a, e, code, source) not in known
        ]
        Conflict.objects.bulk_create(new, batch_size=BATCH)
        for start in range(0, len(gone), BATCH):
            Conflict.objects.filter(pk__in=gone[start : start + BATCH]).update(ended_at=timezone.now())
        ended = end_conflicted(campaign, by=by)
        counts = {"new": len(new), "gone": len(gone), "active": len(wanted), "assignments_ended": ended}
        if new or gone:
            record("conflict.recomputed", campaign, by=by, after=counts)
    return counts


def end_conflicted(campaign: Campaign, *, by: Any) -> int:
    """End the assignments, and the reviews, of pairs that have a conflict; the caller holds the transaction.

    An expert whose assignment ended loses the access at once; the draw's page then asks for a substitute.
    """
    excluded = Conflict.objects.active().filter(application__campaign=campaign)
    pairs = set(excluded.values_list("application_id", "expert_id"))
    now, ended = timezone.now(), 0
    # by key, and the seats alone: others take these locks in the same order
    seats = Assignment.objects.active().select_for_update(of=("self",)).order_by("pk")
    active = seats.filter(application__campaign=campaign)
    for assignment in active:
        if (assignment.application_id, assignment.expert_id) in pairs:
            assignment.ended_at, assignment.ended_because = now, AssignmentEnd.CONFLICT
            assignment.save(update_fields=["ended_at", "ended_because"])
            record("assignment.ended", assignment, by=by, after={"because": "conflict"})
            ended += 1
    locked = Review.objects.valid().filter(application__campaign=campaign, locked_at__isnull=False)
    void = [one.pk for one in locked if (one.application_id, one.expert_id) in pairs]
    if void:
        Review.objects.filter(pk__in=void).update(ended_at=now, ended_because=ReviewEnd.RECUSED)
        record("review.recused", campaign, by=by, after={"reviews": void})
        refresh_standings(campaign)
    return ended
