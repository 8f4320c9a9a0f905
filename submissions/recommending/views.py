"""Pages of the recommending unit."""

from typing import Any

from django.contrib import messages
from django.http import Http404, HttpRequest, HttpResponse, HttpResponseBase
from django.shortcuts import get_object_or_404, redirect, render
from django.utils import timezone
from django.utils.translation import gettext as _
from django.views.decorators.http import require_POST, require_safe

from qa_portal.accounts.enums import Role
from qa_portal.accounts.rules import has_role
from qa_portal.campaigns.models import Campaign
from qa_portal.campaigns.queries import campaign_or_404
from qa_portal.core.numbers import whole_number
from qa_portal.core.policy import requires, signed_in
from submissions.enums import Step
from submissions.models import Application, GuidanceNote
from submissions.operations import seen_version, take_step
from submissions.queries import application_for
from submissions.recommending import operations
from submissions.recommending.exporters import SummaryExport
from submissions.recommending.forms import NoteForm, RecommendForm, StepReasonForm
from submissions.recommending.queries import (
    changes_between,
    notes_of,
    places_left,
    queue_for,
    specialised_without_filing,
    unit_of,
    unit_year,
)
from submissions.workflow import steps_open_to


def is_recommender(user: Any) -> bool:
    """People of recommending units."""
    return has_role(user, Role.RECOMMENDER)


@requires(is_recommender)
@require_safe
def newest(request: HttpRequest) -> HttpResponse:
    """The queue of the year that files now, or of the newest year."""
    campaign = Campaign.objects.order_by("-filing_opens_at", "-year").first() or Campaign.objects.first()
    if campaign is None:
        raise Http404
    return redirect("recommending:queue", year=campaign.year)


@requires(is_recommender)
@require_safe
def queue(request: HttpRequest, year: int) -> HttpResponse:
    """What was submitted to the unit, with deadline, quota and the unit's own figures."""
    campaign, unit = campaign_or_404(year), unit_of(request.user)
    if unit is None:
        raise Http404
    last = Campaign.objects.filter(year=year - 1).first()
    context = {
        "campaign": campaign,
        "unit": unit,
        "applications": queue_for(request.user, campaign),
        "places": places_left(unit, campaign),
        "this_year": unit_year(unit, campaign),
        "last_year": unit_year(unit, last) if last else None,
        "not_filed": specialised_without_filing(unit, campaign)[:50],
        "form": RecommendForm(),
    }
    return render(request, "recommending/queue.html", context)


@requires(is_recommender)
@require_POST
def batch(request: HttpRequest, year: int) -> HttpResponse:
    """Recommend the chosen applications with one opinion; the answer names done and refused."""
    campaign = campaign_or_404(year)
    form = RecommendForm(request.POST)
    keys = [key for text in request.POST.getlist("pk") if (key := whole_number(text)) is not None]
    chosen = queue_for(request.user, campaign).filter(pk__in=keys)
    if not form.is_valid() or not chosen:
        messages.error(request, _("Choose applications and give an opinion."))
        return redirect("recommending:queue", year=year)
    versions = {one.pk: seen_version(request.POST.get(f"version-{one.pk}")) for one in chosen}
    given = {key: form.cleaned_data[key] for key in ("opinion", "no_guidance_reason")}
    result = operations.recommend_all(chosen, given=given, versions=versions, by=request.user)
    if result.done:
        messages.success(request, _("Recommended: %(numbers)s") % {"numbers": "、".join(result.done)})
    for name, why in result.refused:
        messages.error(request, f"{name}: {why}")
    return redirect("recommending:queue", year=year)


@requires(is_recommender)
@require_safe
def summary(request: HttpRequest, year: int) -> HttpResponseBase:
    """推荐汇总表 as Excel."""
    campaign, unit = campaign_or_404(year), unit_of(request.user)
    if unit is None:
        raise Http404
    return SummaryExport(f"{campaign.year}年推荐汇总表", queue_for(request.user, campaign)).response("xlsx")


@requires(signed_in)
@require_safe
def guidance(request: HttpRequest, pk: int) -> HttpResponse:
    """Notes, changes since the last version, and the steps that the person may take."""
    application = application_for(request.user, pk)
    versions = list(application.submissions.order_by("-serial")[:2])
    changes = changes_between(versions[1].content, versions[0].content) if len(versions) == 2 else []
    steps = steps_open_to(request.user, application, timezone.now())
    context = {
        "application": application,
        "notes": notes_of(application),
        "changes": changes,
        "versions": versions,
        "may_guide": operations.may_guide(request.user, application),
        "may_answer": operations.may_answer(request.user, application),
        "note_form": NoteForm(),
        "recommend_form": RecommendForm() if Step.RECOMMEND in steps else None,
        "return_form": StepReasonForm() if Step.RETURN in steps else None,
        "decline_form": StepReasonForm() if Step.DECLINE in steps else None,
    }
    return render(request, "recommending/guidance.html", context)


@requires(signed_in)
@require_POST
def note_add(request: HttpRequest, pk: int) -> HttpResponse:
    """Hang a note on the application."""
    application = application_for(request.user, pk)
    form = NoteForm(request.POST)
    if form.is_valid():
        data = form.cleaned_data
        operations.add_note(
            application, text=data["text"], section=data["section"], due_on=data["due_on"], by=request.user
        )
        messages.success(request, _("The note is saved; the enterprise sees it."))
    else:
        messages.error(request, _("Write what should be improved."))
    return redirect("recommending:guidance", pk=pk)


def _note_for(request: HttpRequest, pk: int) -> GuidanceNote:
    seen = Application.objects.visible_to(request.user)
    return get_object_or_404(GuidanceNote.objects.filter(parent=None, application__in=seen), pk=pk)


@requires(signed_in)
@require_POST
def note_reply(request: HttpRequest, pk: int) -> HttpResponse:
    """Answer below a note."""
    note = _note_for(request, pk)
    operations.reply(note, text=request.POST.get("text", "")[:2000], by=request.user)
    return redirect("recommending:guidance", pk=note.application_id)


@requires(signed_in)
@require_POST
def note_resolve(request: HttpRequest, pk: int) -> HttpResponse:
    """Close a note, or open it again."""
    note = _note_for(request, pk)
    operations.set_resolved(note, resolved=request.POST.get("resolved") == "1", by=request.user)
    return redirect("recommending:guidance", pk=note.application_id)


STEPS = {"return": Step.RETURN, "recommend": Step.RECOMMEND, "decline": Step.DECLINE}


@requires(is_recommender)
@require_POST
def step(request: HttpRequest, pk: int, name: str) -> HttpResponse:
    """Return, recommend or decline one application."""
    application = application_for(request.user, pk)
    if name not in STEPS:
        raise Http404
    given: dict[str, Any] = {}
    if STEPS[name] == Step.RECOMMEND:
        form = RecommendForm(request.POST)
        form.is_valid()
        given = {key: form.cleaned_data.get(key) for key in ("opinion", "place", "no_guidance_reason")}
        given = {key: value or "" for key, value in given.items()}
    take_step(
        application,
        STEPS[name],
        by=request.user,
        seen_version=seen_version(request.POST.get("version")),
        reason=request.POST.get("reason", ""),
        **given,
    )
    messages.success(request, _("Done: %(step)s") % {"step": STEPS[name].label})
    return redirect("recommending:queue", year=application.campaign.year)
