"""Pages for those who manage people: accounts, roles, roles that wait."""

from typing import Any

from django.contrib import messages
from django.core.paginator import Paginator
from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.utils.translation import gettext as _
from django.views.decorators.http import require_POST, require_safe

from qa_portal.accounts.enums import OPEN_STATES, Role
from qa_portal.accounts.models import RoleGrant
from qa_portal.accounts.operations import decide_grant, end_grant, set_active
from qa_portal.accounts.rules import has_role, may_approve_grant, may_deactivate, may_manage_people, may_request_role
from qa_portal.core.policy import requires
from qa_portal.organisations.forms import PeopleFilterForm, RoleForm
from qa_portal.organisations.membership import give_role
from qa_portal.organisations.queries import bureau_for, people_for, people_matching, waiting_grants

PER_PAGE = 50


@requires(may_manage_people)
@require_safe
def people(request: HttpRequest) -> HttpResponse:
    """Everybody with role and organisation, and the grants that wait for a decision."""
    form = PeopleFilterForm(request.GET)
    found = people_for(request.user)
    found = people_matching(found, **form.cleaned_data) if form.is_valid() else found.none()
    page = Paginator(found, PER_PAGE).get_page(request.GET.get("page"))
    for one in page:
        one.role_label = Role(one.role).label if one.role else ""
    context = {
        "page": page,
        "form": form,
        "waiting": [(grant, may_approve_grant(request.user, grant)) for grant in waiting_grants(request.user)],
        "bureau": bureau_for(request.user),
    }
    return render(request, "organisations/people.html", context)


@requires(may_manage_people)
@require_safe
def person(request: HttpRequest, pk: int) -> HttpResponse:
    """One person: roles so far, organisation, and what an administrator may do."""
    found = get_object_or_404(people_for(request.user), pk=pk)
    return render(request, "organisations/person.html", _person_context(request, found))


def _person_context(request: HttpRequest, found: Any, form: Any = None) -> dict[str, Any]:
    grants = list(found.role_grants.select_related("requested_by", "decided_by"))
    open_grant = next((grant for grant in grants if grant.state in OPEN_STATES), None)
    asks = has_role(request.user, Role.SYSTEM_ADMIN) and found.pk != request.user.pk
    return {
        "person": found,
        "grants": grants,
        "open_grant": open_grant,
        "may_end": open_grant is not None and may_request_role(request.user, Role(open_grant.role), found),
        "may_deactivate": may_deactivate(request.user, found),
        "form": (form or RoleForm(kind=found.organisation_kind)) if asks and open_grant is None else None,
    }


@requires(may_manage_people)
@require_POST
def person_active(request: HttpRequest, pk: int) -> HttpResponse:
    """Deactivate a person, or let them in again."""
    found = get_object_or_404(people_for(request.user), pk=pk)
    active = request.POST.get("active") == "1"
    set_active(found, active=active, by=request.user, reason=request.POST.get("reason", ""))  # type: ignore[arg-type]
    messages.success(request, _("The person may sign in again.") if active else _("The person is deactivated."))
    return redirect("organisations:person", pk=pk)


@requires(may_manage_people)
@require_POST
def person_role(request: HttpRequest, pk: int) -> HttpResponse:
    """Give a person a role, or ask for one that another administrator must approve."""
    found = get_object_or_404(people_for(request.user), pk=pk)
    form = RoleForm(request.POST, kind=found.organisation_kind)
    if not form.is_valid():
        context = _person_context(request, found, form)
        return render(request, "organisations/person.html", context, status=422)
    role, reason = Role(form.cleaned_data["role"]), form.cleaned_data["reason"]
    grant = give_role(found, role, by=request.user, reason=reason)  # type: ignore[arg-type]
    is_waiting = grant.state != "active"
    messages.success(request, _("The role waits for approval.") if is_waiting else _("The role is in force."))
    return redirect("organisations:person", pk=pk)


@requires(may_manage_people)
@require_POST
def grant_decide(request: HttpRequest, pk: int) -> HttpResponse:
    """Approve or refuse a waiting role."""
    grant = get_object_or_404(waiting_grants(request.user), pk=pk)
    approve = request.POST.get("approve") == "1"
    decide_grant(grant, approve=approve, by=request.user, reason=request.POST.get("reason", ""))  # type: ignore[arg-type]
    messages.success(request, _("The role is in force.") if approve else _("The role is refused."))
    return redirect("organisations:people")


@requires(may_manage_people)
@require_POST
def grant_end(request: HttpRequest, pk: int) -> HttpResponse:
    """End a role with a reason."""
    people_seen = people_for(request.user)
    grant = get_object_or_404(RoleGrant.objects.select_related("user").filter(user__in=people_seen), pk=pk)
    end_grant(grant, by=request.user, reason=request.POST.get("reason", ""))  # type: ignore[arg-type]
    messages.success(request, _("The role has ended; all sign-ins of the person end with it."))
    return redirect("organisations:person", pk=grant.user_id)
