"""Reading what the formal check works on."""

from collections.abc import Iterable
from typing import Any

from django.db.models import Max, QuerySet

from qa_portal.campaigns.models import Campaign
from submissions.checking.items import Case
from submissions.context import context_for
from submissions.enums import State
from submissions.form.checks import findings
from submissions.form.dossier import Dossier
from submissions.models import Application, FormalCheckItem, Submission
from submissions.recommending.letters import letter_proofs
from submissions.recommending.queries import with_open_notes

WINNERS = ("FIRST_PRIZE", "SECOND_PRIZE", "THIRD_PRIZE")
MOST_WINNERS = 20


def queue_for(
    user: Any, campaign: Campaign, *, state: str = "", channel: str = "", unit: int | None = None, text: str = ""
) -> QuerySet[Application]:
    """Applications of a year that are not accepted yet, oldest submission first."""
    applications = Application.objects.visible_to(user).filter(campaign=campaign).counted_not()
    applications = applications.filter(state=state) if state in State.values else applications
    applications = applications.filter(channel=channel) if channel else applications
    applications = applications.filter(recommending_unit=unit) if unit is not None else applications
    applications = applications.matching(text) if text.strip() else applications
    return with_open_notes(applications.select_related("recommending_unit")).order_by("submitted_at", "pk")


def waiting(user: Any, campaign: Campaign) -> QuerySet[Application]:
    """What the bureau has to check now, oldest submission first."""
    found = Application.objects.visible_to(user).filter(campaign=campaign, state=State.FORMAL_CHECK)
    return found.order_by("submitted_at", "pk")


def next_file(user: Any, application: Application) -> Application | None:
    """The file to check after this one: the next in the queue, else the oldest that waits."""
    others = waiting(user, application.campaign).exclude(pk=application.pk)
    if application.submitted_at is not None:
        after = others.filter(submitted_at__gte=application.submitted_at).first()
        if after is not None:
            return after
    return others.first()


def case_of(application: Application, dossier: Dossier) -> Case:
    """Everything that the computed items look at."""
    proofs = letter_proofs(application)
    whole = Dossier(dossier.sections, (*dossier.evidence, *proofs), dossier.profile)
    context = context_for(application, whole, is_check=True)
    winners = Application.objects.filter(
        applicant=application.applicant_id, campaign__year__lt=application.campaign.year, decision__result__in=WINNERS
    ).order_by("-number")
    return Case(
        application,
        whole,
        context,
        tuple(findings(whole, context)),
        tuple(one.name for one in proofs),
        application.extensions.aggregate(last=Max("until"))["last"],
        tuple(f"{number} {title}" for number, title in winners.values_list("number", "title")[:MOST_WINNERS]),
    )


def judged(application: Application) -> tuple[dict[int, FormalCheckItem], dict[int, FormalCheckItem]]:
    """The judgements of this round and those of the round before, by item: one query."""
    found = application.check_items.select_related("checked_by")
    now: dict[int, FormalCheckItem] = {}
    before: dict[int, FormalCheckItem] = {}
    for one in found:
        if one.round == application.corrections:
            now[one.item] = one
        elif one.round == application.corrections - 1:
            before[one.item] = one
    return now, before


def version_before_correction(application: Application, versions: Iterable[Submission]) -> Submission | None:
    """The version that was checked when the last correction was asked for: the one before the newest."""
    known = list(versions)
    return known[-2] if application.corrections and len(known) > 1 else None
