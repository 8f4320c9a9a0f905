"""The page on which a unit (or the bureau) guides an application, and the unit recommends it."""

from typing import Any

from django.contrib import messages
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext as _
from django.views.decorators.http import require_POST, require_safe

from qa_portal.core.errors import Refusal
from qa_portal.core.policy import requires, signed_in
from submissions.casefile import case_findings, documents_of, submitted_dossier, versions_of
from submissions.context import context_for
from submissions.deadlines import deadline
from submissions.enums import Step
from submissions.evidence.slots import matrix_table
from submissions.form.checks import findings
from submissions.forms import refused
from submissions.models import Application, GuidanceNote
from submissions.operations import seen_version, take_step
from submissions.policy import recommends, recommends_for_a_unit
from submissions.queries import application_for, dossier_of
from submissions.recommending import operations
from submissions.recommending.forms import LetterForm, NoteForm, RecommendForm, ReplyForm, StepReasonForm
from submissions.recommending.letters import add_letter, letters_covering, letters_for, may_upload_letter
from submissions.recommending.queries import free_place, notes_of, places_of, shown_notes
from submissions.tables import STATE_KINDS, title_of
from submissions.workflow import steps_open_to

STEPS = {"return": Step.RETURN, "recommend": Step.RECOMMEND, "decline": Step.DECLINE}
STEP_FORMS: dict[str, Any] = {"return": StepReasonForm, "recommend": RecommendForm, "decline": StepReasonForm}


@requires(signed_in)
@require_safe
def guidance(request: HttpRequest, pk: int) -> HttpResponse:
    """Documents with what changed, notes, and the steps that the person may take."""
    application = application_for(request.user, pk)
    about = request.GET.get("about", "")
    form = NoteForm(initial={"section": about if operations.is_place(*_split(about)) else ""})
    return _page(request, application, {"note_form": form})


def _split(about: str) -> tuple[str, str]:
    section, _dot, field = about.partition(".")
    return section, field


def _page(request: HttpRequest, application: Application, forms: dict[str, Any]) -> HttpResponse:
    """The page; `forms` are those that were refused, with what was typed."""
    versions, notes = versions_of(application), notes_of(application)
    dossier = submitted_dossier(dossier_of(application), versions[-1] if versions else None)
    answers = versions[-1].warnings_answered if versions else {}
    may_guide = operations.may_guide(request.user, application)
    steps = steps_open_to(request.user, application, timezone.now())
    is_unit = recommends(request.user, application)
    covering = [one.pk for one in letters_covering(application)]
    letters = list(letters_for(request.user).filter(pk__in=covering).select_related("stored"))
    open_forms = {
        f"{name}_form": forms.get(f"{name}_form") or _step_form(name, application)
        for name, step in STEPS.items()
        if step in steps
    }
    context = {
        "application": application,
        "title": title_of(application),
        "state_kind": STATE_KINDS.get(application.outside_state, "neutral"),
        "deadline": deadline(application.answer_due_at or application.campaign.recommendation_closes_at),
        "documents": documents_of(
            application, dossier, user=request.user, versions=versions,
            since=versions[-2] if len(versions) > 1 else None, notes=notes, letters=letters,
        ),
        "findings": case_findings(findings(dossier, context_for(application, dossier)), answers),
        "matrix": matrix_table(dossier),
        "notes": shown_notes(notes, versions, timezone.localdate()),
        "open_notes": sum(one.resolved_at is None for one in notes),
        "note_url": reverse("recommending:guidance", kwargs={"pk": application.pk}) if may_guide else "",
        "may_guide": may_guide,
        "may_answer": operations.may_answer(request.user, application),
        "places": places_of(application.recommending_unit, application.campaign)
        if is_unit and application.recommending_unit
        else None,
        "may_upload": is_unit and may_upload_letter(request.user, application.recommending_unit, application.campaign)
        and hasattr(application, "recommendation"),
        "letter_form": LetterForm(),
        "is_unit": is_unit,
        "note_form": NoteForm(),
        **open_forms,
        **forms,
    }  # fmt: skip
    is_refused = any(one.errors for one in forms.values())
    context["refused_forms"] = [one for one in forms.values() if one.errors]
    return render(request, "recommending/guidance.html", context, status=422 if is_refused else 200)


def _step_form(name: str, application: Application) -> Any:
    if name == "recommend":
        place = free_place(application.recommending_unit, application.campaign)
        return RecommendForm(initial={"place": place}, auto_id="id_%s")
    return StepReasonForm(auto_id=f"{name}-%s")


@requires(signed_in)
@require_POST
def note_add(request: HttpRequest, pk: int) -> HttpResponse:
    """Hang a note on the application."""
    application, form = application_for(request.user, pk), NoteForm(request.POST)
    if not form.is_valid():
        return _page(request, application, {"note_form": form})
    section, field = form.place
    given = {"text": form.cleaned_data["text"], "due_on": form.cleaned_data["due_on"]}
    try:
        note = operations.add_note(application, section=section, field_key=field, by=request.user, **given)
    except Refusal as refusal:
        if refusal.field not in form.fields:
            raise
        refused(form, refusal)
        return _page(request, application, {"note_form": form})
    messages.success(request, _("The note is saved; the enterprise sees it."))
    return _to_note(application.pk, note.pk)


def _to_note(pk: int, note: int) -> HttpResponse:
    response = redirect("recommending:guidance", pk=pk)
    response["Location"] += f"#note-{note}"
    return response


def _note_for(request: HttpRequest, pk: int) -> GuidanceNote:
    seen = Application.objects.visible_to(request.user)
    return get_object_or_404(GuidanceNote.objects.filter(parent=None, application__in=seen), pk=pk)


@requires(signed_in)
@require_POST
def note_reply(request: HttpRequest, pk: int) -> HttpResponse:
    """Answer below a note."""
    note, form = _note_for(request, pk), ReplyForm(request.POST)
    text = form.cleaned_data["text"] if form.is_valid() else ""
    operations.reply(note, text=text, by=request.user)
    return _to_note(note.application_id, note.pk)


@requires(signed_in)
@require_POST
def note_resolve(request: HttpRequest, pk: int) -> HttpResponse:
    """Close a note, or open it again."""
    note = _note_for(request, pk)
    operations.set_resolved(note, resolved=request.POST.get("resolved") == "1", by=request.user)
    return _to_note(note.application_id, note.pk)


@requires(recommends_for_a_unit)
@require_POST
def letter_add(request: HttpRequest, pk: int) -> HttpResponse:
    """A sealed letter for one application."""
    application, form = application_for(request.user, pk), LetterForm(request.POST, request.FILES)
    if form.is_valid():
        file, unit = form.cleaned_data["file"], application.recommending_unit
        assert unit is not None  # the person sees the application because it names the unit
        try:
            add_letter(unit, application.campaign, file, file.name, by=request.user, application=application)
        except Refusal as refusal:
            refused(form, refusal)
        else:
            messages.success(request, _("The letter is kept; the bureau sees it with this application."))
            return redirect("recommending:guidance", pk=pk)
    return _page(request, application, {"letter_form": form})


@requires(recommends_for_a_unit)
@require_POST
def step(request: HttpRequest, pk: int, name: str) -> HttpResponse:
    """Return, recommend or decline one application; what was refused stays on the page."""
    if name not in STEPS:
        raise Http404
    application = application_for(request.user, pk)
    form = STEP_FORMS[name](request.POST, auto_id="id_%s" if name == "recommend" else f"{name}-%s")
    if not form.is_valid():
        if STEPS[name] not in steps_open_to(request.user, application, timezone.now()):
            raise Refusal(_("“%(step)s” is not possible now.") % {"step": STEPS[name].label}, code="move")
        return _page(request, application, {f"{name}_form": form})
    given = {key: value or "" for key, value in form.cleaned_data.items()}
    try:
        take_step(
            application, STEPS[name], by=request.user, seen_version=seen_version(request.POST.get("version")), **given
        )
    except Refusal as refusal:
        if refusal.field not in form.fields:
            raise
        refused(form, refusal)
        return _page(request, application, {f"{name}_form": form})
    messages.success(request, _("Done: %(step)s") % {"step": STEPS[name].label})
    return redirect("recommending:queue", year=application.campaign.year)
