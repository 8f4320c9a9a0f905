"""Pages of the outbox: what is sent to whom, each message with its attempts, the texts, and the own language."""

from typing import Any

from django.conf import settings
from django.contrib import messages
from django.core.paginator import Paginator
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils.translation import gettext as _
from django.utils.translation import ngettext
from django.views.decorators.http import require_http_methods, require_POST, require_safe

from qa_portal.audit.rules import mask_personal
from qa_portal.core.errors import Refusal
from qa_portal.core.policy import requires, signed_in
from qa_portal.outbox.enums import OUTCOME_LOOKS, STATE_LOOKS, State
from qa_portal.outbox.forms import MailLanguageForm, MessageTextForm, OutboxFilterForm
from qa_portal.outbox.models import Message, MessageText
from qa_portal.outbox.operations import (
    BULK_DEEDS,
    DEEDS,
    act,
    act_on_all,
    choose_language,
    language_of,
    revert_text,
    save_text,
    set_held,
)
from qa_portal.outbox.policy import may_manage_outbox, may_read_outbox
from qa_portal.outbox.queries import counts_by_state, kinds_with_texts, message_for, messages_for
from qa_portal.outbox.registry import MessageKind, find_kind, title_of
from qa_portal.outbox.rendering import HIDDEN, Text, sample_of, text_of, to_show

PER_PAGE = 50
PAGE = ["GET", "HEAD", "POST"]


@requires(may_read_outbox)
@require_safe
def message_list(request: HttpRequest) -> HttpResponse:
    """The messages that the filters leave, newest first; counts of all states, failed ones first."""
    form = OutboxFilterForm(request.GET)
    wanted = form.cleaned_data if form.is_valid() else {}
    found = messages_for(request.user, **wanted) if form.is_valid() else Message.objects.none()
    page = Paginator(found, PER_PAGE).get_page(request.GET.get("page"))
    counts = counts_by_state(request.user)
    context = {
        "form": form,
        "chips": form.chips(),
        "page": page,
        "rows": [_row(one) for one in page],
        "counts": [(state, State(state).label, STATE_LOOKS[state], count) for state, count in counts.items()],
        "failed": counts[State.FAILED],
        "held": counts[State.HELD],
        "may_manage": may_manage_outbox(request.user),
    }
    return render(request, "outbox/list.html", context, status=200 if form.is_valid() else 422)


def _row(message: Message) -> dict[str, Any]:
    """One line: the address is masked for everybody, the list needs no more."""
    return {
        "message": message,
        "title": title_of(message.kind),
        "receiver": str(message.recipient) if message.recipient and message.recipient.name else "",
        "address": mask_personal(message.address),
        "look": STATE_LOOKS[message.state],
    }


@requires(may_read_outbox)
@require_safe
def message(request: HttpRequest, pk: int) -> HttpResponse:
    """One message with its text and attempts; who looks after the outbox sees the whole address."""
    found = message_for(request.user, pk)
    may_manage = may_manage_outbox(request.user)
    context = {
        "message": found,
        "title": title_of(found.kind),
        "look": STATE_LOOKS[found.state],
        "address": found.address if may_manage else mask_personal(found.address),
        "receiver": str(found.recipient) if found.recipient and found.recipient.name else "",
        "text": _text_to_show(found),
        "language": dict(settings.LANGUAGES).get(found.language, found.language),
        "log": [(one, OUTCOME_LOOKS[one.outcome]) for one in found.log.order_by("-serial")],
        "deeds": [name for name, (sources, _target, _action) in DEEDS.items() if found.state in sources],
        "may_manage": may_manage,
    }
    return render(request, "outbox/message.html", context)


def _text_to_show(found: Message) -> Text | None:
    """As it was sent, or as it would be sent now; None for a kind that is gone."""
    if found.state == State.SENT:
        return Text(found.sent_subject, found.sent_body)
    try:
        return to_show(found)
    except (LookupError, ValueError):
        return None


@requires(may_manage_outbox)
@require_POST
def deed(request: HttpRequest, pk: int, name: str) -> HttpResponse:
    """Send again, hold, release, or take out one message."""
    if name not in DEEDS:
        raise Http404
    act(message_for(request.user, pk), name, by=request.user)
    messages.success(request, _("Done."))
    return redirect("outbox:message", pk=pk)


@requires(may_manage_outbox)
@require_POST
def deed_on_all(request: HttpRequest, name: str) -> HttpResponse:
    """Send all failed messages again, or release all held ones."""
    if name not in BULK_DEEDS:
        raise Http404
    count = act_on_all(name, by=request.user)
    text = ngettext("%(count)s message will be sent.", "%(count)s messages will be sent.", count)
    messages.success(request, text % {"count": count})
    return redirect("outbox:list")


# ------------------------------------------------------------------ texts
@requires(may_read_outbox)
@require_safe
def texts(request: HttpRequest) -> HttpResponse:
    """All kinds of messages, where the bureau has its own texts, and which kinds wait for release."""
    rows = [
        {
            "kind": kind,
            "held": is_held,
            "languages": [(code, label, code in own) for code, label in settings.LANGUAGES],
        }
        for kind, own, is_held in kinds_with_texts()
    ]
    return render(request, "outbox/texts.html", {"rows": rows, "may_manage": may_manage_outbox(request.user)})


def _kind_or_404(name: str, language: str = "") -> MessageKind:
    kind = find_kind(name)
    if kind is None or (language and language not in dict(settings.LANGUAGES)):
        raise Http404
    return kind


@requires(may_manage_outbox)
@require_http_methods(PAGE)
def text(request: HttpRequest, kind: str, language: str) -> HttpResponse:
    """Edit the text of a kind in one language; `preview` shows it with made-up values and saves nothing."""
    stated = _kind_or_404(kind, language)
    current = text_of(stated, language)
    initial = {"subject": current.subject, "body": current.body}
    form = MessageTextForm(request.POST or None, kind=stated, initial=initial)
    shown = current
    if request.method == "POST" and form.is_valid():
        shown = form.text(form.cleaned_data)
        if "preview" not in request.POST and _saved(form, kind, language, shown, request.user):
            messages.success(request, _("The text is saved."))
            return redirect("outbox:texts")
    context = {
        "form": form,
        "kind": stated,
        "language": language,
        "language_label": dict(settings.LANGUAGES)[language],
        "preview": sample_of(stated, shown, language) if not form.errors else None,
        "is_own": MessageText.objects.filter(kind=kind, language=language).exists(),
        "placeholders": [*((one.name, one.label) for one in stated.placeholders), ("link", _("Link into the portal"))],
        "hidden": HIDDEN,
    }
    return render(request, "outbox/text.html", context, status=422 if form.errors else 200)


def _saved(form: MessageTextForm, kind: str, language: str, given: Text, user: Any) -> bool:
    """Save the text; False with an error of the form where it was refused."""
    try:
        save_text(kind, language, given, by=user)
    except Refusal as refusal:
        form.add_error(refusal.field or None, str(refusal))
        return False
    return True


@requires(may_manage_outbox)
@require_POST
def text_revert(request: HttpRequest, kind: str, language: str) -> HttpResponse:
    """Back to the default text."""
    _kind_or_404(kind, language)
    revert_text(kind, language, by=request.user)
    messages.success(request, _("The default text is in force again."))
    return redirect("outbox:text", kind=kind, language=language)


@requires(may_manage_outbox)
@require_POST
def kind_hold(request: HttpRequest, kind: str) -> HttpResponse:
    """Let new messages of a kind wait for release (`held` is 1), or go at once."""
    _kind_or_404(kind)
    is_held = request.POST.get("held") == "1"
    set_held(kind, held=is_held, by=request.user)
    messages.success(
        request, _("New messages wait for release now.") if is_held else _("New messages are sent at once now.")
    )
    return redirect("outbox:texts")


# ------------------------------------------------------------------ everybody
@requires(signed_in)
@require_http_methods(PAGE)
def mail_language(request: HttpRequest) -> HttpResponse:
    """In which language the person wants mails."""
    form = MailLanguageForm(request.POST or None, initial={"language": language_of(request.user)})
    if request.method == "POST" and form.is_valid():
        choose_language(request.user, form.cleaned_data["language"])
        messages.success(request, _("The language of your mails is saved."))
        return redirect("notices:list")
    return render(request, "outbox/language.html", {"form": form}, status=422 if form.errors else 200)
