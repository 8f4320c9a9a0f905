"""What applications tell people, in the portal and by mail: number and link only, no names, no text of others."""

from collections.abc import Callable
from datetime import UTC, datetime
from typing import Any

from django.urls import reverse
from django.utils.translation import gettext_lazy as _

from qa_portal.accounts.enums import Role
from qa_portal.accounts.rules import has_role
from qa_portal.organisations.models import Membership
from qa_portal.organisations.queries import people_of
from qa_portal.outbox.models import Message
from qa_portal.outbox.operations import post
from qa_portal.outbox.registry import Placeholder, register_kind
from submissions.deadlines import deadline_of
from submissions.enums import State, Step
from submissions.models import Application, FilingExtension, FilingReminder, GuidanceNote

SAMPLE_MOMENT = datetime(2021, 5, 31, 9, tzinfo=UTC)
NUMBER = Placeholder("number", _("Application number"), "2021-0001")
YEAR = Placeholder("year", _("Year"), "2021")
COUNT = Placeholder("count", _("How many"), 3)
OPEN_IT = _("Open it here: {link}")


def moment(name: str, label: Any) -> Placeholder:
    return Placeholder(name, label, SAMPLE_MOMENT)


# ------------------------------------------------------------------ to the enterprise
register_kind(
    "submissions.receipt",
    title=_("Receipt of a submission"),
    subject=_("Receipt: application {number}"),
    body=(_("Application {number} was submitted at {at}."), _("Receipt and next steps: {link}")),
    notice=_("Application %(number)s was submitted."),
    look="ok",
    placeholders=(NUMBER, moment("at", _("Submitted at"))),
)
register_kind(
    "submissions.returned",
    title=_("Returned for changes"),
    subject=_("Application {number}: returned for changes"),
    body=(
        _("The recommending unit has returned application {number} for changes."),
        _("Change what was asked for and submit it again before {due}."),
        OPEN_IT,
    ),
    notice=_("Application %(number)s was returned for changes."),
    look="bad",
    placeholders=(NUMBER, moment("due", _("Answer due"))),
)
register_kind(
    "submissions.recommended",
    title=_("Recommended"),
    subject=_("Application {number}: recommended"),
    body=(
        _("The recommending unit has recommended application {number}. The bureau now checks its form."),
        OPEN_IT,
    ),
    notice=_("Application %(number)s was recommended."),
    look="ok",
    placeholders=(NUMBER,),
)
register_kind(
    "submissions.not_recommended",
    title=_("Not recommended"),
    subject=_("Application {number}: not recommended"),
    body=(
        _("The recommending unit has not recommended application {number}. The reason stands in its history."),
        OPEN_IT,
    ),
    notice=_("Application %(number)s was not recommended."),
    look="bad",
    placeholders=(NUMBER,),
)
register_kind(
    "submissions.correction_asked",
    title=_("Correction asked"),
    subject=_("Application {number}: correction asked"),
    body=(
        _("The formal check asks for a correction of application {number}."),
        _("Correct what was asked for and submit it again before {due}."),
        OPEN_IT,
    ),
    notice=_("A correction of application %(number)s is asked for."),
    look="bad",
    placeholders=(NUMBER, moment("due", _("Answer due"))),
)
register_kind(
    "submissions.accepted",
    title=_("Application accepted"),
    subject=_("Application {number}: accepted"),
    body=(_("The bureau has accepted application {number} for review."), OPEN_IT),
    notice=_("Application %(number)s was accepted."),
    look="ok",
    placeholders=(NUMBER,),
)
register_kind(
    "submissions.refused",
    title=_("Application refused"),
    subject=_("Application {number}: not accepted"),
    body=(_("The bureau has not accepted application {number}. The reason stands in its history."), OPEN_IT),
    notice=_("Application %(number)s was not accepted."),
    look="bad",
    placeholders=(NUMBER,),
)
register_kind(
    "submissions.withdrawn",
    title=_("Application withdrawn"),
    subject=_("Application {number}: withdrawn"),
    body=(_("Application {number} was withdrawn by the enterprise."), OPEN_IT),
    notice=_("Application %(number)s was withdrawn."),
    look="neutral",
    placeholders=(NUMBER,),
)
register_kind(
    "submissions.extended",
    title=_("Extension granted"),
    subject=_("Your application may be submitted until {until}"),
    body=(_("The bureau has granted your application an extension. It may be submitted before {until}."), OPEN_IT),
    notice=_("An extension was granted to an application."),
    look="ok",
    placeholders=(moment("until", _("Extended until")),),
)
register_kind(
    "submissions.note",
    title=_("Guidance note"),
    subject=_("Application {number}: new guidance note"),
    body=(_("There is a new guidance note on application {number}. Read and answer it in the portal."), OPEN_IT),
    notice=_("There is a new guidance note on application %(number)s."),
    look="wait",
    placeholders=(NUMBER,),
)
register_kind(
    "submissions.call_reminder",
    title=_("Reminder of a unit: the call is open"),
    subject=_("The call of {year} is open until {closes}"),
    body=(
        _("{unit} reminds you that applications for the year {year} can be submitted before {closes}."),
        OPEN_IT,
    ),
    notice=_("%(unit)s reminds you: the call of %(year)s is open, and your enterprise has not filed yet."),
    look="wait",
    placeholders=(
        YEAR,
        moment("closes", _("Filing closes")),
        Placeholder("unit", _("Recommending unit"), "闵行区市场监督管理局"),
    ),
)
# ------------------------------------------------------------------ to those who guide
register_kind(
    "submissions.to_recommend",
    title=_("New application for a recommending unit"),
    subject=_("Application {number} waits for your recommendation"),
    body=(_("Application {number} was submitted to your unit. Guide it, recommend it or return it."), OPEN_IT),
    notice=_("Application %(number)s waits for your recommendation."),
    look="wait",
    placeholders=(NUMBER,),
)
register_kind(
    "submissions.answer",
    title=_("Answer to a guidance note"),
    subject=_("Application {number}: answer to a guidance note"),
    body=(_("There is a new answer below a guidance note on application {number}."), OPEN_IT),
    notice=_("There is an answer to a guidance note on application %(number)s."),
    placeholders=(NUMBER,),
)


# ------------------------------------------------------------------ telling
def application_url(application: Application) -> str:
    """The page of an application for its enterprise."""
    return reverse("submissions:detail", kwargs={"pk": application.pk})


def guidance_url(application: Application) -> str:
    """The page of an application for those who guide it, and of its notes for all."""
    return reverse("recommending:guidance", kwargs={"pk": application.pk})


def _nothing(row: Application) -> dict[str, Any]:
    return {}


def _due(row: Application) -> dict[str, Any]:
    return {"due": row.answer_due_at}


def _receipt_url(row: Application) -> str:
    return reverse("submissions:receipt", kwargs={"pk": row.pk})


# What the enterprise hears of a step: kind, further values, where the link leads
ENTERPRISE: dict[Step, tuple[str, Callable[[Application], dict[str, Any]], Callable[[Application], str]]] = {
    Step.SUBMIT: (
        "submissions.receipt",
        lambda row: {"at": row.submissions.latest("serial").submitted_at},
        _receipt_url,
    ),
    Step.RETURN: ("submissions.returned", _due, application_url),
    Step.RECOMMEND: ("submissions.recommended", _nothing, application_url),
    Step.DECLINE: ("submissions.not_recommended", _nothing, application_url),
    Step.ASK_CORRECTION: ("submissions.correction_asked", _due, application_url),
    Step.ACCEPT: ("submissions.accepted", _nothing, application_url),
    Step.REFUSE: ("submissions.refused", _nothing, application_url),
    Step.WITHDRAW: ("submissions.withdrawn", _nothing, application_url),
}
# What its recommending unit hears
UNIT: dict[Step, str] = {
    Step.SUBMIT: "submissions.to_recommend",
    Step.ACCEPT: "submissions.accepted",
    Step.REFUSE: "submissions.refused",
    Step.WITHDRAW: "submissions.withdrawn",
}


def tell_step(row: Application, step: Step) -> None:
    """Tell everybody whom a step concerns, in its transaction; a draft that nobody else saw concerns nobody."""
    if row.number is None:
        return
    event, about = f"application:{row.pk}:{row.version}", {"number": row.number}
    if told := ENTERPRISE.get(step):
        kind, values, url = told
        for person in people_of([row.applicant_id], Role.APPLICANT)[row.applicant_id]:
            post(kind, event=event, to=person, params=about | values(row), path=url(row), about=row)
    waits_for_unit = step != Step.SUBMIT or row.state == State.PENDING_RECOMMENDATION
    if step in UNIT and row.recommending_unit_id and waits_for_unit:
        for person in people_of([row.recommending_unit_id], Role.RECOMMENDER)[row.recommending_unit_id]:
            post(UNIT[step], event=event, to=person, params=about, path=guidance_url(row), about=row)


def tell_extension(extension: FilingExtension) -> None:
    """Tell the enterprise that it has more time."""
    row = extension.application
    for person in people_of([row.applicant_id], Role.APPLICANT)[row.applicant_id]:
        post(
            "submissions.extended",
            event=f"extension:{extension.pk}",
            to=person,
            params={"until": extension.until},
            path=application_url(row),
            about=row,
            expires_at=extension.until,
        )


def tell_filing_reminder(reminder: FilingReminder) -> None:
    """Tell the people of an enterprise that their unit hopes for an application."""
    campaign, enterprise = reminder.campaign, reminder.enterprise_id
    for person in people_of([enterprise], Role.APPLICANT)[enterprise]:
        post(
            "submissions.call_reminder",
            event=f"filing_reminder:{reminder.pk}",
            to=person,
            params={"year": campaign.year, "closes": campaign.filing_closes_at, "unit": reminder.unit.name},
            path=reverse("submissions:call"),
            about=reminder,
            expires_at=campaign.filing_closes_at,
        )


def tell_note(note: GuidanceNote) -> None:
    """Tell the enterprise of a note, or of an answer below one that is not its own."""
    row = note.application
    for person in people_of([row.applicant_id], Role.APPLICANT)[row.applicant_id]:
        if person.pk != note.author_id:
            _tell_of_note("submissions.note", note, person)


def tell_reply(answer: GuidanceNote) -> None:
    """Tell the author of the note of an answer by the enterprise, and the enterprise of any other answer."""
    if answer.parent is None or not has_role(answer.author, Role.APPLICANT):
        tell_note(answer)
        return
    author, unit = answer.parent.author, answer.application.recommending_unit_id
    if has_role(author, Role.RECOMMENDER, Role.STAFF):
        _tell_of_note("submissions.answer", answer, author)
    elif unit is not None:  # who wrote the note has left
        for person in people_of([unit], Role.RECOMMENDER)[unit]:
            _tell_of_note("submissions.answer", answer, person)


def _tell_of_note(kind: str, note: GuidanceNote, person: Any) -> None:
    row = note.application
    params = {"number": row.number or "—"}
    post(kind, event=f"note:{note.pk}", to=person, params=params, path=guidance_url(row), about=row)


# ------------------------------------------------------------------ reminders: see `reminders` for who gets them when
def about_id(message: Message) -> int:
    """The key of the object that a message is about."""
    return int(message.about.rpartition(":")[2])


def is_still_draft(message: Message) -> bool:
    """The draft was not submitted, and its deadline is the one that the message names."""
    row = Application.objects.filter(pk=about_id(message), state=State.DRAFT).select_related("campaign").first()
    found = deadline_of(row) if row else None
    return found is not None and found.at == message.expires_at


def is_still_asked(message: Message) -> bool:
    """The changes that were asked for are not made, and still due at the moment that the message names."""
    asked = Application.objects.filter(pk=about_id(message), state__in=(State.RETURNED, State.CORRECTION))
    return asked.filter(answer_due_at=message.expires_at).exists()


def is_note_open(message: Message) -> bool:
    """The note was neither answered by the enterprise nor closed."""
    note = GuidanceNote.objects.filter(pk=about_id(message), resolved_at=None).select_related("application").first()
    if note is None:
        return False
    members = Membership.objects.current().filter(organisation=note.application.applicant_id)
    return not note.replies.filter(author__in=members.values("user")).exists()


def waits_for_unit(message: Message) -> bool:
    """Something still waits for the unit of the receiver."""
    units = Membership.objects.current().filter(user=message.recipient_id).values_list("organisation", flat=True)
    waiting = Application.objects.filter(campaign=about_id(message), state=State.PENDING_RECOMMENDATION)
    return waiting.filter(recommending_unit__in=list(units)).exists()


def waits_for_check(message: Message) -> bool:
    """Something still waits for the formal check."""
    return Application.objects.filter(campaign=about_id(message), state=State.FORMAL_CHECK).exists()


register_kind(
    "submissions.draft_closing",
    title=_("Reminder: draft not submitted"),
    subject=_("Reminder: your application is not submitted, filing closes {closes}"),
    body=(
        _("Your application for the year {year} is still a draft. It can be submitted before {closes}."),
        _("A draft that is not submitted by then takes no part."),
        OPEN_IT,
    ),
    notice=_("An application is not submitted yet, and filing closes soon."),
    look="wait",
    placeholders=(YEAR, moment("closes", _("Filing closes"))),
    wanted=is_still_draft,
)
register_kind(
    "submissions.answer_due",
    title=_("Reminder: changes asked for are due"),
    subject=_("Reminder: application {number} is to be submitted again before {due}"),
    body=(_("Changes were asked for in application {number}. Submit it again before {due}."), OPEN_IT),
    notice=_("The changes asked for in application %(number)s are due soon."),
    look="wait",
    placeholders=(NUMBER, moment("due", _("Answer due"))),
    wanted=is_still_asked,
)
register_kind(
    "submissions.note_due",
    title=_("Reminder: guidance note is due"),
    subject=_("Reminder: a guidance note on application {number} is due"),
    body=(_("A guidance note on application {number} is to be answered before {due}."), OPEN_IT),
    notice=_("A guidance note on application %(number)s is due soon."),
    look="wait",
    placeholders=(NUMBER, moment("due", _("Due time"))),
    wanted=is_note_open,
)
register_kind(
    "submissions.recommendation_closing",
    title=_("Reminder: recommendation closes"),
    subject=_("Reminder: recommendation closes {closes}"),
    body=(
        _("Applications of the year {year} that wait for your unit: {count}. Recommendation closes {closes}."),
        _("Open them here: {link}"),
    ),
    notice=_("Applications of your unit wait, and recommendation closes soon."),
    look="wait",
    placeholders=(YEAR, COUNT, moment("closes", _("Recommendation closes"))),
    wanted=waits_for_unit,
)
register_kind(
    "submissions.check_digest",
    title=_("Daily digest: formal check"),
    subject=_("Formal check {year}: {count} waiting"),
    body=(_("Applications of the year {year} that wait for the formal check: {count}."), _("Open them here: {link}")),
    placeholders=(YEAR, COUNT),
    wanted=waits_for_check,
)
