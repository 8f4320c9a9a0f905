"""Everything that writes a decision: lines, proposal, committee record, decision, freezing, taking back.

Each operation locks the year first, then the round, as every step of an application does.
"""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import date
from typing import Any

from django.db import transaction
from django.utils import timezone
from django.utils.translation import gettext as _

from qa_portal.audit.operations import record
from qa_portal.campaigns.models import Campaign
from qa_portal.core.errors import Refusal
from reviews.deciding.content import canonical_json, content_of, faults_of, seal_of
from reviews.deciding.policy import may_freeze, may_prepare_decision
from reviews.deciding.queries import DECIDABLE, lines_of, majorities_of, obstacles, settings_of
from reviews.deciding.rules import Lines
from reviews.enums import GRADES, Result
from reviews.models import (
    CommitteeMeeting,
    CommitteeVote,
    Decision,
    DecisionRound,
    OutcomeSettings,
    ProposedResult,
)
from submissions.enums import State, Step
from submissions.models import Application
from submissions.operations import take_step

SETTINGS = (
    "quorum", "first_prize_majority", "other_majority", "band", "notice_days", "acknowledge_days", "answer_days",
    "objection_days", "compared_at_least",
)  # fmt: skip


def lock_year(campaign: Campaign) -> Campaign:
    """The year, locked: two decisions about it come one after the other. The caller holds the transaction."""
    row: Campaign = Campaign.objects.select_for_update(no_key=True).get(pk=campaign.pk)
    return row


def _prepares(by: Any) -> None:
    if not may_prepare_decision(by):
        raise Refusal(_("Only bureau staff prepare the decision."), code="forbidden")


def _current(campaign: Campaign) -> DecisionRound | None:
    """The round that counts, locked."""
    return DecisionRound.objects.current().select_for_update().filter(campaign=campaign).first()


def _open_round(campaign: Campaign) -> DecisionRound:
    """The round that may still be changed, locked. Raises Refusal where there is none."""
    row = _current(campaign)
    if row is None:
        raise Refusal(_("Nothing is proposed yet."), fix=_("Set the lines and propose the grades."), code="no_round")
    if row.is_frozen:
        raise Refusal(_("The decision is frozen and does not change any more."), code="frozen")
    if row.is_decided:
        raise Refusal(_("The decision is taken."), fix=_("Take it back before you change it."), code="decided")
    row.campaign = campaign
    return row


def change_settings(campaign: Campaign, values: Mapping[str, Any], *, by: Any) -> OutcomeSettings:
    """Save how the year is decided; not once it is decided."""
    _prepares(by)
    with transaction.atomic():
        row = lock_year(campaign)
        found = _current(row)
        if found is not None and found.is_decided:
            raise Refusal(_("The decision is taken: its rules stay as they are."), code="decided")
        settings = settings_of(row)
        before = {name: getattr(settings, name) for name in SETTINGS}
        for name in SETTINGS:
            setattr(settings, name, values.get(name, before[name]))
        settings.save()
        after = {name: getattr(settings, name) for name in SETTINGS}
        record("decision.settings", settings, by=by, before=before, after=after)
    return settings


# ------------------------------------------------------------------ proposal
def propose(campaign: Campaign, lines: Lines, *, by: Any) -> DecisionRound:
    """Grades by the lines for everything that is scored; deviations and reasons that still fit are kept."""
    _prepares(by)
    if not lines.is_in_order:
        raise Refusal(_("Each line must lie at or behind the one before it."), field="second_to", code="lines")
    with transaction.atomic():
        year = lock_year(campaign)
        row = _current(year)
        row = _open_round(year) if row is not None else _new_round(year, lines, by)
        row.first_to, row.second_to, row.third_to = lines.ranks
        row.proposed_by, row.proposed_at = by, timezone.now()
        former = {one.application_id: one for one in row.results.all()}
        decidable = dict(
            Application.objects.filter(campaign=year, state__in=DECIDABLE).values_list("pk", "standing__rank")
        )
        if not decidable:
            raise Refusal(
                _("No application of %(year)s is scored.") % {"year": year.year},
                fix=_("Close the scoring first."), code="empty",
            )  # fmt: skip
        row.results.all().delete()
        ProposedResult.objects.bulk_create(
            _proposed(row, key, lines.grade_of(rank), former.get(key)) for key, rank in sorted(decidable.items())
        )
        row.version += 1
        row.save()
        record("decision.proposed", row, by=by, after={"lines": list(lines.ranks), "applications": len(decidable)})
    return row


def _new_round(campaign: Campaign, lines: Lines, by: Any) -> DecisionRound:
    last = DecisionRound.objects.filter(campaign=campaign).order_by("-serial").first()
    return DecisionRound.objects.create(
        campaign=campaign, serial=last.serial + 1 if last else 1, first_to=lines.first_to,
        second_to=lines.second_to, third_to=lines.third_to, proposed_by=by,
    )  # fmt: skip


def _proposed(row: DecisionRound, key: int, by_line: Result, former: ProposedResult | None) -> ProposedResult:
    made = ProposedResult(round=row, application_id=key, by_line=by_line, result=by_line)
    if former is not None:
        made.not_selected_reason = former.not_selected_reason
        if former.deviates and former.result != by_line:
            made.result, made.reason = former.result, former.reason
    if made.result != Result.NOT_SELECTED:
        made.not_selected_reason = ""
    return made


@dataclass(frozen=True, slots=True)
class Change:
    """What staff wrote in one row of the proposal."""

    result: str
    reason: str = ""
    not_selected_reason: str = ""


def revise(
    campaign: Campaign, changes: Mapping[int, Change], *, by: Any, seen_version: int, default_reason: str = ""
) -> list[str]:
    """Save rows of the proposal by primary key of the application; returns the numbers that changed.

    A result that differs from the lines needs a reason. `default_reason` is written where an application is
    not selected and has none. Raises Refusal naming the first row that lacks something; then nothing is saved.
    """
    _prepares(by)
    with transaction.atomic():
        row = _open_round(lock_year(campaign))
        if row.version != seen_version:
            raise Refusal(_("The proposal has changed since you opened it."), fix=_("Open it again."), code="stale")
        changed, moved = [], False
        for one in row.results.select_related("application").order_by("application__number"):
            given = changes.get(one.application_id) or Change(one.result, one.reason, one.not_selected_reason)
            before = (one.result, one.reason, one.not_selected_reason)
            _apply(one, given, default_reason)
            if before != (one.result, one.reason, one.not_selected_reason):
                one.save()
                changed.append(str(one.application.number))
                moved = moved or before[0] != one.result
        if moved:
            row.version += 1
            row.save(update_fields=["version"])
        if changed:
            record("decision.revised", row, by=by, after={"applications": changed, "version": row.version})
    return changed


def _apply(one: ProposedResult, given: Change, default_reason: str) -> None:
    number = str(one.application.number)
    if given.result not in Result.values:
        raise Refusal(_("%(number)s: choose a result.") % {"number": number}, field=f"result-{one.application_id}")
    one.result = given.result
    one.reason = given.reason.strip() if one.deviates else ""
    if one.deviates and not one.reason:
        raise Refusal(
            _("%(number)s: give a reason for a result that differs from the lines.") % {"number": number},
            field=f"reason-{one.application_id}", code="deviation",
        )  # fmt: skip
    if one.result == Result.NOT_SELECTED:
        one.not_selected_reason = given.not_selected_reason.strip() or default_reason.strip()
    else:
        one.not_selected_reason = ""


# ------------------------------------------------------------------ committee
@dataclass(frozen=True, slots=True)
class Ballot:
    """A vote on a grade (code) or on one application (primary key)."""

    in_favour: int
    against: int
    abstained: int
    grade: str = ""
    application: int | None = None


def record_meeting(
    campaign: Campaign, *, held_on: date, members: int, present: int, ballots: Iterable[Ballot], note: str = "",
    by: Any, seen_version: int,
) -> CommitteeMeeting:  # fmt: skip
    """Write down a meeting on the proposal as it stands. Votes may not exceed those present."""
    _prepares(by)
    with transaction.atomic():
        row = _open_round(lock_year(campaign))
        if row.version != seen_version:
            raise Refusal(_("The proposal has changed since you opened it."), fix=_("Open it again."), code="stale")
        meeting = _meeting(row, held_on, members, present, note, by)
        _vote(meeting, ballots)
        record("decision.meeting", row, by=by, after={"members": members, "present": present, "held_on": held_on})
    return meeting


def _meeting(row: DecisionRound, held_on: date, members: int, present: int, note: str, by: Any) -> CommitteeMeeting:
    if not 1 <= present <= members:
        raise Refusal(_("At least one member and at most all are present."), field="present", code="present")
    return CommitteeMeeting.objects.create(
        round=row, version=row.version, held_on=held_on, members=members, present=present, note=note.strip(),
        recorded_by=by,
    )  # fmt: skip


def _vote(meeting: CommitteeMeeting, ballots: Iterable[Ballot]) -> None:
    known = set(meeting.round.results.values_list("application_id", flat=True))
    made = []
    for one in ballots:
        if one.in_favour + one.against + one.abstained > meeting.present:
            raise Refusal(_("There are more votes than members present."), field="present", code="votes")
        if (one.grade in GRADES) == (one.application in known):
            raise Refusal(_("A vote is on a grade or on an application of the proposal."), code="ballot")
        made.append(
            CommitteeVote(
                meeting=meeting,
                grade=one.grade,
                application_id=one.application,
                in_favour=one.in_favour,
                against=one.against,
                abstained=one.abstained,
            )
        )
    if not made:
        raise Refusal(_("Record at least one vote."), code="ballot")
    CommitteeVote.objects.bulk_create(made)


# ------------------------------------------------------------------ decide, take back, freeze
def decide(campaign: Campaign, *, by: Any) -> DecisionRound:
    """Set the results of the round, announced later. Raises Refusal while something is missing."""
    _prepares(by)
    with transaction.atomic():
        year = lock_year(campaign)
        row = _open_round(year)
        if obstacles(row, settings_of(year)):
            raise Refusal(
                _("Something is missing before the decision can be taken."),
                fix=_("The page of the decision names it."), code="obstacles",
            )  # fmt: skip
        for one in row.results.select_related("application").order_by("application__number"):
            application = take_step(one.application, Step.DECIDE, by=by, seen_version=one.application.version)
            Decision.objects.update_or_create(
                application=application,
                defaults={"result": one.result, "not_selected_reason": one.not_selected_reason},
            )
        row.decided_by, row.decided_at = by, timezone.now()
        row.save(update_fields=["decided_by", "decided_at"])
        record("decision.taken", row, by=by, after={"applications": row.results.count()})
    return row


def take_back(campaign: Campaign, *, reason: str, by: Any) -> DecisionRound:
    """Take a decision back before it is frozen: results go, applications are scored again, the round ends."""
    _prepares(by)
    if not reason.strip():
        raise Refusal(_("Give a reason."), field="reason", code="reason")
    with transaction.atomic():
        row = _current(lock_year(campaign))
        if row is None or not row.is_decided:
            raise Refusal(_("No decision is taken."), code="no_decision")
        if row.is_frozen:
            raise Refusal(_("The decision is frozen and does not change any more."), code="frozen")
        decided = Application.objects.filter(proposed_results__round=row, state=State.DECIDED).order_by("number")
        for application in decided:
            take_step(application, Step.TAKE_BACK_DECISION, by=by, seen_version=application.version, reason=reason)
        Decision.objects.filter(application__proposed_results__round=row).delete()
        end_round(row, reason=reason, by=by)
        record("decision.taken_back", row, by=by, reason=reason)
    return row


def end_round(row: DecisionRound, *, reason: str, by: Any) -> None:
    """The round does not count any more. The caller holds the lock and records why."""
    row.ended_by, row.ended_at, row.ended_reason = by, timezone.now(), reason.strip()[:500]
    row.save(update_fields=["ended_by", "ended_at", "ended_reason"])


def freeze(campaign: Campaign, *, by: Any) -> DecisionRound:
    """Seal scores, standings and results; by somebody who neither proposed nor decided. Nothing changes then."""
    with transaction.atomic():
        year = lock_year(campaign)
        row = _current(year)
        if row is None or not row.is_decided:
            raise Refusal(_("No decision is taken."), code="no_decision")
        if row.is_frozen:
            raise Refusal(_("The decision is frozen already."), code="frozen")
        if not may_freeze(by, row):
            raise Refusal(
                _("A second person freezes the decision: neither who proposed it nor who took it."),
                code="second_person",
            )
        row.campaign = year
        row.content = canonical_json(content_of(row))
        row.seal = seal_of(row.content)
        row.frozen_by, row.frozen_at = by, timezone.now()
        if fault := next(faults_of(row), ""):
            raise Refusal(
                _("The standings do not follow from the scores: %(fault)s") % {"fault": fault},
                fix=_("Compute the ranking anew, then propose again."), code="arithmetic",
            )  # fmt: skip
        row.save(update_fields=["content", "seal", "frozen_by", "frozen_at"])
        record("decision.frozen", row, by=by, after={"seal": row.seal, "lines": list(lines_of(row).ranks)})
    return row


def amend(
    row: DecisionRound, application: Application, change: Change, *, held_on: date, members: int, present: int,
    ballot: Ballot, reason: str, by: Any,
) -> DecisionRound:  # fmt: skip
    """A new round with one other result, after an objection was upheld and the committee has voted on it.

    The frozen round ends and stays as it is; the new one is decided, and waits for a second person to
    freeze it. The caller holds the transaction and the lock of the year, and takes the step of the application.
    """
    year = row.campaign
    if not row.is_frozen or row.ended_at is not None:
        raise Refusal(_("Only a frozen decision is amended."), code="not_frozen")
    end_round(row, reason=reason, by=by)
    made = _new_round(year, lines_of(row), by)
    ProposedResult.objects.bulk_create(
        ProposedResult(
            round=made, application_id=one.application_id, by_line=one.by_line, result=one.result, reason=one.reason,
            not_selected_reason=one.not_selected_reason,
        )
        for one in row.results.all()
    )  # fmt: skip
    mine = made.results.select_related("application").get(application=application)
    _apply(mine, change, "")
    if mine.result == Result.NOT_SELECTED and not mine.not_selected_reason:
        raise Refusal(_("Give a reason for not being selected."), field="not_selected_reason", code="reason")
    mine.save()
    meeting = _meeting(made, held_on, members, present, reason, by)
    _vote(meeting, [ballot])
    settings = settings_of(year)
    if obstacles_of_vote(settings, meeting, mine.result, ballot):
        raise Refusal(_("The vote of the committee does not carry this result."), field="in_favour", code="votes")
    Decision.objects.update_or_create(
        application=application,
        defaults={"result": mine.result, "not_selected_reason": mine.not_selected_reason},
    )
    made.decided_by, made.decided_at = by, timezone.now()
    made.save(update_fields=["decided_by", "decided_at"])
    record(
        "decision.amended", made, by=by, after={"application": application.number, "result": mine.result}, reason=reason
    )
    return made


def obstacles_of_vote(settings: OutcomeSettings, meeting: CommitteeMeeting, result: str, ballot: Ballot) -> bool:
    """The meeting has no quorum, or the vote does not carry the result."""
    needed = majorities_of(settings)
    if not needed.has_quorum(meeting.present, meeting.members):
        return True
    return not needed.carries(result, ballot.in_favour, meeting.present)
