"""What the pages of an applicant show, put together in Python so that templates only print it."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from django.urls import NoReverseMatch, reverse
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from qa_portal.audit.queries import events_for
from qa_portal.campaigns.calendar import end_after_working_days
from submissions.applicants import UnitGroup
from submissions.deadlines import Deadline, deadline, deadline_of
from submissions.enums import COUNTED_STATES, EDITABLE_STATES, State, Step
from submissions.form.checks import ERROR, EVIDENCE, Finding
from submissions.form.computed import change_text, computed_of
from submissions.form.dossier import Dossier
from submissions.form.progress import Progress, SectionState
from submissions.form.sections import SECTIONS
from submissions.form.spec import Field, Kind, Section
from submissions.links import TITLES, url_for
from submissions.models import Application
from submissions.wording import value_text

STATE_KINDS: dict[str, str] = {
    State.DRAFT: "info",
    State.PENDING_RECOMMENDATION: "wait",
    State.RETURNED: "bad",
    State.NOT_RECOMMENDED: "bad",
    State.FORMAL_CHECK: "wait",
    State.CORRECTION: "bad",
    State.REFUSED: "bad",
    State.ACCEPTED: "ok",
    State.IN_REVIEW: "wait",
    State.SCORED: "wait",
    State.DEFENCE: "wait",
    State.DECIDED: "ok",
    State.PUBLIC_NOTICE: "info",
    State.UNDER_OBJECTION: "bad",
    State.CONFIRMED: "ok",
    State.PUBLISHED: "ok",
    State.ARCHIVED: "neutral",
    State.WITHDRAWN: "neutral",
}
SECTION_KINDS: dict[str, str] = {
    SectionState.NOT_STARTED: "neutral",
    SectionState.IN_PROGRESS: "info",
    SectionState.TO_MEND: "bad",
    SectionState.DONE: "ok",
}
NEXT: dict[str, Any] = {
    State.DRAFT: gettext_lazy("You submit; then the recommending unit guides and recommends, or the bureau checks."),
    State.PENDING_RECOMMENDATION: gettext_lazy("The recommending unit recommends it, returns it, or declines."),
    State.RETURNED: gettext_lazy("You change what was asked for and submit again, before the deadline."),
    State.NOT_RECOMMENDED: gettext_lazy(
        "The unit did not recommend it. You may file by yourself while filing is open."
    ),
    State.FORMAL_CHECK: gettext_lazy("The bureau checks the form: it accepts, asks for a correction, or refuses."),
    State.CORRECTION: gettext_lazy("You correct what was asked for and submit again, before the deadline."),
    State.REFUSED: gettext_lazy("The bureau did not accept it. The reason stands in the history."),
    State.ACCEPTED: gettext_lazy("Experts review it without knowing who you are. The result is announced by circular."),
    State.IN_REVIEW: gettext_lazy(
        "Experts review it without knowing who you are. The result is announced by circular."
    ),
    State.PUBLIC_NOTICE: gettext_lazy("The result is on public notice; then the circular announces it."),
    State.UNDER_OBJECTION: gettext_lazy(
        "The bureau decides about an objection; then the circular announces the result."
    ),
    State.CONFIRMED: gettext_lazy("The result is announced by circular."),
    State.PUBLISHED: gettext_lazy("The circular has announced the result. A letter with the reasons follows."),
    State.ARCHIVED: gettext_lazy("This year is closed."),
    State.WITHDRAWN: gettext_lazy("Nothing more happens. You may begin another application while filing is open."),
}
EVENTS: dict[str, Any] = {
    "application.started": gettext_lazy("Draft begun"),
    "application.copied": gettext_lazy("Copied from an earlier application"),
    "application.extended": gettext_lazy("Deadline extended"),
    f"application.{Step.SUBMIT}": gettext_lazy("Submitted"),
    f"application.{Step.RETURN}": gettext_lazy("Returned for changes"),
    f"application.{Step.RECOMMEND}": gettext_lazy("Recommended"),
    f"application.{Step.DECLINE}": gettext_lazy("Not recommended"),
    f"application.{Step.ASK_CORRECTION}": gettext_lazy("Correction asked"),
    f"application.{Step.ACCEPT}": gettext_lazy("Accepted"),
    f"application.{Step.REFUSE}": gettext_lazy("Not accepted"),
    f"application.{Step.WITHDRAW}": gettext_lazy("Withdrawn"),
}
OWN_EVENTS = ("started", "copied", Step.SUBMIT, Step.WITHDRAW)
UNIT_EVENTS = (Step.RETURN, Step.RECOMMEND, Step.DECLINE)


def address(view: str, **kwargs: Any) -> str:
    """Address of a view, "" while no such view exists."""
    try:
        return reverse(view, kwargs=kwargs)
    except NoReverseMatch:
        return ""


# ------------------------------------------------------------------ lists


@dataclass(frozen=True, slots=True)
class ApplicationLine:
    """One application in the list of an enterprise."""

    application: Application
    title: str
    kind: str
    holder: str
    deadline: Deadline | None


def holder_of(application: Any) -> str:
    """Who acts now."""
    if application.state in EDITABLE_STATES:
        return _("You")
    if application.state == State.PENDING_RECOMMENDATION:
        return str(application.recommending_unit)
    return _("The bureau") if application.state in (State.FORMAL_CHECK, *COUNTED_STATES) else "—"


def title_of(application: Any) -> str:
    return application.title or _("Application without a title")


def lines_of(applications: Iterable[Any], now: datetime) -> list[ApplicationLine]:
    return [
        ApplicationLine(
            one, title_of(one), STATE_KINDS.get(one.outside_state, "neutral"), holder_of(one), deadline_of(one, now)
        )
        for one in applications
    ]


# ------------------------------------------------------------------ task list


@dataclass(frozen=True, slots=True)
class Task:
    """One section in the task list."""

    title: Any
    url: str
    kind: str
    state: Any
    note: str


def tasks_of(application: Any, progress: Iterable[Progress], profile: Task, evidence: Task | None) -> list[Task]:
    """The profile, all sections, and the evidence, in the order in which they are filled."""
    tasks = [profile]
    for one in progress:
        url = reverse("submissions:section", kwargs={"pk": application.pk, "section": one.section.key})
        kind, state = SECTION_KINDS[one.state], one.state.label
        tasks.append(Task(one.section.title, url, kind, state, _note(one)))
    return [*tasks, evidence] if evidence else tasks


def _note(one: Progress) -> str:
    if one.problems:
        return _("%(count)s to be mended") % {"count": one.problems}
    if one.state == SectionState.NOT_STARTED:
        return _("nothing here is required") if one.is_optional else ""
    return _("%(count)s missing") % {"count": one.missing} if one.missing else ""


def profile_task(profile: dict[str, Any]) -> Task:
    """The profile of the enterprise stands before the sections: nothing can be submitted without it."""
    is_done = all(profile.get(name) for name in ("district", "ownership", "size_class"))
    state = SectionState.DONE if is_done else SectionState.IN_PROGRESS
    return Task(_("Profile of the enterprise"), address("organisations:profile"), SECTION_KINDS[state], state.label, "")


def evidence_task(application: Any, found: Iterable[Finding], count: int) -> Task | None:
    """The page of files, where it exists."""
    url = address("submissions:evidence", pk=application.pk)
    if not url:
        return None
    missing = sum(1 for one in found if (one.kind, one.section) == (ERROR, EVIDENCE))
    state = SectionState.DONE if not missing else SectionState.IN_PROGRESS if count else SectionState.NOT_STARTED
    note = _("%(count)s missing") % {"count": missing} if missing else ""
    return Task(_("Evidence"), url, SECTION_KINDS[state], state.label, note)


# ------------------------------------------------------------------ history


@dataclass(frozen=True, slots=True)
class Moment:
    """One thing that happened, who did it, and what they said."""

    at: datetime
    label: Any
    who: str
    reason: str


def history_of(application: Any) -> list[Moment]:
    """What happened, newest first; people outside the enterprise appear as their house; one query."""
    events = events_for(application).filter(action__in=EVENTS).order_by("-sequence")
    return [
        Moment(one.occurred_at, EVENTS[one.action], _actor(application, one.action, one.actor_label), one.reason)
        for one in events
    ]


def _actor(application: Any, action: str, label: str) -> str:
    verb = action.removeprefix("application.")
    if verb in OWN_EVENTS:
        return label
    return str(application.recommending_unit or "") if verb in UNIT_EVENTS else _("Market supervision bureau")


# ------------------------------------------------------------------ answers


@dataclass(frozen=True, slots=True)
class Answer:
    """One field with its value in words, or a table of rows."""

    label: Any
    text: str = ""
    headings: tuple[Any, ...] = ()
    rows: tuple[tuple[str, ...], ...] = ()
    is_long: bool = False


@dataclass(frozen=True, slots=True)
class AnswerSection:
    section: Section
    url: str
    answers: tuple[Answer, ...]


def answers_of(dossier: Dossier, units: Sequence[UnitGroup], pk: int | None = None) -> list[AnswerSection]:
    """All answers in the order of the form; with `pk` each section has the address of its page."""
    names = {str(key): name for group in units for key, name, _own in group.units}
    found = []
    for section in SECTIONS:
        url = reverse("submissions:section", kwargs={"pk": pk, "section": section.key}) if pk else ""
        answers = [answer_of(spec, dossier.get(section.key, spec.key), names) for spec in section.fields]
        if section.key == "benefits":
            totals = computed_of("benefits", {"years": dossier.get("benefits", "years")})
            columns = {column.key: column for column in section.field("years").columns}
            answers[1:1] = [
                Answer(_("Total: %(label)s") % {"label": columns[name.removeprefix("total-")].label}, text)
                for name, text in totals.items()
            ]
        found.append(AnswerSection(section, url, tuple(answers)))
    return found


def answer_of(spec: Field, value: Any, units: dict[str, str]) -> Answer:
    """One field in words; `units` are names of recommending units by key."""
    if spec.kind != Kind.ROWS:
        return Answer(spec.label, value_text(spec, value, units), is_long=spec.kind == Kind.LONG_TEXT)
    is_indicators = spec.key == "indicators"
    headings = tuple(f"{one.label} ({one.unit})" if one.unit else one.label for one in spec.columns)
    rows = tuple(
        (
            *(_plain(one, row.get(one.key, "")) for one in spec.columns),
            *((change_text(row.get("before"), row.get("after")),) if is_indicators else ()),
        )
        for row in value
        if any(row.get(one.key) for one in spec.columns)
    )
    return Answer(
        spec.label, "" if rows else "—", (*headings, _("Change in value")) if is_indicators else headings, rows
    )


def _plain(spec: Field, value: Any) -> str:
    """A cell; the unit stands in the heading."""
    return str(value).strip() or "—" if spec.kind == Kind.DECIMAL else value_text(spec, value)


@dataclass(frozen=True, slots=True)
class FindingLine:
    """One finding with the address of its place."""

    text: str
    url: str
    where: Any


def finding_lines(found: Iterable[Finding], application: Any) -> list[FindingLine]:
    """Findings that link to where they are mended."""
    return [FindingLine(one.text, url_for(one, application), TITLES[one.section]) for one in found]


# ------------------------------------------------------------------ the call


def dates_of(campaign: Any, now: datetime) -> list[tuple[Any, Deadline | None]]:
    """The dates of a call."""
    return [
        (_("Filing opens"), deadline(campaign.filing_opens_at, now)),
        (_("Filing closes"), deadline(campaign.filing_closes_at, now)),
        (_("Recommendation closes"), deadline(campaign.recommendation_closes_at, now)),
        (_("Formal check ends"), deadline(check_ends_at(campaign), now)),
        (_("Expert review opens"), deadline(campaign.review_opens_at, now)),
        (_("Expert review closes"), deadline(campaign.review_closes_at, now)),
    ]


def check_ends_at(campaign: Any) -> datetime | None:
    """The end of the formal check, in working days from the end of recommendation; one query."""
    closes_at = campaign.recommendation_closes_at
    return end_after_working_days(closes_at, campaign.check_days) if closes_at else None
