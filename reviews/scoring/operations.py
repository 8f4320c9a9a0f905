"""Writing the stage of an expert: pledge, declaration, sheet, lock. Each locks, checks, writes and is audited.

Locks are taken in one order everywhere: the year, then seats by key, then applications.
"""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from datetime import datetime
from decimal import Decimal
from typing import Any

from django.db import transaction
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext as _

from qa_portal.audit.operations import record
from qa_portal.campaigns.models import Campaign, Criterion
from qa_portal.core.errors import Refusal
from reviews.enums import AssignmentEnd, ConflictSource, RecusalCode, ReviewEnd
from reviews.models import Assignment, Expert, ExpertPledge, Review, Score, ScoreSheet, ScoringLeave
from reviews.operations import refresh_standings
from reviews.pool.operations import declare_conflict
from reviews.scoring.notices import tell_staff
from reviews.scoring.pledge import PLEDGE, digest_of
from reviews.scoring.policy import holds, may_declare, may_score
from reviews.scoring.queries import criteria_of, has_signed, is_complete, sheet_of, values_of, with_progress
from reviews.scoring.sealing import LOCKED, review_digest
from reviews.scoring.sheets import FLAGS, TEXTS, cleaned, field_of, gaps_of, points_of
from submissions.enums import State, Step
from submissions.models import Application
from submissions.operations import Stale, take_step

REASON = 300


def lock_year(campaign_id: int) -> Campaign:
    """The year, locked: whoever ends a seat, locks a sheet or moves an application takes it first."""
    return Campaign.objects.select_for_update(no_key=True).get(pk=campaign_id)


def lock_seat(seat: Assignment) -> Any:
    """The seat, locked, with its progress read under the lock. Raises Refusal for one that is gone."""
    if Assignment.objects.select_for_update().filter(pk=seat.pk).first() is None:
        raise _closed()
    return seats_under_lock([seat.pk])[0]


def seats_under_lock(keys: Iterable[int]) -> list[Any]:
    """Seats that the transaction has locked, by key: what the wait for the lock changed is in it."""
    rows = Assignment.objects.filter(pk__in=list(keys)).select_related("application__campaign", "expert", "sheet")
    return list(with_progress(rows, timezone.now()).order_by("pk"))


def _closed() -> Refusal:
    return Refusal(
        _("This application cannot be scored now."),
        fix=_("What you typed is still on this page. The list says what is open."), code="closed",
    )  # fmt: skip


def may_score_now(by: Any, seat: Any, now: datetime) -> bool:
    """`policy.may_score` for a seat that was fetched with its progress."""
    return may_score(by, seat, now, is_locked=seat.is_locked, has_leave=seat.has_leave)


# ------------------------------------------------------------------ pledge and declaration


def sign_pledge(expert: Expert, *, seen_digest: str, by: Any) -> ExpertPledge:
    """Sign the pledge of the year; signing again changes nothing. `seen_digest` is of the words on the page."""
    if expert.user_id != by.pk:
        raise Refusal(_("Experts sign for themselves."), code="forbidden")
    if seen_digest != digest_of(PLEDGE):
        raise Stale(_("The words have changed since you opened this page."), fix=_("Read them again."), code="stale")
    with transaction.atomic():
        row = Expert.objects.select_for_update(of=("self",)).get(pk=expert.pk)
        pledge, is_new = ExpertPledge.objects.get_or_create(
            expert=row, defaults={"text": PLEDGE, "digest": seen_digest, "signed_by": by}
        )
        if is_new:
            record("expert.pledged", row, by=by, after={"digest": seen_digest})
    return pledge


def accept_seat(seat: Assignment, *, by: Any) -> Assignment:
    """The expert declares to have no conflict and takes the application on; doing it again changes nothing."""
    with transaction.atomic():
        row = lock_seat(seat)
        if not may_declare(by, row):
            raise _closed()
        if not has_signed(row.expert):
            raise Refusal(_("Sign the pledge of the year first."), code="pledge")
        if row.accepted_at is None:
            row.accepted_at = timezone.now()
            row.save(update_fields=["accepted_at"])
            record("assignment.accepted", row, by=by, after={"no_conflict": RecusalCode.values})
    return row


def leave_seat(seat: Assignment, because: AssignmentEnd, *, reason: str, code: str = "", by: Any) -> Assignment:
    """The expert steps back: recused with a code of the list, or declined. Access ends at once; staff are told."""
    if because == AssignmentEnd.RECUSED and code not in RecusalCode.values:
        raise Refusal(_("Choose which case it is."), field="code", code="code")
    if not reason.strip():
        raise Refusal(_("Give a reason."), field="reason", code="reason")
    if because not in (AssignmentEnd.RECUSED, AssignmentEnd.DECLINED):
        raise Refusal(_("Experts recuse themselves or decline."), code="forbidden")
    with transaction.atomic():
        lock_year(seat.application.campaign_id)
        row = lock_seat(seat)
        if not may_declare(by, row):
            raise _closed()
        if row.is_locked:
            raise Refusal(
                _("Your review of this application is locked."),
                fix=_("Tell the bureau: only it can declare a review void."), code="locked",
            )  # fmt: skip
        end_seat(row, because, f"{code} {reason.strip()}".strip(), by=by)
        if because == AssignmentEnd.RECUSED:
            declare_conflict(row.application, row.expert, code=code, reason=reason, source=ConflictSource.EXPERT, by=by)
        tell_staff(
            "review.seat_left",
            params={"number": row.application.number},
            url=reverse("scoring:case", args=[row.application_id]),
        )
    return row


def end_seat(row: Assignment, because: AssignmentEnd, reason: str, *, by: Any) -> None:
    """End a seat; the caller holds the locks and has checked the policy."""
    row.ended_at, row.ended_because, row.ended_reason = timezone.now(), because, reason[:REASON]
    row.save(update_fields=["ended_at", "ended_because", "ended_reason"])
    record(f"assignment.{because.value}", row, by=by, after={"application": row.application.number}, reason=reason)


# ------------------------------------------------------------------ the sheet


@dataclass
class Saved:
    """What a save did: the version of the sheet, and the fields that another window changed meanwhile."""

    version: int
    saved_at: datetime
    conflicts: dict[str, dict[str, Any]] = field(default_factory=dict)


def save_sheet(seat: Assignment, changes: Mapping[str, str], *, base: Mapping[str, str], by: Any) -> Saved:
    """Save changed fields of the own sheet; fields that another window changed meanwhile are not overwritten.

    `base` holds, for each changed field, the value that the page last had from the server. Gaps and slips
    are kept as typed. Raises Refusal when the sheet may not be written now, by the server's clock.
    """
    with transaction.atomic():
        row = lock_seat(seat)
        now = timezone.now()
        if not may_score_now(by, row, now):
            raise _closed()
        criteria = criteria_of(row.application.campaign)
        sheet = sheet_of(row) or ScoreSheet(assignment=row)
        values = values_of(sheet, criteria)
        conflicts: dict[str, dict[str, Any]] = {}
        changed = {}
        for name in values.keys() & changes.keys():
            mine, known = cleaned(name, changes[name]), cleaned(name, base.get(name, ""))
            if mine == values[name]:
                continue
            if known != values[name]:
                conflicts[name] = {"theirs": values[name], "mine": mine, "by": str(by), "at": sheet.saved_at}
            else:
                changed[name] = mine
        if changed:
            _write(sheet, values | changed, criteria, now)
            # who worked when, never what was typed
            record("sheet.saved", row, by=by, after={"version": sheet.version})
    return Saved(sheet.version, sheet.saved_at, conflicts)


def _write(sheet: ScoreSheet, values: Mapping[str, str], criteria: list[Criterion], now: datetime) -> None:
    sheet.points = {str(one.pk): values[field_of(one)] for one in criteria if values[field_of(one)]}
    for name in ("level", *TEXTS, *FLAGS):
        setattr(sheet, name, values[name])
    sheet.version, sheet.saved_at = sheet.version + 1, now
    sheet.save()


# ------------------------------------------------------------------ the lock


def lock_sheets(campaign: Campaign, seen: Mapping[int, int], *, by: Any) -> list[Review]:
    """Lock the expert's sheets: the only way from a sheet to a review. All of them, or none.

    `seen` is the version of the sheet that the person saw, by key of the seat. Checks the clock, that
    each sheet is complete and as it was seen, then writes the review with its scores, locks it, and closes
    the scoring of each application of which this was the last one. A sheet that was locked before becomes
    the next version; the former review is superseded.
    """
    if not seen:
        raise Refusal(_("There is nothing to lock."), code="nothing")
    with transaction.atomic():
        year = lock_year(campaign.pk)
        rows = Assignment.objects.select_for_update().filter(pk__in=seen, application__campaign=year)
        keys = list(rows.order_by("pk").values_list("pk", flat=True))
        now, criteria = timezone.now(), criteria_of(year)
        seats = [row for row in seats_under_lock(keys) if holds(by, row)]
        if len(seats) != len(seen):
            raise _closed()
        locked = [_lock_one(row, year, criteria, seen[row.pk], now, by) for row in seats]
        if [one for one in seats if close_if_complete(one.application, year, now)]:
            refresh_standings(year)
    return locked


def _lock_one(row: Any, year: Campaign, criteria: list[Criterion], seen_version: int, now: datetime, by: Any) -> Review:
    row.application.campaign = year
    if not may_score_now(by, row, now):
        raise _closed()
    sheet = sheet_of(row)
    if sheet is None or sheet.version != seen_version:
        raise Stale(
            _("%(number)s has changed since you opened this page.") % {"number": row.application.number},
            fix=_("Look at it again."), code="stale",
        )  # fmt: skip
    values = values_of(sheet, criteria)
    if gaps := gaps_of(values, criteria):
        raise Refusal(f"{row.application.number}: {gaps[0].text}", fix=_("Complete it first."), code="incomplete")
    leave = ScoringLeave.objects.in_force(now).filter(assignment=row).first()
    former = Review.objects.valid().filter(application=row.application, expert=row.expert).first()
    review = _write_review(row, sheet, values, criteria, former, leave, now)
    if leave is not None:
        leave.used_at = now
        leave.save(update_fields=["used_at"])
    record(
        LOCKED, review, by=by, reason=leave.reason if leave else "",
        before={"review": former.pk, "version": former.version} if former else None,
        after={"year": year.year, "application": row.application.number, "expert": row.expert.code,
               "version": review.version, "digest": review_digest(review)},
    )  # fmt: skip
    return review


def _write_review(
    row: Any, sheet: ScoreSheet, values: Mapping[str, str], criteria: list[Criterion], former: Review | None,
    leave: ScoringLeave | None, now: datetime,
) -> Review:  # fmt: skip
    """Supersede the former review, write the new one open with its scores, and lock it last: triggers ask for it."""
    if former is not None:
        end_review(former, ReviewEnd.SUPERSEDED, leave.reason if leave else "", now)
    # no gap is left: every criterion has points
    points = {one: points_of(values[field_of(one)]) or Decimal(0) for one in criteria}
    last = Review.objects.filter(application=row.application, expert=row.expert).order_by("-version").first()
    review = Review.objects.create(
        application=row.application, expert=row.expert, version=last.version + 1 if last else 1,
        total=sum(points.values(), Decimal(0)), **{name: getattr(sheet, name) for name in ("level", *TEXTS, *FLAGS)},
    )  # fmt: skip
    Score.objects.bulk_create(Score(review=review, criterion=one, points=value) for one, value in points.items())
    review.locked_at = now
    review.save(update_fields=["locked_at"])
    return review


def end_review(review: Review, because: ReviewEnd, reason: str, now: datetime) -> None:
    """Write the end of a review: the only change that a locked one takes, once. The caller records it."""
    review.ended_at, review.ended_because, review.ended_reason = now, because, reason[:REASON]
    review.save(update_fields=["ended_at", "ended_because", "ended_reason"])


def close_if_complete(application: Application, year: Campaign, now: datetime) -> bool:
    """Close the scoring of an application when its last review is locked; the portal itself takes the step.

    The caller holds the lock of the year, and refreshes the standings.
    """
    row = Application.objects.get(pk=application.pk)
    row.campaign = year
    if row.state != State.IN_REVIEW or not is_complete(row, now):
        return False
    take_step(row, Step.CLOSE_SCORING, by=None, seen_version=row.version)
    return True
