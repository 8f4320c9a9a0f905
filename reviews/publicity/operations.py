"""Everything that writes notices and objections, and publishes a year. Each locks the year first."""

from collections.abc import Mapping
from datetime import date
from typing import IO, Any

from django.core.cache import cache
from django.db import transaction
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext as _

from qa_portal.audit.operations import record
from qa_portal.campaigns.calendar import end_after_working_days
from qa_portal.campaigns.models import Campaign
from qa_portal.core.errors import Refusal
from qa_portal.files.operations import store
from qa_portal.notices.operations import notify
from qa_portal.organisations.models import Membership
from reviews.deciding.content import faults_of
from reviews.deciding.operations import Ballot, Change, amend, lock_year
from reviews.deciding.queries import settings_of
from reviews.enums import GRADES, OPEN_OBJECTIONS, ObjectionState, Result
from reviews.models import DecisionRound, Objection, ObjectionEvent, PublicNotice
from reviews.publicity.policy import may_answer, may_decide_objection, may_handle_objections, may_open_notice
from submissions.enums import ScanState, State, Step
from submissions.evidence.operations import refuse_size
from submissions.evidence.rules import inspect
from submissions.evidence.scanning import scan
from submissions.models import Application
from submissions.operations import take_step

OBJECTION_FILE = "objection_evidence"
OBJECTIONS_PER_HOUR, HOUR = 5, 3600
NO_OBJECTION_LEFT = "No objection is open any more."


def _frozen_round(campaign: Campaign) -> DecisionRound:
    """The frozen round that counts, proven. Raises Refusal where it is missing or does not hold."""
    row = DecisionRound.objects.current().select_for_update().filter(campaign=campaign).first()
    if row is None or not row.is_frozen:
        raise Refusal(_("The decision is not frozen."), fix=_("A second person freezes it first."), code="not_frozen")
    row.campaign = campaign
    if fault := next(faults_of(row), ""):
        raise Refusal(
            _("The decision does not follow from the data any more: %(fault)s") % {"fault": fault}, code="proof"
        )
    return row


# ------------------------------------------------------------------ notice
def open_notice(campaign: Campaign, *, by: Any) -> PublicNotice:
    """Show the winners that wait for it for the working days of the year; by a leader, on a frozen decision."""
    if not may_open_notice(by):
        raise Refusal(_("Only a leader opens the public notice."), code="forbidden")
    with transaction.atomic():
        year = lock_year(campaign)
        row = _frozen_round(year)
        winners = list(
            Application.objects.filter(proposed_results__round=row, state=State.DECIDED, decision__result__in=GRADES)
            .select_related("decision", "recommending_unit")
            .order_by("number")
        )
        if not winners:
            raise Refusal(_("No winner waits for a public notice."), code="empty")
        now, last = timezone.now(), PublicNotice.objects.filter(campaign=year).order_by("-serial").first()
        notice = PublicNotice.objects.create(
            campaign=year, round=row, serial=last.serial + 1 if last else 1, opened_by=by, opened_at=now,
            closes_at=end_after_working_days(now, settings_of(year).notice_days),
            content=[_public_row(one) for one in winners],
        )  # fmt: skip
        for application in winners:
            take_step(application, Step.OPEN_NOTICE, by=by, seen_version=application.version)
        record("notice.opened", notice, by=by, after={"closes_at": notice.closes_at, "winners": len(winners)})
    return notice


def _public_row(application: Application) -> dict[str, str]:
    """What the public learns of a winner: nothing else."""
    unit = application.recommending_unit
    return {
        "number": str(application.number),
        "title": application.title,
        "applicant": application.applicant_name,
        "unit": unit.name if unit else "",
        "result": application.decision.result,
    }


def settle_notices() -> int:
    """Confirm what nobody objects to in notices that are over; returns how many applications were confirmed.

    Taken by the portal's clock; doing it again changes nothing.
    """
    confirmed = 0
    over = PublicNotice.objects.filter(closes_at__lte=timezone.now(), settled_at__isnull=True).order_by("pk")
    for notice in over.select_related("campaign"):
        with transaction.atomic():
            lock_year(notice.campaign)
            row = PublicNotice.objects.select_for_update().get(pk=notice.pk)
            if row.settled_at is not None:
                continue
            confirmed += _settle(row)
    return confirmed


def _settle(notice: PublicNotice) -> int:
    shown = Application.objects.filter(number__in=[one["number"] for one in notice.content])
    waiting = shown.filter(state__in=(State.PUBLIC_NOTICE, State.UNDER_OBJECTION))
    done = 0
    for application in waiting.exclude(objections__state__in=OPEN_OBJECTIONS).order_by("number"):
        if application.state == State.PUBLIC_NOTICE:
            step, by = Step.CONFIRM, None
        else:
            # the act of the person who found the last objection without ground takes effect now
            step, by = Step.DISMISS_OBJECTION, _who_dismissed(application)
            if by is None:
                continue
        take_step(application, step, by=by, seen_version=application.version, reason=NO_OBJECTION_LEFT)
        done += 1
    if not waiting.exists():
        notice.settled_at = timezone.now()
        notice.save(update_fields=["settled_at"])
        record("notice.settled", notice, by=None, after={"closes_at": notice.closes_at})
    return done


def _who_dismissed(application: Application) -> Any:
    """Who decided on the last objection to a project, while still of the bureau's staff; else None."""
    dismissed = application.objections.filter(state=ObjectionState.DISMISSED).select_related("decided_by")
    last = dismissed.order_by("-decided_at", "-pk").first()
    return last.decided_by if last and may_handle_objections(last.decided_by) else None


# ------------------------------------------------------------------ objections
def refuse_flood(address: str) -> None:
    """At most so many objections an hour from one network address. Raises Refusal."""
    key = f"objections:{address}"
    cache.add(key, 0, HOUR)
    try:
        count = cache.incr(key)
    except ValueError:  # it ran out between the two lines
        cache.set(key, 1, HOUR)
        count = 1
    if count > OBJECTIONS_PER_HOUR:
        raise Refusal(_("Too many objections came from your network."), fix=_("Try again in an hour."), code="flood")


def check_evidence(campaign: Campaign, file: IO[bytes], name: str) -> str:
    """Look into a file of somebody unknown as into evidence; returns its type. Raises Refusal."""
    refuse_size(campaign, file.seek(0, 2))
    content_type = inspect(file, name).content_type
    if scan(file).state == ScanState.INFECTED:
        raise Refusal(_("The virus scanner found something in the file."), field="evidence", code="virus")
    return content_type


def register_objection(
    notice: PublicNotice, *, number: str, name: str, contact: str, facts: str, file: Any = None
) -> Objection:
    """Register an objection with a receipt number. A late one, or one without name, is recorded and not accepted."""
    content_type = check_evidence(notice.campaign, file, file.name) if file else ""
    if not facts.strip():
        raise Refusal(_("State the facts."), field="facts", code="facts")
    with transaction.atomic():
        year = lock_year(notice.campaign)
        application = Application.objects.filter(campaign=year, number=number).first()
        if application is None or number not in {one["number"] for one in notice.content}:
            raise Refusal(_("Choose a project of this notice."), field="number", code="number")
        now, days = timezone.now(), settings_of(year)
        is_late = not notice.opened_at <= now < notice.closes_at
        is_anonymous = not name.strip() or not contact.strip()
        serial = Objection.objects.filter(notice__campaign=year).count() + 1
        evidence = None
        if file:
            file.seek(0)
            evidence = store(file, name=file.name, purpose=OBJECTION_FILE, owner=None, content_type=content_type)
        objection = Objection.objects.create(
            notice=notice, application=application, receipt=f"YY{year.year}-{serial:04d}",
            state=ObjectionState.NOT_ACCEPTED if is_late or is_anonymous else ObjectionState.REGISTERED,
            name=name.strip(), contact=contact.strip(), facts=facts.strip(), evidence=evidence, registered_at=now,
            acknowledge_by=end_after_working_days(now, days.acknowledge_days),
            decide_by=end_after_working_days(now, days.objection_days),
        )  # fmt: skip
        _log(objection, None, _("Registered."))
        if is_late:
            _log(objection, None, _("Not accepted: it came after the end of the notice."))
        elif is_anonymous:
            _log(objection, None, _("Not accepted: name or contact is missing."))
        record("objection.registered", objection, by=None, after={"state": objection.state})
    return objection


def _log(objection: Objection, by: Any, text: str) -> None:
    ObjectionEvent.objects.create(objection=objection, by=by, text=text)


def _locked(objection: Objection, *states: ObjectionState) -> Objection:
    """The objection in one of these states, with year and row locked."""
    lock_year(objection.notice.campaign)
    row = (
        Objection.objects.select_for_update(of=("self",))
        .select_related("notice__campaign", "notice__round")
        .get(pk=objection.pk)
    )
    if row.state not in states:
        raise Refusal(_("This objection has been dealt with already."), code="state")
    return row


def _handles(by: Any) -> None:
    if not may_handle_objections(by):
        raise Refusal(_("Only bureau staff handle objections."), code="forbidden")


def accept_objection(objection: Objection, *, shared_facts: str, by: Any) -> Objection:
    """Take an objection up, and tell the applicant the facts in words that do not tell who objected."""
    _handles(by)
    if not shared_facts.strip():
        raise Refusal(_("Write what the applicant is told."), field="shared_facts", code="shared_facts")
    with transaction.atomic():
        row = _locked(objection, ObjectionState.REGISTERED)
        application = Application.objects.get(pk=row.application_id)
        if application.state == State.PUBLIC_NOTICE:
            take_step(application, Step.HANDLE_OBJECTION, by=by, seen_version=application.version, reason=row.receipt)
        elif application.state != State.UNDER_OBJECTION:
            raise Refusal(_("The project is not on show any more."), code="state")
        now = timezone.now()
        row.state, row.shared_facts = ObjectionState.ACCEPTED, shared_facts.strip()
        row.accepted_by, row.accepted_at = by, now
        row.answer_by = end_after_working_days(now, settings_of(row.notice.campaign).answer_days)
        row.save()
        _log(row, by, _("Accepted; the applicant is asked to answer."))
        _tell_applicant(application, "objection.to_answer", reverse("publicity:answer", kwargs={"pk": row.pk}))
        record("objection.accepted", row, by=by, after={"answer_by": row.answer_by})
    return row


def _tell_applicant(application: Application, key: str, url: str) -> None:
    members = Membership.objects.current().filter(organisation=application.applicant_id, user__is_active=True)
    for member in members.select_related("user"):
        notify(member.user, key, params={"number": str(application.number)}, url=url)


def refuse_objection(objection: Objection, *, reason: str, by: Any) -> Objection:
    """Keep an objection on record without handling it."""
    _handles(by)
    if not reason.strip():
        raise Refusal(_("Give a reason."), field="reason", code="reason")
    with transaction.atomic():
        row = _locked(objection, ObjectionState.REGISTERED)
        row.state = ObjectionState.NOT_ACCEPTED
        row.decided_by, row.decided_at, row.decision = by, timezone.now(), reason.strip()
        row.save()
        _log(row, by, _("Not accepted: %(reason)s") % {"reason": reason.strip()})
        record("objection.not_accepted", row, by=by)
    return row


def answer_objection(objection: Objection, *, text: str, by: Any) -> Objection:
    """The applicant answers, once, until it is due."""
    if not text.strip():
        raise Refusal(_("Write an answer."), field="answer", code="answer")
    with transaction.atomic():
        row = _locked(objection, ObjectionState.ACCEPTED)
        now = timezone.now()
        if not may_answer(by, row):
            raise Refusal(_("This objection belongs to somebody else."), code="forbidden")
        if row.answered_at is not None or row.answer_by is None or now >= row.answer_by:
            raise Refusal(_("The answer is given, or its time is over."), code="closed")
        row.answer, row.answered_by, row.answered_at = text.strip(), by, now
        row.save(update_fields=["answer", "answered_by", "answered_at"])
        _log(row, None, _("The applicant has answered."))
        record("objection.answered", row, by=by)
    return row


def _decides(row: Objection, by: Any, decision: str) -> None:
    if not may_decide_objection(by, row):
        raise Refusal(
            _("Somebody who took no part in the decision decides on an objection to it."), code="second_person"
        )
    if not decision.strip():
        raise Refusal(_("Give a reason."), field="decision", code="reason")


def _close(row: Objection, state: ObjectionState, decision: str, by: Any) -> None:
    row.state, row.decision = state, decision.strip()
    row.decided_by, row.decided_at = by, timezone.now()
    row.save(update_fields=["state", "decision", "decided_by", "decided_at"])
    _log(row, by, f"{state.label}: {decision.strip()}")


def dismiss_objection(objection: Objection, *, decision: str, by: Any) -> Objection:
    """Find an objection without ground; the result is confirmed once no other is open and the notice is over."""
    with transaction.atomic():
        row = _locked(objection, ObjectionState.ACCEPTED)
        _decides(row, by, decision)
        _close(row, ObjectionState.DISMISSED, decision, by)
        record("objection.dismissed", row, by=by)
        if timezone.now() >= row.notice.closes_at:
            _settle(PublicNotice.objects.select_for_update().get(pk=row.notice_id))
    return row


def uphold_objection(
    objection: Objection, change: Change, *, decision: str, held_on: date, members: int, present: int,
    votes: Mapping[str, int], by: Any,
) -> DecisionRound:  # fmt: skip
    """Find an objection justified: another result by the committee, a new round to freeze, then a new notice."""
    with transaction.atomic():
        row = _locked(objection, ObjectionState.ACCEPTED)
        _decides(row, by, decision)
        others = Objection.objects.filter(application=row.application_id, state__in=OPEN_OBJECTIONS)
        if others.exclude(pk=row.pk).exists():
            raise Refusal(_("Other objections to this project are open: decide them first."), code="others")
        if change.result == row.application.decision.result:
            raise Refusal(_("The result is the same as before."), field="result", code="result")
        current = DecisionRound.objects.current().select_for_update().get(campaign=row.notice.campaign)
        current.campaign = row.notice.campaign
        application = take_step(
            row.application, Step.UPHOLD_OBJECTION, by=by, seen_version=row.application.version, reason=decision
        )
        ballot = Ballot(
            votes.get("in_favour", 0), votes.get("against", 0), votes.get("abstained", 0), application=application.pk
        )
        made = amend(
            current, application, change, held_on=held_on, members=members, present=present, ballot=ballot,
            reason=decision, by=by,
        )  # fmt: skip
        _close(row, ObjectionState.UPHELD, decision, by)
        record("objection.upheld", row, by=by, after={"round": made.serial})
    return made


# ------------------------------------------------------------------ publication
def publish(campaign: Campaign, *, by: Any) -> int:
    """Publish the results of a year: winners that are confirmed, and those not selected; returns how many.

    By a leader, on a frozen decision that holds, when no notice runs and no objection is open.
    """
    if not may_open_notice(by):
        raise Refusal(_("Only a leader publishes the results."), code="forbidden")
    with transaction.atomic():
        year = lock_year(campaign)
        if year.is_published:
            raise Refusal(_("The circular of %(year)s is published and stays as it is.") % {"year": year.year})
        row = _frozen_round(year)
        applications = Application.objects.filter(proposed_results__round=row).select_related("decision")
        open_ones = [
            str(one.number)
            for one in applications.order_by("number")
            if one.state != State.CONFIRMED
            and not (one.state == State.DECIDED and one.decision.result == Result.NOT_SELECTED)
            and one.state != State.WITHDRAWN
        ]
        if open_ones:
            raise Refusal(
                _("Not confirmed yet: %(numbers)s") % {"numbers": "、".join(open_ones[:20])},
                fix=_("Wait for the end of the notice, and decide open objections."), code="unconfirmed",
            )  # fmt: skip
        published = applications.filter(state__in=(State.CONFIRMED, State.DECIDED)).order_by("number")
        count = 0
        for application in published:
            take_step(application, Step.PUBLISH, by=by, seen_version=application.version)
            count += 1
        year.published_at = timezone.now()
        year.save(update_fields=["published_at"])
        record("campaign.published", year, by=by, after={"applications": count, "seal": row.seal})
    return count
