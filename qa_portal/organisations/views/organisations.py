"""Pages about organisations: the list of units, one organisation, and what its people may do there."""

from typing import Any

from django.contrib import messages
from django.core.paginator import Paginator
from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.utils.translation import gettext as _
from django.views.decorators.http import require_POST, require_safe

from qa_portal.accounts.enums import Role
from qa_portal.core.errors import Refusal
from qa_portal.core.policy import requires, signed_in
from qa_portal.organisations import membership
from qa_portal.organisations.forms import HandOverForm, InvitationForm, OrganisationFilterForm
from qa_portal.organisations.models import Organisation
from qa_portal.organisations.queries import (
    invitations_for,
    memberships_for,
    organisations_for,
    organisations_matching,
    own_organisation,
    with_member_count,
    with_people,
)
from qa_portal.organisations.rules import has_owner
from qa_portal.organisations.scope import (
    may_import_units,
    may_manage_members,
    may_see_all_organisations,
    roles_to_invite,
)

PER_PAGE = 100


@requires(may_see_all_organisations)
@require_safe
def units(request: HttpRequest) -> HttpResponse:
    """Recommending units, or another kind of organisations, with the number of their people."""
    form = OrganisationFilterForm(request.GET)
    found = with_member_count(organisations_for(request.user))
    found = organisations_matching(found, **form.cleaned_data) if form.is_valid() else found.none()
    page = Paginator(found, PER_PAGE).get_page(request.GET.get("page"))
    context = {"page": page, "form": form, "may_import": may_import_units(request.user)}
    return render(request, "organisations/units.html", context)


@requires(signed_in)
@require_safe
def mine(request: HttpRequest) -> HttpResponse:
    """The own organisation; a page that says so for who belongs to none."""
    organisation = own_organisation(request.user)
    if organisation is None:
        return render(request, "organisations/none.html")
    return render(request, "organisations/organisation.html", _organisation_context(request, organisation))


@requires(may_see_all_organisations)
@require_safe
def organisation(request: HttpRequest, pk: int) -> HttpResponse:
    """One organisation and its people."""
    found = get_object_or_404(with_people(organisations_for(request.user), request.user), pk=pk)
    return render(request, "organisations/organisation.html", _organisation_context(request, found))


def _organisation_context(request: HttpRequest, organisation: Any, form: Any = None) -> dict[str, Any]:
    user, roles = request.user, roles_to_invite(request.user, organisation)
    members, manages = organisation.current_members, may_manage_members(user, organisation)
    heirs = [one for one in members if not one.is_owner and one.user.is_active]
    return {
        "organisation": organisation,
        "members": [(one, (manages or one.user_id == user.pk) and _may_go(one, members)) for one in members],
        "may_invite": bool(roles),
        "form": form or (InvitationForm(roles=roles) if roles else None),
        "hand_over_form": HandOverForm(organisation=organisation)
        if manages and heirs and has_owner(organisation.kind)
        else None,
        "sees_all": may_see_all_organisations(user),
    }


def _may_go(member: Any, members: list[Any]) -> bool:
    """A button that would be refused is not shown: an owner with colleagues hands over first."""
    return not (member.is_owner and len(members) > 1)


@requires(signed_in)
@require_POST
def invite(request: HttpRequest, pk: int) -> HttpResponse:
    """Send an invitation; the form comes back with what was typed where it is refused."""
    found = get_object_or_404(with_people(organisations_for(request.user), request.user), pk=pk)
    roles = roles_to_invite(request.user, found)
    if not roles:
        raise Refusal(_("You may not invite into this organisation."), code="forbidden")
    form = InvitationForm(request.POST, roles=roles)
    if not form.is_valid():
        context = _organisation_context(request, found, form)
        return render(request, "organisations/organisation.html", context, status=422)
    data = form.cleaned_data
    membership.invite(data["email"], name=data["name"], role=Role(data["role"]), organisation=found, by=request.user)  # type: ignore[arg-type]
    messages.success(request, _("The invitation is on its way."))
    return _back_to(request, found)


@requires(signed_in)
@require_POST
def invitation_withdraw(request: HttpRequest, pk: int) -> HttpResponse:
    """Make the link of an invitation worthless."""
    found = get_object_or_404(invitations_for(request.user).select_related("organisation"), pk=pk)
    membership.withdraw(found, by=request.user)  # type: ignore[arg-type]
    messages.success(request, _("The invitation is withdrawn."))
    return _back_to(request, found.organisation)


@requires(signed_in)
@require_POST
def member_end(request: HttpRequest, pk: int) -> HttpResponse:
    """End a membership with a reason."""
    found = get_object_or_404(memberships_for(request.user).select_related("organisation"), pk=pk)
    membership.leave(found, by=request.user, reason=request.POST.get("reason", ""))  # type: ignore[arg-type]
    messages.success(request, _("The membership has ended."))
    return _back_to(request, found.organisation) if found.user_id != request.user.pk else redirect("home")


@requires(signed_in)
@require_POST
def hand_over(request: HttpRequest, pk: int) -> HttpResponse:
    """Make another member the owner."""
    found = get_object_or_404(organisations_for(request.user), pk=pk)
    if not may_manage_members(request.user, found):
        raise Refusal(_("Only the owner hands over."), code="forbidden")
    form = HandOverForm(request.POST, organisation=found)
    if not form.is_valid():
        raise Refusal(_("Choose another member of the organisation."), field="to", code="member")
    membership.hand_over(found, to=form.cleaned_data["to"], by=request.user)  # type: ignore[arg-type]
    messages.success(request, _("The organisation has a new owner."))
    return _back_to(request, found)


def _back_to(request: HttpRequest, organisation: Organisation) -> HttpResponse:
    if may_see_all_organisations(request.user):
        return redirect("organisations:organisation", pk=organisation.pk)
    return redirect("organisations:mine")
