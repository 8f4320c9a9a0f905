"""Pages of the formal check."""

from typing import Any

from django.contrib import messages
from django.core.paginator import Paginator
from django.db.models import QuerySet
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils import timezone
from django.utils.translation import gettext as _
from django.views.decorators.http import require_POST, require_safe

from qa_portal.accounts.rules import is_bureau, is_bureau_staff
from qa_portal.campaigns.models import Campaign
from qa_portal.campaigns.queries import campaign_or_404
from qa_portal.core.policy import requires
from submissions.checking import operations
from submissions.checking.forms import ConfirmForm
from submissions.checking.items import ITEMS, precomputed
from submissions.enums import COUNTED_STATES, CheckVerdict, State, Step
from submissions.form.checks import findings
from submissions.models import Application
from submissions.operations import seen_version, take_step
from submissions.queries import application_for, dossier_of
from submissions.recommending.queries import with_open_notes
from submissions.workflow import steps_open_to

PER_PAGE = 50
STEPS = {"accept": Step.ACCEPT, "correction": Step.ASK_CORRECTION, "refuse": Step.REFUSE}
WAITING = (State.FORMAL_CHECK, State.CORRECTION)


def queue_for(user: Any, campaign: Campaign, state: str) -> QuerySet[Application]:
    """Applications of a year that are not accepted yet, oldest submission first."""
    applications = Application.objects.visible_to(user).filter(campaign=campaign).counted_not()
    if state in State.values:
        applications = applications.filter(state=state)
    return with_open_notes(applications.select_related("recommending_unit")).order_by("submitted_at", "pk")


@requires(is_bureau)
@require_safe
def queue(request: HttpRequest, year: int) -> HttpResponse:
    """What waits for the formal check, and everything that was filed but is not accepted."""
    campaign = campaign_or_404(year)
    state = request.GET.get("state", "")
    page = Paginator(queue_for(request.user, campaign, state), PER_PAGE).get_page(request.GET.get("page"))
    states = [one for one in State if one not in (State.DRAFT, *COUNTED_STATES)]
    return render(
        request, "checking/queue.html", {"campaign": campaign, "page": page, "states": states, "state": state}
    )


@requires(is_bureau)
@require_safe
def check(request: HttpRequest, pk: int) -> HttpResponse:
    """The rules' findings, sixteen items and the documents on one screen."""
    application = application_for(request.user, pk)
    dossier = dossier_of(application)
    saved = {one.item: one for one in application.check_items.select_related("checked_by")}
    computed = precomputed(dossier, application)
    steps = steps_open_to(request.user, application, timezone.now())
    context = {
        "application": application,
        "campaign": application.campaign,
        "findings": findings(dossier),
        "rows": [(item, computed[item.number], saved.get(item.number)) for item in ITEMS],
        "verdicts": CheckVerdict,
        "evidence": dossier.evidence,
        "claimed": application.submissions.order_by("-serial").first(),
        "form": ConfirmForm(instance=application),
        "steps": {name: step in steps for name, step in STEPS.items()},
        "is_open": application.state == State.FORMAL_CHECK and is_bureau_staff(request.user),
    }
    return render(request, "checking/check.html", context)


@requires(is_bureau_staff)
@require_POST
def judge(request: HttpRequest, pk: int) -> HttpResponse:
    """Save the judgements of the screen."""
    application = application_for(request.user, pk)
    given = {
        item.number: (request.POST[f"verdict-{item.number}"], request.POST.get(f"reason-{item.number}", "")[:300])
        for item in ITEMS
        if request.POST.get(f"verdict-{item.number}")
    }
    changed = operations.judge(application, given, by=request.user)
    messages.success(request, _("%(count)s judgements saved.") % {"count": len(changed)})
    return redirect("checking:check", pk=pk)


@requires(is_bureau_staff)
@require_POST
def confirm(request: HttpRequest, pk: int) -> HttpResponse:
    """Save the confirmed values."""
    application = application_for(request.user, pk)
    form = ConfirmForm(request.POST, instance=application_for(request.user, pk))
    if form.is_valid():
        changed = operations.confirm(application, form.cleaned_data, by=request.user)
        messages.success(request, _("%(count)s values changed.") % {"count": len(changed)})
    else:
        messages.error(request, _("Choose one of the list for every value."))
    return redirect("checking:check", pk=pk)


@requires(is_bureau_staff)
@require_POST
def step(request: HttpRequest, pk: int, name: str) -> HttpResponse:
    """Accept, ask for correction, or refuse."""
    if name not in STEPS:
        raise Http404
    application = application_for(request.user, pk)
    row = take_step(
        application,
        STEPS[name],
        by=request.user,
        seen_version=seen_version(request.POST.get("version")),
        reason=request.POST.get("reason", "")[:500],
    )
    messages.success(request, _("Done: %(step)s") % {"step": STEPS[name].label})
    return redirect("checking:queue", year=row.campaign.year)
