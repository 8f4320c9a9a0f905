"""Every act of a draw: prepared, committed, opened, drawn, approved, released; each locked and audited."""

from datetime import datetime
from typing import Any

from django.db import transaction
from django.utils import timezone
from django.utils.translation import gettext as _

from qa_portal.audit.operations import record
from qa_portal.campaigns.models import Campaign
from qa_portal.core.errors import Refusal
from qa_portal.jobs.operations import enqueue
from qa_portal.notices.operations import notify
from reviews.assignment.drawing import drawn_pairs
from reviews.assignment.tickets import commitment, new_secret
from reviews.drawing.files import content_of
from reviews.drawing.inputs import applications_to_draw, drawable
from reviews.enums import AssignmentEnd, AssignmentSource, DrawState
from reviews.models import Assignment, Draw, Expert
from reviews.rules import may_approve_draw, may_commit_for_inspection, may_run_draw
from submissions.enums import State, Step
from submissions.models import Application
from submissions.operations import take_step

PREPARE_DRAW, FIX_MANIFEST, CARRY_OUT_DRAW, CALL_SUBSTITUTES = (
    "prepare_draw",
    "fix_manifest",
    "carry_out_draw",
    "call_substitutes",
)
BUREAU, INSPECTOR = "bureau", "inspector"
BATCH = 1_000


def _require(condition: bool, text: Any = "", code: str = "forbidden", **more: Any) -> None:
    if not condition:
        raise Refusal(text or _("This is not yours to do."), code=code, **more)


def _locked(draw: Draw, *states: DrawState) -> Draw:
    """The attempt, locked, in one of these states; the caller holds the transaction."""
    row = Draw.objects.select_for_update(of=("self",)).select_related("campaign").get(pk=draw.pk)
    if row.state not in states:
        raise Refusal(
            _("The draw has moved on: %(state)s.") % {"state": row.get_state_display()},
            fix=_("Open it again."),
            code="stale",
        )
    return row


# ------------------------------------------------------------------ before the draw


def prepare(campaign: Campaign, *, by: Any, **chosen: Any) -> Draw:
    """Begin an attempt: conflicts are computed anew, inputs frozen and planned in a job.

    `chosen`: ratio, organisation_cap, minimum_load, maximum_load, beacon, and a reason from the second
    attempt on. Raises Refusal while another attempt is open, or nothing waits for experts.
    """
    _require(may_run_draw(by))
    with transaction.atomic():
        row = Campaign.objects.select_for_update(no_key=True).get(pk=campaign.pk)
        _require(not row.is_published, _("The circular of this year is published."), "published")
        _require(not Draw.objects.open().filter(campaign=row).exists(), _("Another draw is under way."), "open")
        _require(applications_to_draw(row).exists(), _("No accepted application waits for its experts."), "nothing")
        waiting = Expert.objects.filter(campaign=row, confirmed_at__isnull=True, is_available=True).count()
        _require(
            not waiting,
            _("%(count)s experts are not confirmed yet.") % {"count": waiting},
            "unconfirmed",
            fix=_("Confirm them, or mark them as not available."),
        )
        _require(drawable(row).exists(), _("No expert is confirmed and available."), "experts")
        counter = Draw.objects.filter(campaign=row).count() + 1
        reason = str(chosen.pop("reason", "")).strip()
        if counter > 1 and not reason:
            raise Refusal(_("A further draw needs a reason."), field="reason", code="reason")
        draw = Draw.objects.create(campaign=row, counter=counter, reason=reason, prepared_by=by, **chosen)
        record("draw.prepared", draw, by=by, after={"counter": counter, **chosen}, reason=reason)
        title = _("Preparation of the draw of %(year)s") % {"year": row.year}
        enqueue(PREPARE_DRAW, by=by, params={"draw": draw.pk}, title=title)
    return draw


def _side_of(person: Any) -> str:
    """For whom a person holds a secret."""
    if may_commit_for_inspection(person):
        return INSPECTOR
    _require(may_run_draw(person))
    return BUREAU


def commit_secret(draw: Draw, *, by: Any) -> str:
    """Make a secret for one side and keep its commitment only; the return value is shown once, to be kept.

    A new secret may replace a lost one until the manifest is fixed, which happens as soon as both sides
    have committed.
    """
    side = _side_of(by)
    with transaction.atomic():
        row = _locked(draw, DrawState.PREPARED)
        secret = new_secret()
        setattr(row, f"{side}_commitment", commitment(secret))
        row.save(update_fields=[f"{side}_commitment"])
        record("draw.committed", row, by=by, after={"side": side, "commitment": commitment(secret)})
    return secret


def fix_manifest(draw: Draw, *, by: Any) -> None:
    """Fix inputs, shortlist and both commitments in the manifest; from now on nothing of them changes."""
    _require(may_run_draw(by))
    with transaction.atomic():
        row = _locked(draw, DrawState.PREPARED)
        _require(
            bool(row.bureau_commitment and row.inspector_commitment),
            _("Bureau and inspector each commit to a secret of their own."),
            "commitments",
        )
        record("draw.manifest_asked", row, by=by)
        title = _("Manifest of the draw of %(year)s") % {"year": row.campaign.year}
        enqueue(FIX_MANIFEST, by=by, params={"draw": row.pk}, title=title)


def open_secret(draw: Draw, secret: str, *, by: Any) -> Draw:
    """Open the secret of one's own side, after the manifest is fixed."""
    side, typed = _side_of(by), "".join(secret.split()).lower()
    with transaction.atomic():
        row = _locked(draw, DrawState.COMMITTED)
        try:
            is_promised = commitment(typed) == getattr(row, f"{side}_commitment")
        except ValueError:
            is_promised = False
        if not is_promised:
            raise Refusal(
                _("This is not the secret that was committed to."),
                fix=_("Type the 64 characters that were shown to you."),
                field="secret",
                code="secret",
            )
        setattr(row, f"{side}_secret", typed)
        row.save(update_fields=[f"{side}_secret"])
        record("draw.opened", row, by=by, after={"side": side})
    return row


def read_beacon(draw: Draw, value: str, *, by: Any) -> Draw:
    """Write down the public value that was named before; it can be corrected until the draw is carried out."""
    _require(may_run_draw(by))
    if not value.strip():
        raise Refusal(_("Give the public value."), field="beacon_value", code="beacon")
    with transaction.atomic():
        row = _locked(draw, DrawState.COMMITTED)
        before, row.beacon_value = row.beacon_value, value.strip()
        row.save(update_fields=["beacon_value"])
        record("draw.beacon_read", row, by=by, before=before, after=row.beacon_value)
    return row


def carry_out(draw: Draw, *, by: Any) -> None:
    """Draw, once both secrets are open and the public value is known."""
    _require(may_run_draw(by))
    with transaction.atomic():
        row = _locked(draw, DrawState.COMMITTED)
        _require(bool(row.bureau_secret and row.inspector_secret), _("Both secrets must be opened first."), "secrets")
        _require(bool(row.beacon_value), _("The public value is missing."), "beacon")
        record("draw.asked", row, by=by)
        title = _("Draw of %(year)s") % {"year": row.campaign.year}
        enqueue(CARRY_OUT_DRAW, by=by, params={"draw": row.pk}, title=title)


def end(draw: Draw, *, by: Any, reason: str) -> None:
    """Give an attempt up before its release; it stays on record, and the next one needs a reason."""
    _require(may_run_draw(by))
    _require(bool(reason.strip()), _("Give a reason."), "reason", field="reason")
    states = [one for one in DrawState if one not in (DrawState.ENDED, DrawState.FAILED, DrawState.RELEASED)]
    with transaction.atomic():
        row = _locked(draw, *states)
        _end(row, by, reason, timezone.now())
        record("draw.ended", row, by=by, before=draw.state, reason=reason)


def _end(row: Draw, by: Any, reason: str, now: datetime) -> None:
    row.state, row.ended_by, row.ended_at, row.ended_reason = DrawState.ENDED, by, now, reason.strip()[:300]
    row.save(update_fields=["state", "ended_by", "ended_at", "ended_reason"])


# ------------------------------------------------------------------ after the draw


def approve(draw: Draw, *, by: Any) -> None:
    """A second person approves the drawn assignments."""
    _require(may_approve_draw(by))
    with transaction.atomic():
        row = _locked(draw, DrawState.DRAWN)
        _require(row.prepared_by_id != by.pk, _("Somebody else must approve what you prepared."), "second person")
        row.state, row.approved_by, row.approved_at = DrawState.APPROVED, by, timezone.now()
        row.save(update_fields=["state", "approved_by", "approved_at"])
        record("draw.approved", row, by=by, after={"digest": row.digest})


def release(draw: Draw, *, by: Any) -> int:
    """Give the experts their applications and open the review; returns how many assignments there are.

    Refused when the data moved on since the inputs were frozen: an application that is not accepted any
    more, or a pair with a conflict, calls for a new attempt.
    """
    _require(may_run_draw(by))
    with transaction.atomic():
        row = _locked(draw, DrawState.APPROVED)
        pairs = drawn_pairs(content_of(row.result))
        applications = {one.number: one for one in applications_to_draw(row.campaign)}
        experts = {one.code: one for one in Expert.objects.filter(campaign=row.campaign).select_related("user")}
        gone = sorted({number for number, _code in pairs} - set(applications))
        _require(
            not gone,
            _("These applications do not wait for experts any more: %(numbers)s.") % {"numbers": "、".join(gone[:10])},
            "moved on",
            fix=_("End this draw and prepare another one."),
        )
        now = timezone.now()
        Assignment.objects.bulk_create(
            (
                Assignment(
                    application=applications[number],
                    expert=experts[code],
                    source=AssignmentSource.DRAWN,
                    created_at=now,
                    released_at=now,
                )
                for number, code in pairs
            ),
            batch_size=BATCH,
        )
        for number in sorted({number for number, _code in pairs}):
            application = applications[number]
            take_step(application, Step.OPEN_REVIEW, by=by, seen_version=application.version)
        row.state, row.released_by, row.released_at = DrawState.RELEASED, by, now
        row.save(update_fields=["state", "released_by", "released_at"])
        record("draw.released", row, by=by, after={"assignments": len(pairs), "digest": row.digest})
        for expert in {code: experts[code] for _number, code in pairs}.values():
            if expert.user is not None:
                notify(expert.user, text=_("You have applications to review."), url="/")
    return len(pairs)


def recall(draw: Draw, *, by: Any, reason: str) -> None:
    """Take a released draw back, as long as no expert has opened a case."""
    _require(may_run_draw(by))
    _require(bool(reason.strip()), _("Give a reason."), "reason", field="reason")
    with transaction.atomic():
        row = _locked(draw, DrawState.RELEASED)
        active = Assignment.objects.active().filter(application__campaign=row.campaign)
        opened = active.filter(accepted_at__isnull=False).exists()
        _require(not opened, _("An expert has begun: the draw cannot be recalled any more."), "begun")
        now = timezone.now()
        numbers = list(active.values_list("application_id", flat=True).distinct())
        active.update(ended_at=now, ended_because=AssignmentEnd.RECALLED, ended_reason=reason.strip()[:300])
        for application in Application.objects.filter(pk__in=numbers, state=State.IN_REVIEW):
            take_step(application, Step.RECALL_REVIEW, by=by, seen_version=application.version, reason=reason)
        _end(row, by, reason, now)
        record("draw.recalled", row, by=by, reason=reason)


def call_substitutes(draw: Draw, *, by: Any) -> None:
    """Fill the seats that became free, by the same tickets; nothing else changes."""
    _require(may_run_draw(by))
    with transaction.atomic():
        row = _locked(draw, DrawState.RELEASED)
        record("draw.substitutes_asked", row, by=by)
        title = _("Substitutes for the draw of %(year)s") % {"year": row.campaign.year}
        enqueue(CALL_SUBSTITUTES, by=by, params={"draw": row.pk}, title=title)
