"""Pages of the public, of the bureau and of applicants, after a decision is frozen."""

from typing import Any

from django.contrib import messages
from django.core import signing
from django.core.paginator import Paginator
from django.db.models import Count, Q
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.utils import timezone
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods, require_POST, require_safe

from qa_portal.audit.context import current_origin
from qa_portal.campaigns.models import Campaign
from qa_portal.campaigns.queries import campaign_or_404
from qa_portal.core.errors import Refusal
from qa_portal.core.policy import anyone, requires
from reviews.deciding.operations import Change
from reviews.deciding.queries import current_round
from reviews.deciding.views import _year_is_typed
from reviews.enums import GRADES, OPEN_OBJECTIONS, Result
from reviews.models import FeedbackLetter, Objection, PublicNotice
from reviews.publicity import feedback, operations
from reviews.publicity.forms import AnswerForm, DismissForm, ObjectionForm, SharedFactsForm, UpholdForm
from reviews.publicity.policy import (
    may_decide_objection,
    may_handle_objections,
    may_open_notice,
    may_read_objectors,
    may_see_publicity,
)
from submissions.enums import State
from submissions.models import Application
from submissions.policy import files_applications

PER_PAGE = 50
PAGE = ["GET", "HEAD", "POST"]
RECEIPT_SALT = "reviews.publicity.receipt"


# ------------------------------------------------------------------ the public
@requires(anyone)
@require_safe
def public_list(request: HttpRequest) -> HttpResponse:
    """Notices on show now."""
    notices = PublicNotice.objects.open_at(timezone.now()).select_related("campaign").order_by("-opened_at")
    return render(request, "publicity/list.html", {"notices": notices})


def _public_notice(pk: int) -> PublicNotice:
    return get_object_or_404(PublicNotice.objects.select_related("campaign"), pk=pk)


@requires(anyone)
@require_safe
def public_notice(request: HttpRequest, pk: int) -> HttpResponse:
    """The winners of a notice while it runs; afterwards only when it ran."""
    notice = _public_notice(pk)
    is_open = notice.opened_at <= timezone.now() < notice.closes_at
    labels = {one.value: one.label for one in GRADES}
    order = {one.value: place for place, one in enumerate(GRADES)}
    rows = sorted(notice.content, key=lambda row: (order[row["result"]], row["number"])) if is_open else []
    context = {"notice": notice, "is_open": is_open, "rows": [{**row, "grade": labels[row["result"]]} for row in rows]}
    return render(request, "publicity/notice.html", context)


@requires(anyone)
@require_http_methods(PAGE)
def object_to(request: HttpRequest, pk: int) -> HttpResponse:
    """The form of an objection. A late one is recorded too, and the page says so before it is sent."""
    notice = _public_notice(pk)
    form = ObjectionForm(request.POST or None, request.FILES or None, rows=notice.content)
    if request.method == "POST" and form.is_valid():
        data = form.cleaned_data
        try:
            operations.refuse_flood(current_origin().ip)
            made = operations.register_objection(
                notice, number=data["number"], name="" if data["anonymous"] else data["name"],
                contact="" if data["anonymous"] else data["contact"], facts=data["facts"], file=data["evidence"],
            )  # fmt: skip
        except Refusal as refusal:
            field = {"file": "evidence"}.get(refusal.field, refusal.field)
            form.add_error(field if field in form.fields else None, str(refusal))
        else:
            return redirect("publicity:received", token=signing.dumps(made.pk, salt=RECEIPT_SALT))
    context = {"notice": notice, "form": form, "is_late": timezone.now() >= notice.closes_at}
    return render(request, "publicity/object.html", context, status=422 if form.errors else 200)


@requires(anyone)
@require_safe
def received(request: HttpRequest, token: str) -> HttpResponse:
    """The receipt: number, and whether the objection is handled."""
    try:
        key = signing.loads(token, salt=RECEIPT_SALT)
    except signing.BadSignature:
        raise Http404 from None
    objection = get_object_or_404(Objection.objects.select_related("application"), pk=key)
    return render(request, "publicity/received.html", {"objection": objection})


# ------------------------------------------------------------------ the bureau
@requires(may_see_publicity)
@require_safe
def hub(request: HttpRequest, year: int) -> HttpResponse:
    """公示与异议: notices, objections, publication and letters of a year."""
    campaign = campaign_or_404(year)
    round_ = current_round(campaign)
    states = dict(
        Application.objects.filter(campaign=campaign).order_by().values_list("state").annotate(count=Count("pk"))
    )
    waiting = Application.objects.filter(campaign=campaign, state=State.DECIDED, decision__result__in=GRADES).count()
    objections = Objection.objects.filter(notice__campaign=campaign).select_related("application")
    letters = FeedbackLetter.objects.filter(application__campaign=campaign)
    context = {
        "campaign": campaign,
        "round": round_,
        "notices": PublicNotice.objects.filter(campaign=campaign).annotate(
            open_objections=Count("objections", filter=Q(objections__state__in=OPEN_OBJECTIONS))
        ),
        "now": timezone.now(),
        "waiting": waiting,
        "states": [(State(state).label, count) for state, count in sorted(states.items())],
        "page": Paginator(objections, PER_PAGE).get_page(request.GET.get("page")),
        "may_open": may_open_notice(request.user) and bool(round_ and round_.is_frozen) and waiting > 0,
        "may_publish": may_open_notice(request.user)
        and bool(round_ and round_.is_frozen)
        and not campaign.is_published,
        "may_handle": may_handle_objections(request.user),
        "letters": letters.aggregate(made=Count("pk"), released=Count("released_at")),
    }
    return render(request, "publicity/hub.html", context)


@requires(may_open_notice)
@require_POST
def open_notice(request: HttpRequest, year: int) -> HttpResponse:
    """Open the public notice."""
    campaign = campaign_or_404(year)
    _year_is_typed(request, year)
    operations.open_notice(campaign, by=request.user)
    messages.success(request, _("The public notice is open."))
    return redirect("publicity:hub", year=year)


@requires(may_open_notice)
@require_POST
def publish(request: HttpRequest, year: int) -> HttpResponse:
    """Publish the results of the year."""
    campaign = campaign_or_404(year)
    _year_is_typed(request, year)
    count = operations.publish(campaign, by=request.user)
    messages.success(request, _("%(count)s results are published.") % {"count": count})
    return redirect("publicity:hub", year=year)


def _objection(pk: int) -> Objection:
    found = Objection.objects.select_related(
        "application__decision", "notice__campaign", "notice__round", "evidence", "accepted_by", "decided_by"
    )
    return get_object_or_404(found, pk=pk)


def _show_objection(request: HttpRequest, objection: Objection, status: int = 200, **forms: Any) -> HttpResponse:
    may_decide = objection.state == "accepted" and may_decide_objection(request.user, objection)
    context = {
        "objection": objection,
        "campaign": objection.notice.campaign,
        "events": objection.events.select_related("by"),
        "reads_person": may_read_objectors(request.user),
        "may_accept": objection.state == "registered" and may_handle_objections(request.user),
        "may_decide": may_decide,
        "needs_other": objection.state == "accepted" and may_handle_objections(request.user) and not may_decide,
        "accept_form": SharedFactsForm(),
        "refuse_form": DismissForm(prefix="refuse"),
        "dismiss_form": DismissForm(),
        "uphold_form": UpholdForm(prefix="uphold", initial={"result": Result.NOT_SELECTED}),
        **forms,
    }
    return render(request, "publicity/objection.html", context, status=status)


@requires(may_see_publicity)
@require_safe
def objection_page(request: HttpRequest, pk: int) -> HttpResponse:
    """One objection with its handling log; name, contact and file for the bureau alone."""
    return _show_objection(request, _objection(pk))


@requires(may_handle_objections)
@require_POST
def accept(request: HttpRequest, pk: int) -> HttpResponse:
    """Take the objection up and ask the applicant."""
    objection, form = _objection(pk), SharedFactsForm(request.POST)
    if not form.is_valid():
        return _show_objection(request, objection, 422, accept_form=form)
    operations.accept_objection(objection, shared_facts=form.cleaned_data["shared_facts"], by=request.user)
    messages.success(request, _("The applicant is asked to answer."))
    return redirect("publicity:objection", pk=pk)


@requires(may_handle_objections)
@require_POST
def refuse(request: HttpRequest, pk: int) -> HttpResponse:
    """Keep the objection on record without handling it."""
    objection, form = _objection(pk), DismissForm(request.POST, prefix="refuse")
    if not form.is_valid():
        return _show_objection(request, objection, 422, refuse_form=form)
    operations.refuse_objection(objection, reason=form.cleaned_data["decision"], by=request.user)
    return redirect("publicity:objection", pk=pk)


@requires(may_handle_objections)
@require_POST
def dismiss(request: HttpRequest, pk: int) -> HttpResponse:
    """Find the objection without ground."""
    objection, form = _objection(pk), DismissForm(request.POST)
    if not form.is_valid():
        return _show_objection(request, objection, 422, dismiss_form=form)
    operations.dismiss_objection(objection, decision=form.cleaned_data["decision"], by=request.user)
    messages.success(request, _("The objection is dismissed."))
    return redirect("publicity:objection", pk=pk)


@requires(may_handle_objections)
@require_POST
def uphold(request: HttpRequest, pk: int) -> HttpResponse:
    """Find the objection justified: another result by the committee."""
    objection, form = _objection(pk), UpholdForm(request.POST, prefix="uphold")
    if form.is_valid():
        data = form.cleaned_data
        change = Change(data["result"], data["decision"], data["not_selected_reason"])
        votes = {name: data[name] for name in ("in_favour", "against", "abstained")}
        try:
            operations.uphold_objection(
                objection, change, decision=data["decision"], held_on=data["held_on"], members=data["members"],
                present=data["present"], votes=votes, by=request.user,
            )  # fmt: skip
        except Refusal as refusal:
            if refusal.code in ("state", "second_person"):
                raise
            form.add_error(refusal.field if refusal.field in form.fields else None, str(refusal))
        else:
            messages.success(request, _("The result is changed. A second person freezes the new round."))
            return redirect("publicity:objection", pk=pk)
    return _show_objection(request, objection, 422, uphold_form=form)


# ------------------------------------------------------------------ applicants
@requires(files_applications)
@require_http_methods(PAGE)
def answer(request: HttpRequest, pk: int) -> HttpResponse:
    """The facts as the bureau tells them, and the answer of the enterprise."""
    own = Application.objects.visible_to(request.user)
    accepted = Objection.objects.exclude(shared_facts="").filter(application__in=own)
    objection = get_object_or_404(accepted.select_related("application", "notice__campaign"), pk=pk)
    form = AnswerForm(request.POST or None)
    if request.method == "POST" and form.is_valid():
        operations.answer_objection(objection, text=form.cleaned_data["answer"], by=request.user)
        messages.success(request, _("Your answer is sent."))
        return redirect("publicity:answer", pk=pk)
    due = objection.answer_by
    is_open = objection.state == "accepted" and objection.answered_at is None and due and timezone.now() < due
    context = {
        "facts": objection.shared_facts,
        "application": objection.application,
        "given": objection.answer,
        "due": due,
        "form": form if is_open else None,
    }
    return render(request, "publicity/answer.html", context, status=422 if form.errors else 200)


def _letter_for(user: Any, pk: int) -> FeedbackLetter:
    own = Application.objects.visible_to(user)
    released = FeedbackLetter.objects.filter(released_at__isnull=False, application__in=own)
    return get_object_or_404(released.select_related("application__campaign"), application_id=pk)


@requires(files_applications)
@require_safe
def letter(request: HttpRequest, pk: int) -> HttpResponse:
    """The feedback letter of one's own application."""
    found = _letter_for(request.user, pk)
    return render(request, "publicity/letter.html", {"letter": found, "application": found.application})


@requires(files_applications)
@require_safe
def letter_pdf(request: HttpRequest, pk: int) -> HttpResponse:
    """The same as PDF."""
    found = _letter_for(request.user, pk)
    response = HttpResponse(feedback.letter_pdf(found), content_type="application/pdf")
    response["Content-Disposition"] = f'attachment; filename="feedback-{found.application.number}.pdf"'
    response["Cache-Control"] = "private, no-store"
    return response


# ------------------------------------------------------------------ letters of the bureau
@requires(may_handle_objections)
@require_safe
def letters(request: HttpRequest, year: int) -> HttpResponse:
    """All letters of a year, to be read before they are released."""
    campaign: Campaign = campaign_or_404(year)
    rows = FeedbackLetter.objects.filter(application__campaign=campaign).select_related("application")
    page = Paginator(rows.order_by("application__number"), PER_PAGE).get_page(request.GET.get("page"))
    return render(request, "publicity/letters.html", {"campaign": campaign, "page": page})


@requires(may_handle_objections)
@require_POST
def letters_make(request: HttpRequest, year: int) -> HttpResponse:
    count = feedback.make_letters(campaign_or_404(year), by=request.user)
    messages.success(request, _("%(count)s letters are written. Read them before you release them.") % {"count": count})
    return redirect("publicity:letters", year=year)


@requires(may_handle_objections)
@require_POST
def letters_release(request: HttpRequest, year: int) -> HttpResponse:
    count = feedback.release_letters(campaign_or_404(year), by=request.user)
    messages.success(request, _("%(count)s letters are released.") % {"count": count})
    return redirect("publicity:letters", year=year)


@requires(may_handle_objections)
@require_POST
def letter_advice(request: HttpRequest, pk: int) -> HttpResponse:
    found = get_object_or_404(FeedbackLetter.objects.select_related("application__campaign"), pk=pk)
    feedback.save_advice(found, advice=request.POST.get("advice", "")[:2000], by=request.user)
    messages.success(request, _("The advice is saved."))
    return redirect("publicity:letters", year=found.application.campaign.year)
