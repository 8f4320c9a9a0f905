"""Who is reminded of what before a deadline; who has done the thing hears nothing."""

from collections.abc import Iterable
from datetime import datetime, time, timedelta
from typing import Any

from django.db.models import Count, Exists, F, Max, OuterRef, Q, QuerySet
from django.urls import reverse
from django.utils import timezone

from qa_portal.accounts.enums import GrantState, Role
from qa_portal.accounts.models import User
from qa_portal.audit.models import AuditEvent
from qa_portal.campaigns.calendar import is_working_day
from qa_portal.campaigns.models import CalendarDay, Campaign
from qa_portal.organisations.models import Membership
from qa_portal.organisations.queries import people_of
from qa_portal.outbox.reminding import Due, reminds, step_event
from submissions.deadlines import deadline_of, with_extension
from submissions.enums import State
from submissions.mails import application_url, guidance_url
from submissions.models import Application, GuidanceNote

WEEK, THREE_DAYS, TWO_DAYS, DAY = (timedelta(days=days) for days in (7, 3, 2, 1))
LONG_STEPS, SHORT_STEPS = (WEEK, THREE_DAYS, DAY), (TWO_DAYS, DAY)
DIGEST_AT = time(8, 30)
# the enterprise can answer a note in these
NOTE_STATES = (State.PENDING_RECOMMENDATION, State.RETURNED, State.FORMAL_CHECK, State.CORRECTION)


def _latest(actions: tuple[str, ...], since: datetime) -> dict[str, datetime]:
    """When something last happened to applications, by key; what is older than `since` does not matter."""
    events = AuditEvent.objects.filter(action__in=actions, occurred_at__gte=since).order_by()
    return dict(events.values_list("object_id").annotate(Max("occurred_at")))


def _closing(field: str, now: datetime, within: timedelta) -> Q:
    return Q(**{f"{field}__gt": now, f"{field}__lte": now + within})


@reminds("drafts before filing closes")
def drafts_before_filing_closes(now: datetime) -> Iterable[Due]:
    """A draft, 7 days, 72 hours and 24 hours before its own end of filing: an extension moves it."""
    drafts: QuerySet[Any] = with_extension(Application.objects.filter(state=State.DRAFT))
    drafts = drafts.annotate(extended_at=Max("extensions__granted_at")).select_related("campaign")
    near = _closing("campaign__filing_closes_at", now, WEEK) | _closing("extended_until", now, WEEK)
    rows = list(drafts.filter(near, campaign__filing_opens_at__lte=now))
    begun = _latest(("application.started", "application.copied"), now - WEEK)
    people = people_of({one.applicant_id for one in rows}, Role.APPLICANT)
    for one in rows:
        found = deadline_of(one, now)
        if found is None:
            continue
        is_extended = one.extended_until is not None and found.at == one.extended_until
        moments = [begun.get(str(one.pk)), one.extended_at if is_extended else None]
        since = max((moment for moment in moments if moment), default=None)
        if event := step_event(f"application:{one.pk}", found.at, LONG_STEPS, now, since):
            yield Due(
                "submissions.draft_closing",
                event,
                people[one.applicant_id],
                application_url(one),
                {"year": one.campaign.year, "closes": found.at},
                one,
                found.at,
            )


@reminds("changes asked for")
def changes_before_they_are_due(now: datetime) -> Iterable[Due]:
    """What the unit returned or the formal check wants corrected, 48 and 24 hours before it is due."""
    rows = list(
        Application.objects.filter(
            _closing("answer_due_at", now, TWO_DAYS), state__in=(State.RETURNED, State.CORRECTION)
        )
    )
    asked = _latest(("application.return", "application.ask_correction"), now - TWO_DAYS)
    people = people_of({one.applicant_id for one in rows}, Role.APPLICANT)
    for one in rows:
        due = one.answer_due_at
        if due and (event := step_event(f"application:{one.pk}", due, SHORT_STEPS, now, asked.get(str(one.pk)))):
            params = {"number": one.number, "due": due}
            yield Due("submissions.answer_due", event, people[one.applicant_id], application_url(one), params, one, due)


@reminds("guidance notes")
def notes_before_they_are_due(now: datetime) -> Iterable[Due]:
    """A note with a due day that the enterprise has not answered, 48 and 24 hours before the day ends."""
    today = timezone.localdate(now)
    members = Membership.objects.current().filter(organisation=OuterRef("parent__application__applicant"))
    answers = GuidanceNote.objects.filter(parent=OuterRef("pk")).filter(Exists(members.filter(user=OuterRef("author"))))
    notes = GuidanceNote.objects.filter(
        ~Exists(answers),
        parent=None,
        resolved_at=None,
        due_on__gte=today,
        due_on__lte=today + TWO_DAYS,
        application__state__in=NOTE_STATES,
    )
    rows = list(notes.select_related("application"))
    people = people_of({one.application.applicant_id for one in rows}, Role.APPLICANT)
    for one in rows:
        day: Any = one.due_on
        due = timezone.make_aware(datetime.combine(day + DAY, time.min))
        if event := step_event(f"note:{one.pk}", due, SHORT_STEPS, now, one.created_at):
            yield Due(
                "submissions.note_due",
                event,
                people[one.application.applicant_id],
                guidance_url(one.application),
                {"number": one.application.number or "—", "due": due},
                one,
                due,
            )


@reminds("recommendations before they close")
def units_before_recommendation_closes(now: datetime) -> Iterable[Due]:
    """A unit for which applications wait, 7 days, 72 hours and 24 hours before recommendation closes."""
    waiting = Application.objects.filter(
        _closing("campaign__recommendation_closes_at", now, WEEK),
        state=State.PENDING_RECOMMENDATION,
        recommending_unit__isnull=False,
    )
    counts = list(waiting.order_by().values_list("campaign", "recommending_unit").annotate(Count("pk")))
    years = Campaign.objects.in_bulk({year for year, _unit, _count in counts})
    people = people_of({unit for _year, unit, _count in counts}, Role.RECOMMENDER)
    for key, unit, count in counts:
        campaign = years[key]
        closes: Any = campaign.recommendation_closes_at
        if event := step_event(f"recommending:{key}", closes, LONG_STEPS, now):
            params = {"year": campaign.year, "count": count, "closes": closes}
            url = reverse("recommending:queue", kwargs={"year": campaign.year})
            yield Due("submissions.recommendation_closing", event, people[unit], url, params, campaign, closes)


@reminds("digest of the formal check")
def digest_of_the_formal_check(now: datetime) -> Iterable[Due]:
    """On working days from half past eight: how many applications wait for bureau staff; one mail a day."""
    local = timezone.localtime(now)
    if local.time() < DIGEST_AT:
        return
    overrides = dict(CalendarDay.objects.filter(day=local.date()).values_list("day", "is_working"))
    if not is_working_day(local.date(), overrides):
        return
    waiting = Application.objects.filter(state=State.FORMAL_CHECK).order_by()
    counts = list(waiting.values_list("campaign").annotate(Count("pk"), year=F("campaign__year")))
    staff = User.objects.filter(
        is_active=True, role_grants__state=GrantState.ACTIVE, role_grants__role=Role.STAFF
    ).order_by("pk")
    people = list(staff) if counts else []
    years = Campaign.objects.in_bulk([key for key, _count, _year in counts])
    tomorrow = timezone.make_aware(datetime.combine(local.date() + DAY, time.min))
    for key, count, year in counts:
        url = reverse("checking:queue", kwargs={"year": year})
        event = f"checking:{key}:{local:%Y%m%d}"
        yield Due("submissions.check_digest", event, people, url, {"year": year, "count": count}, years[key], tomorrow)
