"""Pages of the formal check."""

from typing import Any

from django.contrib import messages
from django.core.paginator import Paginator
from django.http import Http404, HttpRequest, HttpResponse, QueryDict
from django.shortcuts import redirect, render
from django.utils import timezone
from django.utils.translation import gettext as _
from django.views.decorators.http import require_POST, require_safe

from qa_portal.accounts.rules import is_bureau, is_bureau_staff
from qa_portal.campaigns.queries import campaign_or_404
from qa_portal.core.errors import Refusal
from qa_portal.core.numbers import whole_number
from qa_portal.core.policy import requires
from submissions.casefile import case_findings, documents_of, submitted_dossier, versions_of
from submissions.checking.forms import ConfirmForm, QueueForm
from submissions.checking.items import ITEMS, computed_of
from submissions.checking.operations import CONFIRMED, Judgement, decide
from submissions.checking.queries import (
    case_of,
    judged,
    next_file,
    queue_for,
    version_before_correction,
    waiting,
)
from submissions.checking.tables import claimed_texts, item_rows, progress_of
from submissions.enums import CheckReason, CheckVerdict, State, Step
from submissions.models import Application
from submissions.operations import seen_version
from submissions.queries import application_for, dossier_of
from submissions.recommending.letters import letters_covering, letters_for
from submissions.recommending.queries import notes_of
from submissions.workflow import steps_open_to

PER_PAGE = 50
STEPS = {"accept": Step.ACCEPT, "correction": Step.ASK_CORRECTION, "refuse": Step.REFUSE}


@requires(is_bureau)
@require_safe
def queue(request: HttpRequest, year: int) -> HttpResponse:
    """What waits for the formal check, and everything that was filed but is not accepted."""
    campaign = campaign_or_404(year)
    form = QueueForm(request.GET)
    wanted = form.wanted()
    page = Paginator(queue_for(request.user, campaign, **wanted), PER_PAGE).get_page(request.GET.get("page"))
    first = waiting(request.user, campaign).first() if is_bureau_staff(request.user) else None
    context = {"campaign": campaign, "page": page, "form": form, "is_filtered": any(wanted.values()), "first": first}
    return render(request, "checking/queue.html", context)


@requires(is_bureau)
@require_safe
def check(request: HttpRequest, pk: int) -> HttpResponse:
    """The rules' findings, sixteen items and the documents on one screen."""
    return _screen(request, application_for(request.user, pk))


def _screen(request: HttpRequest, application: Application, refusal: Refusal | None = None) -> HttpResponse:
    """The screen; after a refusal with everything that was chosen and typed."""
    versions = versions_of(application)
    dossier = submitted_dossier(dossier_of(application), versions[-1] if versions else None)
    answers = versions[-1].warnings_answered if versions else {}
    case = case_of(application, dossier)
    saved, before = judged(application)
    posted = given_judgements(request.POST) if request.method == "POST" else None
    error = _error_of(refusal)
    rows = item_rows(computed_of(case), saved, before, answers, posted, error)
    covering = [one.pk for one in letters_covering(application)]
    letters = list(letters_for(request.user).filter(pk__in=covering).select_related("stored"))
    is_open = application.state == State.FORMAL_CHECK and is_bureau_staff(request.user)
    form = ConfirmForm(
        request.POST if posted is not None and "industry" in request.POST else None, instance=application
    )
    steps = steps_open_to(request.user, application, timezone.now())
    context = {
        "application": application,
        "campaign": application.campaign,
        "documents": documents_of(
            application, dossier, user=request.user, versions=versions,
            since=version_before_correction(application, versions), notes=notes_of(application), letters=letters,
        ),
        "findings": case_findings(case.found, answers),
        "rows": rows,
        "progress": progress_of(rows),
        "verdicts": CheckVerdict,
        "codes": CheckReason,
        "earlier_winners": case.earlier_winners,
        "confirmed": form.pairs(claimed_texts(dossier)),
        "form": form,
        "steps": {name: step in steps for name, step in STEPS.items()},
        "is_open": is_open,
        "reason": request.POST.get("reason", "")[:500] if posted is not None else "",
        "refusal": refusal,
        # fields of the items bear their own names, those of the confirmed values the usual ones
        "error_place": "" if refusal is None else refusal.field if error else f"id_{refusal.field}",
        "following": next_file(request.user, application) if is_open else None,
    }  # fmt: skip
    return render(request, "checking/check.html", context, status=refusal.status if refusal else 200)


def _error_of(refusal: Refusal | None) -> dict[int, str]:
    """The refusal at its item, if it names one."""
    if refusal is None:
        return {}
    number = whole_number(refusal.field.rpartition("-")[2])
    return {} if number is None else {number: str(refusal)}


def given_judgements(data: QueryDict) -> dict[int, Judgement]:
    """What was chosen and typed for each item; an item without a verdict is left out."""
    return {
        item.number: Judgement(
            str(data[f"verdict-{item.number}"]),
            data.get(f"reason-{item.number}", "").replace("\0", "")[:300],
            data.get(f"code-{item.number}", ""),
        )
        for item in ITEMS
        if data.get(f"verdict-{item.number}")
    }


def _values(request: HttpRequest, application: Application) -> dict[str, Any] | None:
    """The confirmed values of the screen; None where it had none. Raises Refusal for what is on no list."""
    if "industry" not in request.POST:
        return None
    form = ConfirmForm(request.POST, instance=Application.objects.get(pk=application.pk))
    if not form.is_valid():
        raise Refusal(_("Choose one of the list for every value."), field=next(iter(form.errors)), code="values")
    return {key: form.cleaned_data[key] for key in CONFIRMED}


@requires(is_bureau_staff)
@require_POST
def judge(request: HttpRequest, pk: int) -> HttpResponse:
    """Save the judgements and confirmed values of the screen."""
    application = application_for(request.user, pk)
    try:
        done = decide(
            application, None, judgements=given_judgements(request.POST), values=_values(request, application),
            by=request.user,
        )  # fmt: skip
    except Refusal as refusal:
        return _screen(request, application_for(request.user, pk), refusal)
    messages.success(request, _("%(count)s judgements saved.") % {"count": len(done.judged)})
    if done.confirmed:
        messages.success(request, _("%(count)s values changed.") % {"count": len(done.confirmed)})
    return redirect("checking:check", pk=pk)


@requires(is_bureau_staff)
@require_POST
def confirm(request: HttpRequest, pk: int) -> HttpResponse:
    """Save the confirmed values alone."""
    application = application_for(request.user, pk)
    try:
        done = decide(application, None, judgements={}, values=_values(request, application), by=request.user)
    except Refusal as refusal:
        return _screen(request, application_for(request.user, pk), refusal)
    messages.success(request, _("%(count)s values changed.") % {"count": len(done.confirmed)})
    return redirect("checking:check", pk=pk)


@requires(is_bureau_staff)
@require_POST
def step(request: HttpRequest, pk: int, name: str) -> HttpResponse:
    """Save the screen, then accept, ask for correction, or refuse; then the next file or the queue."""
    if name not in STEPS:
        raise Http404
    application = application_for(request.user, pk)
    following = next_file(request.user, application)
    try:
        done = decide(
            application, STEPS[name], judgements=given_judgements(request.POST),
            values=_values(request, application), by=request.user,
            seen_version=seen_version(request.POST.get("version")),
            reason=request.POST.get("reason", "").replace("\0", "")[:500],
        )  # fmt: skip
    except Refusal as refusal:
        return _screen(request, application_for(request.user, pk), refusal)
    said = {"step": STEPS[name].label, "number": done.application.number or ""}
    messages.success(request, _("Done: %(step)s, %(number)s") % said)
    if request.POST.get("then") == "next" and following is not None:
        return redirect("checking:check", pk=following.pk)
    return redirect("checking:queue", year=application.campaign.year)
