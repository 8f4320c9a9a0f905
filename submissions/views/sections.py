"""The task list of an application, and the pages of its sections."""

from typing import Any

from django.contrib import messages
from django.http import Http404, HttpRequest, HttpResponse, JsonResponse
from django.shortcuts import redirect, render
from django.template.loader import render_to_string
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods, require_POST, require_safe

from qa_portal.core.errors import Refusal
from qa_portal.core.policy import requires
from submissions.applicants import own_district, units_by_channel
from submissions.context import context_for
from submissions.copying import may_copy
from submissions.deadlines import deadline_of
from submissions.enums import State
from submissions.form.checks import findings
from submissions.form.completeness import completeness_of
from submissions.form.progress import progress_of
from submissions.form.sections import BY_KEY, SECTIONS
from submissions.form.spec import Kind
from submissions.forms import SectionForm
from submissions.models import Application
from submissions.policy import files_applications, may_edit
from submissions.queries import application_for, dossier_of
from submissions.tables import (
    NEXT,
    STATE_KINDS,
    address,
    answers_of,
    evidence_task,
    history_of,
    profile_task,
    tasks_of,
    title_of,
)
from submissions.workflow import steps_open_to

ORDER = [section.key for section in SECTIONS]


def frame_of(application: Application, user: Any) -> dict[str, Any]:
    """What every page of an application shows: title, state, deadline, whether it can be changed."""
    now = timezone.now()
    return {
        "application": application,
        "title": title_of(application),
        "state_kind": STATE_KINDS.get(application.outside_state, "neutral"),
        "deadline": deadline_of(application, now),
        "may_edit": may_edit(user, application, now),
    }


@requires(files_applications)
@require_safe
def detail(request: HttpRequest, pk: int) -> HttpResponse:
    """The task list: sections and their state, what is missing, what happened, what comes next."""
    application = application_for(request.user, pk)
    dossier, notes = dossier_of(application), open_notes(application)
    context = context_for(application, dossier, is_full=False)
    found = findings(dossier, context)
    progress = progress_of(dossier, found, {one.section for one in notes})
    evidence = evidence_task(application, found, len(dossier.evidence))
    shown = {
        "tasks": tasks_of(application, progress, profile_task(dict(dossier.profile)), evidence),
        "meter": completeness_of(dossier, context),
        "history": history_of(application),
        "next": NEXT.get(application.outside_state, ""),
        "steps": [step.value for step in steps_open_to(request.user, application, timezone.now())],
        "notes": notes,
        "may_copy": application.state != State.DRAFT and may_copy(request.user, application),
        "check_url": address("submissions:check", pk=pk),
        "guidance_url": address("recommending:guidance", pk=pk),
    }
    return render(request, "submissions/detail.html", frame_of(application, request.user) | shown)


def open_notes(application: Application) -> list[Any]:
    """Guidance notes that are not resolved yet, oldest first."""
    return list(application.guidance_notes.filter(parent=None, resolved_at=None))


# ------------------------------------------------------------------ one section


def _form_of(request: HttpRequest, application: Application, key: str) -> SectionForm:
    if key not in BY_KEY:
        raise Http404
    section = BY_KEY[key]
    needs_units = any(spec.kind == Kind.UNIT for spec in section.fields)
    units = tuple(units_by_channel(own_district(request.user), application.campaign)) if needs_units else ()
    return SectionForm.of(application, section, units=units, shows_missing="check" in request.GET)


@requires(files_applications)
@require_http_methods(["GET", "HEAD", "POST"])
def section(request: HttpRequest, pk: int, section: str) -> HttpResponse:
    """One section: read it, or save it and go on. Works without scripts."""
    application = application_for(request.user, pk)
    form = _form_of(request, application, section)
    refusal = None
    if request.method == "POST":
        form.read(request.POST)
        try:
            if form.save(request.user):
                return redirect(_target(request, pk, section))
        except Refusal as error:
            refusal = error
    return _show(request, application, form, refusal)


def _target(request: HttpRequest, pk: int, key: str) -> str:
    """Where saving leads: this page after a step with rows, the list, or the next section."""
    step = request.POST.get("do", "")
    here = reverse("submissions:section", kwargs={"pk": pk, "section": key})
    if step.count(":") in (1, 2):
        parts = step.split(":")
        return f"{here}#row-{parts[2]}" if parts[0] in ("up", "down") else f"{here}#f-{parts[1]}"
    messages.success(request, _("Saved."))
    following = ORDER[ORDER.index(key) + 1 : ORDER.index(key) + 2]
    if step == "list" or not following:
        return reverse("submissions:detail", kwargs={"pk": pk})
    return reverse("submissions:section", kwargs={"pk": pk, "section": following[0]})


def _show(request: HttpRequest, application: Application, form: SectionForm, refusal: Refusal | None) -> HttpResponse:
    dossier = dossier_of(application)
    frame = frame_of(application, request.user)
    place = ORDER.index(form.section.key)
    if not frame["may_edit"] and refusal is None:
        answers = answers_of(dossier, form.units)[place]
        return render(request, "submissions/section_closed.html", frame | {"answers": answers})
    form.findings = findings(dossier, context_for(application, dossier, is_full=False))
    notes = [one for one in open_notes(application) if one.section == form.section.key]
    context = {"form": form, "refusal": refusal, "notes": notes, "place": place + 1, "count": len(ORDER)}
    is_kept = refusal is None and not form.conflicts
    return render(request, "submissions/section.html", frame | context, status=200 if is_kept else 409)


@requires(files_applications)
@require_POST
def autosave(request: HttpRequest, pk: int, section: str) -> JsonResponse:
    """Save in the background; answers the new base, conflicts, and what is computed."""
    form = _form_of(request, application_for(request.user, pk), section)
    form.read(request.POST)
    try:
        form.save(request.user)
    except Refusal as refusal:
        return JsonResponse({"refused": str(refusal)}, status=409)
    conflicts = {
        key: render_to_string("submissions/_conflict.html", {"conflict": one}, request)
        for key, one in form.conflicts.items()
    }
    at = timezone.localtime().strftime("%H:%M")
    return JsonResponse({"at": at, "base": form.base_text, "conflicts": conflicts, "computed": form.computed})
