"""Pages of the audit administrator."""

from typing import Any

from django.db import transaction
from django.http import Http404, HttpRequest, HttpResponse, HttpResponseBase
from django.shortcuts import get_object_or_404, render
from django.utils import timezone
from django.utils.translation import gettext as _
from django.views.decorators.http import require_POST, require_safe

from qa_portal.audit.browsing import differences, faults_in, trail_page
from qa_portal.audit.exporters import AuditExport
from qa_portal.audit.filters import AuditFilterForm, filtered
from qa_portal.audit.labels import action_label, kind_label
from qa_portal.audit.models import AuditEvent, AuditHead
from qa_portal.audit.operations import record
from qa_portal.audit.policy import may_read_audit
from qa_portal.audit.queries import end_of_chain
from qa_portal.core.errors import Refusal
from qa_portal.core.policy import requires

MAX_XLSX = 100_000  # rows; a larger set goes into CSV, which is streamed


@requires(may_read_audit)
@require_safe
def trail(request: HttpRequest) -> HttpResponse:
    """The entries that the filters leave, newest first; with `verify` the seals of this page are checked."""
    form = AuditFilterForm(request.GET)
    seen = AuditEvent.objects.visible_to(request.user)
    found = filtered(seen, form.cleaned_data) if form.is_valid() else seen.none()
    page = trail_page(found, before=_number(request, "before"), after=_number(request, "after"))
    context = {
        "form": form,
        "chips": form.chips(),
        "page": page,
        "rows": [(one, action_label(one.action), kind_label(one.object_type)) for one in page.events],
        "faults": faults_in(page.events) if request.GET.get("verify") else None,
    }
    return render(request, "audit/trail.html", context, status=200 if form.is_valid() else 422)


def _number(request: HttpRequest, name: str) -> int | None:
    """A sequence number of the address; nonsense means none."""
    text = request.GET.get(name, "")
    return int(text) if text.isascii() and text.isdigit() and len(text) < 19 else None


@requires(may_read_audit)
@require_safe
def event(request: HttpRequest, sequence: int) -> HttpResponse:
    """One entry: what was before and after, side by side, and whether its seal is intact."""
    found = get_object_or_404(AuditEvent.objects.visible_to(request.user), pk=sequence)
    context = {
        "event": found,
        "action": action_label(found.action),
        "kind": kind_label(found.object_type),
        "differences": differences(found.before, found.after),
        "faults": faults_in([found]),
    }
    return render(request, "audit/event.html", context)


@requires(may_read_audit)
@require_POST
def export(request: HttpRequest) -> HttpResponseBase:
    """The filtered entries as CSV or Excel; who took which is an entry itself."""
    form, ending = AuditFilterForm(request.POST), request.POST.get("ending", "")
    if not form.is_valid() or ending not in ("csv", "xlsx"):
        raise Http404
    end = end_of_chain().sequence
    events = filtered(AuditEvent.objects.visible_to(request.user), form.cleaned_data).filter(sequence__lte=end)
    if ending == "xlsx" and events[MAX_XLSX:].exists():
        raise Refusal(
            _("These are more than %(limit)s entries.") % {"limit": f"{MAX_XLSX:,}"},
            fix=_("Narrow the filters, or take CSV."),
        )
    _record_export(request.user, {"form": ending, "end": end, "filters": form.in_force()})
    return AuditExport(events, f"audit-{timezone.localdate():%Y%m%d}").response(ending)


def _record_export(user: Any, what: dict[str, Any]) -> None:
    with transaction.atomic():
        record("audit.exported", AuditHead(pk=AuditHead.ONLY), by=user, after=what)
